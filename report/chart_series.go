package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"llmsweep/aggregate"
)

// A chartSeries is the groups of one model on one server with the same lengths and
// other axes, over their load.
type chartSeries struct {
	title  string
	load   string // what the load is: "max concurrency" or "requests/s"
	points []chartPoint
}

// A chartPoint is the repeats of one load.
type chartPoint struct {
	load  float64 // +Inf = unbounded
	group aggregate.Group
}

// value is the mean over the repeats; nil = undefined.
func (p *chartPoint) value(name string) *float64 {
	for i := range p.group.Figures {
		if p.group.Figures[i].Name == name {
			return p.group.Figures[i].Mean
		}
	}
	return nil
}

// chartSeriesOf sorts the measured cases into series, in the order of the rows.
func chartSeriesOf(rows []aggregate.Row) []chartSeries {
	var all []chartSeries
	at := map[string]int{}
	for _, g := range aggregate.Groups(rows) {
		title, load, x := placeOfCase(&g.First)
		i, ok := at[title]
		if !ok {
			i = len(all)
			at[title] = i
			all = append(all, chartSeries{title: title, load: load})
		}
		all[i].points = append(all[i].points, chartPoint{x, g})
	}
	for _, s := range all {
		slices.SortStableFunc(s.points, func(a, b chartPoint) int { return cmp.Compare(a.load, b.load) })
	}
	return all
}

// placeOfCase is which series a case is on, and where: by its request rate where it has
// one, else by its concurrency.
func placeOfCase(r *aggregate.Row) (title, load string, x float64) {
	parts := []string{r.Model}
	if r.Server != "" {
		parts[0] += " on " + r.Server
	}
	if r.InputLen != nil && r.OutputLen != nil {
		parts = append(parts, fmt.Sprintf("%d → %d", *r.InputLen, *r.OutputLen))
	}
	if r.Dataset != "" && r.Dataset != "random" || len(parts) == 1 {
		parts = append(parts, cmp.Or(r.Dataset, r.Case))
	}
	if r.Axes != "" {
		parts = append(parts, r.Axes)
	}
	if r.Definitions != "" && !strings.HasPrefix(r.Definitions, "llmsweep") {
		parts = append(parts, r.Definitions)
	}
	load, x = "max concurrency", math.Inf(1)
	if r.MaxConcurrency != nil {
		x = float64(*r.MaxConcurrency)
	}
	if rate, err := strconv.ParseFloat(r.RequestRate, 64); err == nil && !math.IsInf(rate, 0) {
		if r.MaxConcurrency != nil {
			parts = append(parts, fmt.Sprintf("at most %d in flight", *r.MaxConcurrency))
		}
		load, x = "requests/s", rate
	}
	return strings.Join(parts, ", "), load, x
}

// at says where a point is, as in "max concurrency 16".
func (s *chartSeries) at(p *chartPoint) string {
	if math.IsInf(p.load, 1) {
		return s.load + " unbounded"
	}
	return s.load + " " + strconv.FormatFloat(p.load, 'g', -1, 64)
}

// best is the point whose figure is most (sign 1) or least (−1) among those with a
// repeat that is not invalid; nil where there is none.
func (s *chartSeries) best(name string, sign float64) *chartPoint {
	var best *chartPoint
	var top float64
	for i := range s.points {
		p := &s.points[i]
		v := p.value(name)
		if v == nil || p.group.Invalid == p.group.Repeats {
			continue
		}
		if best == nil || sign**v > top {
			best, top = p, sign**v
		}
	}
	return best
}
