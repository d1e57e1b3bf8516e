package sweep

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"llmsweep/client"
	"llmsweep/metrics"
)

// Upper limits, far above what a machine can do: past them a number is a slip,
// and sums over a plan would overflow.
const (
	maxCount = 10_000_000 // tokens of a length, prompts, requests in flight
	maxCases = 100_000
	maxSpan  = 10 * 365 * 24 * time.Hour
)

var unbounded = math.Inf(1)

// The defaults; 0 would be none.
var defaultTimeouts = client.Timeouts{
	Connect:    10 * time.Second,
	FirstToken: 600 * time.Second,
	Idle:       120 * time.Second,
	Request:    time.Hour,
}

// A check says what is wrong with a text beyond its type: ok, or a hint to add
// to what is wanted ("" = none).
type check func(text string) (hint string, ok bool)

func readText(dst *string, valid check, want string) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		s, isText := asText(v)
		if !isText {
			hint := ""
			if v.kind == kindScalar {
				hint = "; write it in quotes"
			}
			r.complain(key, v, want+hint)
			return
		}
		if hint, ok := valid(s); !ok {
			if v.fromVariables() {
				hint = "" // it may quote what a variable holds
			}
			r.complain(key, v, want+hint)
			return
		}
		*dst = s
	}
}

// asText is a scalar that YAML takes for text, or that came out of a variable.
func asText(v *value) (string, bool) {
	return v.text, v.kind == kindScalar && (v.tag == "!!str" || v.tag == "!!timestamp" || v.tag == "!!merge" || v.fromVariables())
}

func readOneOf(dst *string, words ...string) func(*configReader, string, *value) {
	want := words[0]
	if n := len(words); n > 1 {
		want = strings.Join(words[:n-1], ", ") + " or " + words[n-1]
	}
	return func(r *configReader, key string, v *value) {
		if v.kind != kindScalar || !slices.Contains(words, v.text) {
			r.complain(key, v, want)
			return
		}
		*dst = v.text
	}
}

func readFlag(dst *bool) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		if v.kind != kindScalar || v.tag != "!!bool" {
			r.complain(key, v, "true or false"+unquoteHint(v, "!!bool"))
			return
		}
		*dst = strings.EqualFold(v.text, "true")
	}
}

func readWhole(dst *int, least, most int) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		n, hint, ok := asWhole(v)
		if !ok || n < int64(least) || n > int64(most) {
			r.complain(key, v, wholeWanted(n, least, most)+hint)
			return
		}
		*dst = int(n)
	}
}

// wholeWanted names the upper limit only to who passed it.
func wholeWanted(n int64, least, most int) string {
	want := "a whole number, 0 or more"
	if least > 0 {
		want = fmt.Sprintf("a whole number above %d", least-1)
	}
	if n > int64(most) {
		want += fmt.Sprintf(", at most %d", most)
	}
	return want
}

var (
	plainWhole  = regexp.MustCompile(`^[+-]?(0|[1-9][0-9_]*)$`)
	leadingZero = regexp.MustCompile(`^[+-]?0[0-9_]+$`)
	otherBase   = regexp.MustCompile(`^[+-]?0[xob]`)
)

// asWhole is a scalar's whole number. The hint says how to write what was
// probably meant.
func asWhole(v *value) (n int64, hint string, ok bool) {
	if v.kind != kindScalar {
		return 0, "", false
	}
	if v.tag == "!!int" && plainWhole.MatchString(v.text) {
		n, err := strconv.ParseInt(strings.ReplaceAll(v.text, "_", ""), 10, 64)
		return n, "", err == nil // out of range, n is the nearest
	}
	if hint := zeroHint(v); hint != "" {
		return 0, hint, false
	}
	if v.tag == "!!float" {
		x, err := strconv.ParseFloat(strings.ReplaceAll(v.text, "_", ""), 64)
		if err == nil && x == math.Trunc(x) && math.Abs(x) < 1e15 {
			return 0, fmt.Sprintf("; write %.0f", x), false
		}
	}
	return 0, unquoteHint(v, "!!int"), false
}

