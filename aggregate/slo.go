package aggregate

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// limits are what a curve's points are to keep to.
type limits struct {
	of   map[string]float64 // by column
	good bool               // in place of limits: the share of good requests
}

// limits are those asked for; else the goodput's, where some row has one.
func (o ReadOptions) limits(rows []Row, of []int) limits {
	if len(o.SLO) > 0 {
		return limits{of: o.SLO}
	}
	return limits{good: slices.ContainsFunc(of, func(i int) bool { return rows[i].GoodputShare != nil })}
}

// met reports whether the point's figures, the means over its repeats, keep to the
// limits. What is undefined does not; without limits nothing does.
func (l limits) met(rows []Row, p *Point) bool {
	if l.good {
		return p.GoodputShare != nil && *p.GoodputShare >= GoodShare
	}
	used := usable(p.Rows, func(i int) bool { return rows[i].invalid() })
	for name, limit := range l.of {
		v := meanOf(rows, used, func(r *Row) *float64 { v, _ := r.column(name); return v })
		if v == nil || metrics.Beyond(name, *v, limit) {
			return false
		}
	}
	return len(l.of) > 0
}

// String is the limits in words; "" = there are none.
func (l limits) String() string {
	if l.good {
		return fmt.Sprintf("goodput ≥ %g %%", GoodShare*100)
	}
	var texts []string
	for _, name := range slices.Sorted(maps.Keys(l.of)) {
		texts = append(texts, limitText(name, l.of[name]))
	}
	return strings.Join(texts, " and ")
}

var latencyColumn = regexp.MustCompile(`^(mean|median|std|p[0-9.]+)_(ttft|tpot|itl|e2el)_ms$`)

// limitText is a limit as in "p99 TTFT ≤ 500 ms".
func limitText(name string, limit float64) string {
	text := strings.ReplaceAll(name, "_", " ")
	unit := ""
	if m := latencyColumn.FindStringSubmatch(name); m != nil {
		text, unit = m[1]+" "+strings.ToUpper(m[2]), " ms"
	}
	sign := "≤"
	if metrics.Better(name) == metrics.HigherBetter {
		sign = "≥"
	}
	return fmt.Sprintf("%s %s %s%s", text, sign, strconv.FormatFloat(limit, 'f', -1, 64), unit)
}

// SLOOf is the config's `slo` as a run's manifest keeps it: limits by column. nil =
// none was asked, or there is no manifest.
func SLOOf(run *runlog.Run) map[string]float64 {
	if run == nil {
		return nil
	}
	config, _ := run.Config.(map[string]any)
	slo, _ := config["slo"].(map[string]any)
	var of map[string]float64
	for name, v := range slo {
		if limit, ok := v.(float64); ok {
			if of == nil {
				of = map[string]float64{}
			}
			of[name] = limit
		}
	}
	return of
}
