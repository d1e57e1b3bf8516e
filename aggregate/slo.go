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
	name, _ := l.broken(rows, p)
	return name == "" && len(l.of) > 0
}

// broken is the first figure that does not keep to its limit, and its mean over the
// point's repeats, nil where it is undefined; "" = all do.
func (l limits) broken(rows []Row, p *Point) (name string, mean *float64) {
	for _, name := range slices.Sorted(maps.Keys(l.of)) {
		mean := p.Mean(rows, func(r *Row) *float64 { v, _ := r.column(name); return v })
		if mean == nil || metrics.Beyond(name, *mean, l.of[name]) {
			return name, mean
		}
	}
	return "", nil
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
	sign := "≤"
	if metrics.Better(name) == metrics.HigherBetter {
		sign = "≥"
	}
	text, unit := columnText(name)
	return fmt.Sprintf("%s %s %s%s", text, sign, strconv.FormatFloat(limit, 'f', -1, 64), unit)
}

// columnText is a column in words, and its unit with a space before it: "p99 TTFT", " ms".
func columnText(name string) (text, unit string) {
	if m := latencyColumn.FindStringSubmatch(name); m != nil {
		return m[1] + " " + strings.ToUpper(m[2]), " ms"
	}
	return strings.ReplaceAll(name, "_", " "), ""
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