// zeroHint is for numbers that YAML 1.1 reads in another base than people do:
// 010 is 8 there.
func zeroHint(v *value) string {
	if v.quoted || v.kind != kindScalar {
		return ""
	}
	digits := strings.ReplaceAll(v.text, "_", "")
	switch {
	case leadingZero.MatchString(v.text):
		decimal, err := strconv.ParseUint(strings.TrimLeft(digits, "+-"), 10, 64)
		octal, notOctal := strconv.ParseUint(strings.TrimLeft(digits, "+-"), 8, 64)
		if err != nil {
			return ""
		}
		if notOctal != nil || octal == decimal {
			return fmt.Sprintf("; write %d", decimal)
		}
		return fmt.Sprintf("; write %d, or %d if it was meant in octal", decimal, octal)
	case v.tag == "!!int" && otherBase.MatchString(v.text):
		if n, err := strconv.ParseInt(digits, 0, 64); err == nil {
			return fmt.Sprintf("; write %d", n)
		}
	}
	return ""
}

// unquoteHint is for "256" where a number is wanted.
func unquoteHint(v *value, tag string) string {
	if v.kind != kindScalar || !v.quoted {
		return ""
	}
	if plain, faults := parseYAML("", []byte(v.text), false, nil); faults == nil && plain != nil && plain.kind == kindScalar && plain.tag == tag {
		return "; remove the quotes"
	}
	return ""
}

func readNumber(dst *float64, ok func(float64) bool, want string) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		x, hint, isNumber := asNumber(v)
		if !isNumber || !ok(x) {
			r.complain(key, v, want+hint)
			return
		}
		*dst = x
	}
}

func readMilliseconds(dst *float64) func(*configReader, string, *value) {
	return readNumber(dst, func(x float64) bool { return x > 0 && x <= 1e12 }, "milliseconds, a number above 0")
}

func readGoodput(dst *metrics.SLO) func(*configReader, string, *value) {
	return readNested(
		configField{"ttft", readMilliseconds(&dst.TTFT)},
		configField{"tpot", readMilliseconds(&dst.TPOT)},
		configField{"itl", readMilliseconds(&dst.ITL)},
		configField{"e2el", readMilliseconds(&dst.E2EL)},
	)
}

// asNumber is a scalar's number; NaN is none.
func asNumber(v *value) (x float64, hint string, ok bool) {
	if v.kind != kindScalar {
		return 0, "", false
	}
	if hint := zeroHint(v); hint != "" {
		return 0, hint, false
	}
	if v.tag != "!!int" && v.tag != "!!float" {
		if hint = unquoteHint(v, "!!int"); hint == "" {
			hint = unquoteHint(v, "!!float")
		}
		return 0, hint, false
	}
	if strings.HasSuffix(strings.ToLower(v.text), ".inf") {
		x = unbounded
		if v.text[0] == '-' {
			x = -unbounded
		}
		return x, "", true
	}
	x, err := strconv.ParseFloat(strings.ReplaceAll(v.text, "_", ""), 64)
	return x, "", err == nil && !math.IsNaN(x)
}

// duration reads Go's durations; a bare number is seconds.
func readDuration(dst *time.Duration) func(*configReader, string, *value) {
	const want = "a duration of 0 or more: 30s, 5m, 1h, or a number of seconds"
	return func(r *configReader, key string, v *value) {
		var d time.Duration
		hint, ok := "", false
		if s, isText := asText(v); isText && v.tag == "!!str" {
			parsed, err := time.ParseDuration(s)
			d, ok = parsed, err == nil
		} else if seconds, h, isNumber := asNumber(v); isNumber && seconds >= 0 && seconds <= maxSpan.Seconds() {
			d, ok = time.Duration(math.Round(seconds*1e9)), true
		} else {
			hint = h
		}
		if !ok || d < 0 || d > maxSpan {
			r.complain(key, v, want+hint)
			return
		}
		*dst = d
	}
}
