package sweep

import (
	"fmt"
	"strings"

	"llmsweep/sweep/plan"
	"llmsweep/sweep/wording"
)

// sentences are what there is to say of the search.
func (r *SearchResult) sentences() (said []string) {
	met := r.at(r.Meets)
	switch {
	case met != nil:
		said = append(said, r.metSentence(met))
	case len(r.Probes) > 0 && r.Probes[0].Invalid:
		said = append(said, "no load is known to meet "+r.sloWords(nil)+"; "+r.notMeasured(&r.Probes[0]))
	case len(r.Probes) > 0:
		said = append(said, fmt.Sprintf("not even %s meets %s %s", r.loadWords(r.Min), r.sloWords(nil), r.shortfall(&r.Probes[0])))
	}
	if best := r.at(r.Best); best != nil && r.Best != r.Meets {
		said = append(said, fmt.Sprintf("The best %s of those that meet it is %s at %s", wording.Figure(r.Objective),
			wording.Value(r.Objective, float64(best.Figures[r.Objective])), wording.Rate(r.Best)))
	}
	if broken := r.contradictions(); len(broken) > 0 {
		loads := make([]string, len(broken))
		for i := range broken {
			loads[i] = wording.Rate(broken[i].Load) + " " + r.shortfall(&broken[i])
		}
		verb := "does"
		if len(loads) > 1 {
			verb = "do"
		}
		said = append(said, fmt.Sprintf("The SLO is not monotone: %s %s not meet it, though %s does", strings.Join(loads, ", "), verb, wording.Rate(r.Meets)))
	}
	switch {
	case r.Ended != "":
		said = append(said, "The search ended before its time: "+r.Ended)
	case !r.Done:
		said = append(said, "The search has not ended; the next run goes on with it")
	}
	return said
}

// metSentence tells the highest load that meets the SLO, and the one above.
func (r *SearchResult) metSentence(met *Probe) string {
	text := fmt.Sprintf("%s meets %s", r.loadWords(met.Load), r.sloWords(met))
	if v, ok := met.Figures[r.Objective]; ok {
		if strings.HasSuffix(r.Objective, "throughput") {
			text += " at " + wording.Value(r.Objective, float64(v))
		} else {
			text += fmt.Sprintf(", with %s %s", wording.Figure(r.Objective), wording.Value(r.Objective, float64(v)))
		}
	}
	broken := r.at(r.Breaks)
	switch {
	case broken != nil && strings.HasPrefix(broken.Why, leftOutWords):
		text += fmt.Sprintf("; %s was %s", wording.Rate(broken.Load), broken.Why)
	case broken != nil && broken.Invalid:
		text += "; " + r.notMeasured(broken)
	case broken != nil:
		text += fmt.Sprintf("; %s does not %s", wording.Rate(broken.Load), r.shortfall(broken))
	case met.Load >= r.Max:
		text += "; that is search.max: it is not the server's limit"
	}
	return text
}

// notMeasured is said of a load without a valid case, which ended the search in place
// of the SLO.
func (r *SearchResult) notMeasured(p *Probe) string {
	return fmt.Sprintf("%s could not be measured in %s (%s): it is not known to be the server's limit", wording.Rate(p.Load), wording.Plural(len(p.Cases), "case"), p.Why)
}

// shortfall is why a load does not meet the SLO, in brackets.
func (r *SearchResult) shortfall(p *Probe) string {
	figure := p.decides.Figure
	value := wording.Value(figure, float64(p.Figures[figure]))
	switch {
	case p.Why != "":
		return "(" + p.Why + ")"
	case len(r.limits) > 1:
		return fmt.Sprintf("(%s %s)", wording.Figure(figure), value)
	}
	return "(" + value + ")"
}

// sloWords are the limits, with a load's figures where one is given.
func (r *SearchResult) sloWords(p *Probe) string {
	words := make([]string, len(r.limits))
	for i, l := range r.limits {
		words[i] = l.String()
		if p != nil {
			words[i] += fmt.Sprintf(" (%s)", wording.Value(l.Figure, float64(p.Figures[l.Figure])))
		}
	}
	return strings.Join(words, " and ")
}

// loadWords is a load with its unit.
func (r *SearchResult) loadWords(load float64) string { return loadWords(r.Vary, load) }

func loadWords(over string, load float64) string {
	if over == plan.OverRate {
		return wording.Rate(load) + " requests/s"
	}
	return wording.Rate(load) + " in flight"
}

// searchText is what of a plan is not known yet; "" = all is.
func searchText(c *plan.Config, cases []plan.Case) string {
	switch {
	case c.Search != nil:
		s := c.Search
		least, most := s.Loads().Steps()
		text := fmt.Sprintf("%s over %s: each from the case above, then doubling to at most %s, and bisection; about %d to %d cases each",
			searches(len(cases)), s.Vary, loadWords(s.Vary, s.Max), least, most)
		if least == most {
			text = fmt.Sprintf("%s over %s: min is max, so %s each", searches(len(cases)), s.Vary, wording.Plural(least, "case"))
		}
		if s.Repeats > 1 {
			text += fmt.Sprintf(", and up to %d of a load that is close to a limit", s.Repeats)
		}
		return text + "; the figures above are of the first cases alone"
	case c.Refine != nil:
		curves, most := refinersOf(c, cases), c.Refine.Cases*c.Repeats
		if c.Order == plan.OrderInterleaved && len(curves) > 0 {
			most *= len(firstsOf(curves[0].cases)) // servers
		}
		return fmt.Sprintf("%s to be refined around the knee: up to %s each", wording.Plural(len(curves), "curve"), wording.Plural(most, "more case"))
	case c.SweepsRates():
		sweeps, most := rateSweepsOf(c, cases), 0
		for _, s := range sweeps {
			most = max(most, s.between()*len(s.tops))
		}
		return fmt.Sprintf("%s from one at a time to unbounded: up to %s each; the figures above are of the ends alone",
			wording.Plural(len(sweeps), "rate sweep"), wording.Plural(most, "more case"))
	}
	return ""
}

func searches(n int) string {
	if n == 1 {
		return "1 search"
	}
	return wording.Thousands(float64(n)) + " searches"
}
