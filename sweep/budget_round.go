package sweep

import (
	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// A budgetRound is one case on each of the servers that take turns: it runs on all of
// them or on none, since what ran on one alone compares with nothing.
type budgetRound struct {
	cases []plan.Case
	begun bool
	why   string // it is left out; "" = it is not
}

// inRounds takes cases that are to run into their rounds.
func (b *budget) inRounds(cases []plan.Case) {
	if b == nil || b.rounds == nil {
		return
	}
	rounds := map[string]*budgetRound{}
	for i := range cases {
		key := cases[i].Round()
		if rounds[key] == nil {
			rounds[key] = &budgetRound{}
		}
		rounds[key].cases = append(rounds[key].cases, cases[i])
		b.rounds[cases[i].Name] = rounds[key]
	}
}

// goOn has the rounds go on of which a case was measured before the run was broken off.
func (b *budget) goOn(planned []plan.Case, entries map[string]runlog.Entry) {
	if b == nil || b.rounds == nil {
		return
	}
	begun := map[string]bool{}
	for i := range planned {
		if measured(planned[i], entries[planned[i].Name]) {
			begun[planned[i].Round()] = true
		}
	}
	for _, round := range b.rounds {
		round.begun = begun[round.cases[0].Round()]
	}
}
