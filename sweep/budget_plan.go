package sweep

import (
	"fmt"
	"time"

	"llmsweep/sweep/conf"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/wording"
)

// overBudget are the cases of a plan that its budget would leave out, by name, if
// each took as long as plan.Estimates says.
func overBudget(c *plan.Config, cases []plan.Case, earlier map[string]time.Duration) map[string]bool {
	over := map[string]bool{}
	if c.Budget == 0 {
		return over
	}
	takes, _ := plan.Estimates(cases, earlier)
	clock := time.Unix(0, 0)
	b := newBudget(c, cases, cases, 0, takes, func() time.Time { return clock })
	for i := range cases {
		if b.skip(&cases[i]) != "" {
			over[cases[i].Name] = true
			continue
		}
		clock = clock.Add(takes[cases[i].Name])
	}
	return over
}

// budgetText says what of the plan would not fit into its budget; "" = it has none.
func budgetText(c *plan.Config, cases []plan.Case, earlier map[string]time.Duration) string {
	if c.Budget == 0 {
		return ""
	}
	over := overBudget(c, cases, earlier)
	if len(over) == 0 {
		every := "every case"
		if c.Search != nil {
			every = "the first case of every search"
		}
		return fmt.Sprintf("budget of %s: %s fits, by these times\n", wording.Span(c.Budget), every)
	}
	takes, _ := plan.Estimates(cases, earlier)
	var need time.Duration
	var names []string
	for _, pc := range cases {
		if over[pc.Name] {
			names = append(names, pc.Name)
			need = min(need+takes[pc.Name], conf.MaxSpan)
		}
	}
	return fmt.Sprintf("budget of %s: %s of about %s would be left out, by these times: %s\n",
		wording.Span(c.Budget), wording.Plural(len(names), "case"), wording.Roughly(need), wording.FirstFew(names))
}
