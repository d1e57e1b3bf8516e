package httpload

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseCount reads a whole number, which may have a unit as wrk writes it: 10, 1k,
// 2M.
func ParseCount(s string) (int, error) {
	number, scale := s, 1.0
	for i, unit := range []string{"k", "m", "g"} {
		if n, ok := strings.CutSuffix(strings.ToLower(s), unit); ok {
			number, scale = n, math.Pow(1000, float64(i+1))
		}
	}
	n, err := strconv.ParseUint(number, 10, 31)
	if err != nil || float64(n)*scale > math.MaxInt32 {
		return 0, fmt.Errorf("%q, want a whole number, as in 100, 1k or 1M", s)
	}
	return int(float64(n) * scale), nil
}

// ParseTime reads a time as wrk writes it, 10s, 2m, 1h, a bare number being
// seconds, or as Go does, 500ms.
func ParseTime(s string) (time.Duration, error) {
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return time.Duration(n) * time.Second, nil
	}
	d, err := time.ParseDuration(strings.ToLower(s))
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%q, want a time, as in 10s, 2m, 1h or 500ms", s)
	}
	return d, nil
}

// units are steps of a scale, as wrk's units.c has them: one is taken from 85 % of
// it on.
type units struct {
	scale float64
	names []string // the first is the base
}

var (
	microseconds = units{1000, []string{"us", "ms"}}
	seconds      = units{60, []string{"s", "m"}}
	binary       = units{1024, []string{"", "K", "M", "G", "T"}}
	metric       = units{1000, []string{"", "k", "M", "G", "T"}}
)

func (u units) format(x float64, digits int) string {
	name := u.names[0]
	for _, next := range u.names[1:] {
		if x < u.scale*0.85 {
			break
		}
		x /= u.scale
		name = next
	}
	return strconv.FormatFloat(x, 'f', digits, 64) + name
}

// formatMicros is a time given in µs: 120.00us, 51.20ms, 3.62s, 1.02m.
func formatMicros(us float64) string {
	if us >= 1e6 {
		return seconds.format(us/1e6, 2)
	}
	return microseconds.format(us, 2)
}

func formatMetric(x float64) string { return metric.format(x, 2) }

// formatBytes is a number of bytes without its B: 285.10K.
func formatBytes(x float64) string { return binary.format(x, 2) }

// formatSpan is a test's length: 10s, 1m. Parts of a second, which wrk does not know,
// are written as Go does.
func formatSpan(d time.Duration) string {
	if d%time.Second != 0 {
		return d.String()
	}
	return seconds.format(d.Seconds(), 0)
}

// column sets what format made so that numbers of all units end in one place, as
// wrk's print_units does: a unit's letters stand beyond it.
func column(s string, width int) string {
	pad := 2
	for _, at := range []int{len(s) - 1, len(s) - 2} {
		if at >= 0 && (s[at]|0x20) >= 'a' && (s[at]|0x20) <= 'z' {
			pad--
		}
	}
	return fmt.Sprintf("%*s%*s", width-pad, s, pad, "")
}
