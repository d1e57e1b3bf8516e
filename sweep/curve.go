package sweep

import (
	"cmp"
	"fmt"
	"slices"

	"llmsweep/stats"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/search"
)

// A curveKey names the cases of a plan that are at a point: on one server, or with
// servers in turns on all.
type curveKey struct {
	config *plan.Config
	more   string // in place of config, for all servers
	at     plan.Point
}

func curveKeyOf(c *plan.Config, pc *plan.Case, at plan.Point) curveKey {
	if c.Order == plan.OrderInterleaved {
		return curveKey{more: fmt.Sprintf("%q %q", pc.Axes.Dataset, pc.Axes.More), at: at}
	}
	return curveKey{config: pc.Config, at: at}
}

// await is what of a curve's cases is still to be measured, and why the curve gets no
// more of them ("" = it may): one failed, or says nothing of its load.
func await(cases []plan.Case, known map[string]search.Reading) (want []plan.Case, ended string) {
	for i := range cases {
		m, ok := known[cases[i].Name]
		switch {
		case !ok:
			want = append(want, cases[i])
		case m.Unfit != "" && ended == "":
			ended = cases[i].Name + ": " + m.Unfit
		case m.Failed && ended == "":
			ended = cases[i].Name + ": " + m.Broken
		}
	}
	return want, ended
}

// firstsOf are the first case of each server's curve, in the plan's order.
func firstsOf(cases []plan.Case) (firsts []*plan.Case) {
	for i := range cases {
		pc := &cases[i]
		at := slices.IndexFunc(firsts, func(p *plan.Case) bool { return p.Config == pc.Config })
		if at < 0 {
			firsts = append(firsts, pc)
		} else if pc.Place < firsts[at].Place {
			firsts[at] = pc
		}
	}
	slices.SortFunc(firsts, func(a, b *plan.Case) int { return cmp.Compare(a.Place, b.Place) })
	return firsts
}

// meanOver is the mean of a figure over the valid cases that define it; 0 = none does.
func meanOver(cases []plan.Case, known map[string]search.Reading, figure string) float64 {
	var of []float64
	for _, pc := range cases {
		if m := known[pc.Name]; m.Broken == "" && m.Invalid == "" {
			if v, ok := m.Figures[figure]; ok {
				of = append(of, v)
			}
		}
	}
	if len(of) == 0 {
		return 0
	}
	return stats.Mean(of)
}
