package plan

import (
	"math"

	"llmsweep/dataset"
)

// assumedLengths are those of a request that a file decides, assumed roughly.
var assumedLengths = IOLen{512, 256}

// ownLengths reports whether requests have the dataset's lengths, so that the
// cases ask for none.
func (c *Config) ownLengths() bool {
	return len(c.InputOutput) == 1 && c.InputOutput[0] == IOLen{}
}

// typicalLengths are about those of a request where they are the dataset's own.
func (c *Config) typicalLengths() IOLen {
	if !c.ownLengths() {
		return IOLen{}
	}
	input, output := typicalLengths(&c.Dataset)
	return IOLen{int(math.Round(input)), int(math.Round(output))}
}

// typicalLengths are means where the config says them, over a mix's scenarios by
// weight, and else what is assumed.
func typicalLengths(s *dataset.Spec) (input, output float64) {
	switch {
	case s.Lengths.Input != nil && s.Lengths.Output != nil:
		return meanOf(s.Lengths.Input), meanOf(s.Lengths.Output)
	case len(s.Scenarios) > 0:
		weights := 0.0
		for i := range s.Scenarios {
			sc := &s.Scenarios[i]
			in, out := float64(sc.InputLen), float64(sc.OutputLen)
			if sc.InputLen == 0 {
				in, out = typicalLengths(&sc.Dataset)
			}
			input, output, weights = input+sc.Weight*in, output+sc.Weight*out, weights+sc.Weight
		}
		return input / weights, output / weights
	case s.OutputLen > 0:
		return float64(assumedLengths.Input), float64(s.OutputLen)
	}
	return float64(assumedLengths.Input), float64(assumedLengths.Output)
}

// lengths are those that a case is estimated by.
func (p *Case) lengths() IOLen {
	if p.Input == 0 {
		return p.Typical
	}
	return IOLen{p.Input, p.Output}
}
