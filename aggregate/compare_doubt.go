package aggregate

import (
	"cmp"
	"fmt"
	"strings"
)

// doubtOf is what speaks against a case on either side, in full.
func doubtOf(base, other *caseRuns) string {
	var all []string
	for _, g := range []struct {
		side string
		*caseRuns
	}{{"BASE", base}, {"NEW", other}} {
		if verdict, why := g.doubt(); verdict != "" {
			all = append(all, fmt.Sprintf("%s %s: %s", g.side, verdict, why))
		}
		if why := g.leftOut(); why != "" {
			all = append(all, g.side+": "+why)
		}
	}
	return strings.Join(all, "; ")
}

// leftOut says which repeats are in no figure, and why; "" = all are in.
func (g *caseRuns) leftOut() string {
	var all []string
	for _, r := range g.invalid {
		all = append(all, fmt.Sprintf("%s is invalid: %s", r.Case, cmp.Or(r.ValidityReasons, "no reason given")))
	}
	for _, r := range g.rest {
		all = append(all, fmt.Sprintf("%s is %s", r.Case, r.Status))
	}
	if len(all) == 0 {
		return ""
	}
	return g.counted() + ": " + strings.Join(all, "; ")
}

// counted is how many repeats are in no figure; "" = none.
func (g *caseRuns) counted() string {
	out := len(g.invalid) + len(g.rest)
	if out == 0 {
		return ""
	}
	is := "is"
	if out > 1 {
		is = "are"
	}
	return fmt.Sprintf("%d of %d repeats %s left out", out, g.repeats(), is)
}

// doubts is what speaks against a figure of the case, in short: the worse of the
// sides' verdicts, repeats that are not in it, and that there are too few requests for
// a percentile.
func (c *CaseChange) doubts(metric string) string {
	worst, fewest := "", -1 // none
	var gone []string
	for i, g := range []*caseRuns{c.base, c.new} {
		if g == nil { // the case has one side
			continue
		}
		if out := g.counted(); out != "" {
			gone = append(gone, [...]string{"BASE", "NEW"}[i]+": "+out)
		}
		if verdict, _ := g.doubt(); worse(verdict, worst) {
			worst = verdict
		}
		_, rows := g.figures(metric)
		for _, r := range rows {
			if fewest < 0 || r.Completed < fewest {
				fewest = r.Completed
			}
		}
	}
	var all []string
	if worst != "" {
		all = append(all, worst)
	}
	all = append(all, gone...)
	if needed := SamplesNeeded(metric); fewest >= 0 && fewest < needed {
		all = append(all, fmt.Sprintf("from %d requests, %d needed", fewest, needed))
	}
	return strings.Join(all, "; ")
}
