package aggregate

import (
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
		for _, r := range g.rest {
			all = append(all, fmt.Sprintf("%s %s is left out: %s", g.side, r.Case, r.Status))
		}
	}
	return strings.Join(all, "; ")
}

// doubts is what speaks against a figure of the case, in short: the worse of the
// sides' verdicts, and that there are too few requests for a percentile.
func (c *CaseChange) doubts(metric string) string {
	worst, fewest := "", -1 // none
	for _, g := range []*caseRuns{c.base, c.new} {
		if g == nil { // the case has one side
			continue
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
	if needed := SamplesNeeded(metric); fewest >= 0 && fewest < needed {
		all = append(all, fmt.Sprintf("from %d requests, %d needed", fewest, needed))
	}
	return strings.Join(all, "; ")
}
