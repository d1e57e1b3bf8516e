package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// interleave orders a repeat's cases so that each runs on every server right after
// the others, in an order that turns round from case to case and from repeat to
// repeat (ABBA): what drifts with time, such as heat, falls on all servers alike.
func interleave(cases []Case, repeat int) {
	rounds := map[string][]Case{} // one case on each server
	var order []string
	for i := range cases {
		key := cases[i].apartFromServer()
		if rounds[key] == nil {
			order = append(order, key)
		}
		rounds[key] = append(rounds[key], cases[i])
	}
	next := cases[:0]
	for i, key := range order {
		round := slices.Clone(rounds[key])
		if (i+repeat)%2 == 0 {
			slices.Reverse(round)
		}
		next = append(next, round...)
	}
}

// InTurns orders a load's cases of several repeats in the same way, as the loads
// before it left off.
func InTurns(cases []Case, before int) {
	slices.SortStableFunc(cases, func(a, b Case) int { return cmp.Compare(a.Axes.Repeat, b.Axes.Repeat) })
	for from, i := 0, 1; i <= len(cases); i++ {
		if i == len(cases) || cases[i].Axes.Repeat != cases[from].Axes.Repeat {
			interleave(cases[from:i], before+cases[from].Axes.Repeat)
			from = i
		}
	}
}

// apartFromServer is what the case has in common with those on other servers.
func (p *Case) apartFromServer() string {
	a := p.Axes
	return fmt.Sprintf("%d %d %d %d %v %q %q", a.InputLen, a.OutputLen, a.MaxConcurrency, a.NumPrompts, float64(a.RequestRate), a.Dataset, a.More)
}

// Round is the same for the cases of a repeat that differ in their server alone.
func (p *Case) Round() string { return p.apartFromServer() + " " + strconv.Itoa(p.Axes.Repeat) }
