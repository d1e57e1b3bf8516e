package aggregate

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// caseRuns are the repeats of a case on one side: those that were measured, and the
// rest.
type caseRuns struct {
	measured []*Row
	rest     []*Row // failed or interrupted
}

func (s *Side) groups(k keyed) (order []string, groups map[string]*caseRuns) {
	groups = map[string]*caseRuns{}
	for i := range s.Rows {
		r := &s.Rows[i]
		key := k.of(r)
		g := groups[key]
		if g == nil {
			g = &caseRuns{}
			groups[key], order = g, append(order, key)
		}
		if r.Status == "" || r.Status == runlog.StatusMeasured {
			g.measured = append(g.measured, r)
		} else {
			g.rest = append(g.rest, r)
		}
	}
	return order, groups
}

func (g *caseRuns) first() *Row {
	if len(g.measured) > 0 {
		return g.measured[0]
	}
	return g.rest[0]
}

var repeatPart = regexp.MustCompile(`_run\d+$`)

func (g *caseRuns) name() string { return shortName(g.first().Case) }

// shortName is a case's name without what all have and without its repeat.
func shortName(name string) string {
	return repeatPart.ReplaceAllString(strings.TrimPrefix(name, "bench_"), "")
}

// sharedName is what the names of two matched cases have in common.
func sharedName(a, b string) string {
	inA := strings.Split(a, "_")
	var both []string
	for _, part := range strings.Split(b, "_") {
		if slices.Contains(inA, part) {
			both = append(both, part)
		}
	}
	if len(both) == 0 {
		return b
	}
	return strings.Join(both, "_")
}

// doubt is the worst verdict on the measured repeats, with its reason; "" = valid,
// or none was told.
func (g *caseRuns) doubt() (verdict, reason string) {
	for _, want := range []string{metrics.Invalid, metrics.Suspect} {
		for _, r := range g.measured {
			if r.Validity == want {
				return want, cmp.Or(r.ValidityReasons, "no reason given")
			}
		}
	}
	return "", ""
}

// figures are the repeats' values of a figure, where it is defined.
func (g *caseRuns) figures(name string) (values []float64, rows []*Row) {
	for _, r := range g.measured {
		if v, ok := r.figure(name); ok {
			values, rows = append(values, v), append(rows, r)
		}
	}
	return values, rows
}

// figure is a figure of a case: a column, or what only its file has.
func (r *Row) figure(name string) (float64, bool) {
	if v, isColumn := r.column(name); isColumn {
		if v == nil {
			return 0, false
		}
		return *v, true
	}
	if sent := r.Completed + r.Failed; name == "failed_share" && sent > 0 {
		return float64(r.Failed) / float64(sent), true
	}
	f, err := runlog.ReadCase(r.File)
	if err != nil {
		return 0, false
	}
	v, ok := f.Figures()[name]
	return v, ok
}
