package sweep

import (
	"slices"

	"llmsweep/dataset"
	"llmsweep/metrics"
	"llmsweep/sweep/plan"
)

// askedLengths are the lengths that all requests of the case have; 0 = they vary,
// or only the server knows: images, the turns of a conversation.
func askedLengths(d *dataset.Spec, pc *plan.Case) plan.IOLen {
	asked := plan.IOLen{Input: pc.Input, Output: pc.Output}
	switch d.Type {
	case dataset.TypeMix:
		return plan.IOLen{}
	case dataset.TypeConversation, dataset.TypeRandomMM:
		asked.Input = 0
	case dataset.TypeRandom:
		if d.RangeRatio.Input > 0 || d.Lengths.Input != nil {
			asked.Input = 0
		}
		if d.RangeRatio.Output > 0 || d.Lengths.Output != nil {
			asked.Output = 0
		}
	}
	return asked
}

// scenariosOf are the parts of a mixed case; nil = it is not one.
func scenariosOf(c *plan.Config, pc *plan.Case) []metrics.Scenario {
	if len(c.Dataset.Scenarios) == 0 {
		return nil
	}
	var parts []metrics.Scenario
	counts := c.Dataset.ScenarioCounts(pc.NumPrompts)
	for i, s := range c.Dataset.Scenarios {
		parts = append(parts, metrics.Scenario{Name: s.Name, NumPrompts: counts[i], SLO: c.ScenarioSLO[s.Name]})
	}
	return parts
}

// needsAnswers reports whether later prompts are made of the answers to earlier
// ones.
func needsAnswers(d *dataset.Spec) bool {
	return d.Type == dataset.TypeConversation ||
		slices.ContainsFunc(d.Scenarios, func(s dataset.Scenario) bool { return needsAnswers(&s.Dataset) })
}
