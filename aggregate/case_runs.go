package aggregate

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// caseRuns are the repeats of a case on one side.
type caseRuns struct {
	used    []*Row // measured, and in the figures
	invalid []*Row // measured, and left out of them
	rest    []*Row // failed or interrupted
}

// usable is the repeats that figures are taken from: those that are not invalid, or
// all where all are.
func usable[T any](repeats []T, invalid func(T) bool) []T {
	var used []T
	for _, r := range repeats {
		if !invalid(r) {
			used = append(used, r)
		}
	}
	if used == nil {
		return repeats
	}
	return used
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
			g.used = append(g.used, r)
		} else {
			g.rest = append(g.rest, r)
		}
	}
	for _, g := range groups {
		measured := g.used
		g.used = usable(measured, (*Row).invalid)
		for _, r := range measured {
			if len(g.used) < len(measured) && r.invalid() {
				g.invalid = append(g.invalid, r)
			}
		}
	}
	return order, groups
}

func (r *Row) invalid() bool { return r.Validity == metrics.Invalid }

// repeats is how many there are, in the figures or not.
func (g *caseRuns) repeats() int { return len(g.used) + len(g.invalid) + len(g.rest) }

func (g *caseRuns) first() *Row {
	if len(g.used) > 0 {
		return g.used[0]
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

// doubt is the worst verdict on the repeats in the figures, with its reason; "" =
// valid, or none was told.
func (g *caseRuns) doubt() (verdict, reason string) {
	for _, want := range []string{metrics.Invalid, metrics.Suspect} {
		for _, r := range g.used {
			if r.Validity == want {
				return want, cmp.Or(r.ValidityReasons, "no reason given")
			}
		}
	}
	return "", ""
}

// figures are the repeats' values of a figure, where it is defined.
func (g *caseRuns) figures(name string) (values []float64, rows []*Row) {
	for _, r := range g.used {
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
	f, err := r.measured()
	if err != nil {
		return 0, false
	}
	v, ok := f.Figures()[name]
	return v, ok
}
