package report

import (
	"fmt"
	"math"

	"llmsweep/aggregate"
)

// gateSentence is a gate's outcome in words.
func gateSentence(g *aggregate.GateResult) string {
	s := fmt.Sprintf("%s: %s at %s", gateWord(g.Outcome), g.Gate.Text, g.Case)
	if !math.IsNaN(g.Found) {
		s += ": " + foundText(g)
	}
	if !math.IsNaN(g.P) {
		s += fmt.Sprintf(" (p %s after Holm)", pText(g.P))
	}
	if g.Why != "" {
		s += ": " + g.Why
	}
	if g.Doubt != "" {
		s += " – in doubt: " + g.Doubt
	}
	return s
}

func gateWord(outcome string) string {
	switch outcome {
	case aggregate.GateBroken:
		return "gate broken"
	case aggregate.GateUnknown:
		return "gate cannot tell"
	}
	return "gate passed"
}

func foundText(g *aggregate.GateResult) string {
	if g.Gate.Relative {
		return change(g.Found)
	}
	return amount(g.Found)
}

// gateSummary is the gates' outcome on one line; "" = there are none.
func gateSummary(gates []aggregate.GateResult) string {
	if len(gates) == 0 {
		return ""
	}
	n := map[string]int{}
	for _, g := range gates {
		n[g.Outcome]++
	}
	return fmt.Sprintf("%s: %d broken, %d cannot tell, %d passed", gateWord(aggregate.Worst(gates)), n[aggregate.GateBroken], n[aggregate.GateUnknown], n[aggregate.GatePassed])
}

// gateLines are the gates that did not pass, in words.
func gateLines(gates []aggregate.GateResult) (lines []string) {
	for _, outcome := range []string{aggregate.GateBroken, aggregate.GateUnknown} {
		for i := range gates {
			if gates[i].Outcome == outcome {
				lines = append(lines, gateSentence(&gates[i]))
			}
		}
	}
	return lines
}
