package metrics

// A Scenario is one part of a mixed case.
type Scenario struct {
	Name       string // as in Record.Scenario
	NumPrompts int    // requests planned
	SLO        SLO    // goodput of its requests; zero = as the case's
}

// A ScenarioSummary is a scenario, with the SLO that it was held to, and its own
// figures. Rates and goodput divide
// by the case's duration, not by the time from the scenario's first send to its
// last end: so those of all scenarios add up to the case's. What says something
// of a whole load only is left zero: steady state, client, verdict.
type ScenarioSummary struct {
	Scenario
	Summary Summary
}

// scenarios sums up each scenario's requests alone.
func scenarios(l load, o Options) []ScenarioSummary {
	var all []ScenarioSummary
	for _, sc := range o.Scenarios {
		part := gather(l.all, func(r *Record) bool { return r.Scenario == sc.Name })
		part.begin, part.end = l.begin, l.end
		sc.SLO = o.slo(sc.Name)
		own := o
		own.NumPrompts, own.SLO, own.Scenarios = sc.NumPrompts, sc.SLO, nil
		all = append(all, ScenarioSummary{sc, figures(part, own)})
	}
	return all
}

// slo is what requests of a scenario are held to.
func (o Options) slo(scenario string) SLO {
	for i := range o.Scenarios {
		if sc := &o.Scenarios[i]; sc.Name == scenario && sc.SLO != (SLO{}) {
			return sc.SLO
		}
	}
	return o.SLO
}

// limited reports whether any request is held to anything.
func (o Options) limited() bool {
	for i := range o.Scenarios {
		if o.Scenarios[i].SLO != (SLO{}) {
			return true
		}
	}
	return o.SLO != SLO{}
}
