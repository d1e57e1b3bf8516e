package sweep

import (
	"testing"

	"llmsweep/dataset"
	"llmsweep/sweep/plan"
)

// What all requests of a case have for length; 0 = it varies, or is not known.
func TestLengthsOfADataset(t *testing.T) {
	const random = dataset.TypeRandom
	for _, tt := range []struct {
		name       string
		d          dataset.Spec
		asked, all plan.IOLen
	}{
		{"random", dataset.Spec{Type: random}, plan.IOLen{Input: 100, Output: 20}, plan.IOLen{Input: 100, Output: 20}},
		{"spread", dataset.Spec{Type: random, RangeRatio: dataset.Ratio{Input: 0.1}}, plan.IOLen{Input: 100, Output: 20}, plan.IOLen{Input: 0, Output: 20}},
		{"spread, output", dataset.Spec{Type: random, RangeRatio: dataset.Ratio{Output: 0.26}}, plan.IOLen{Input: 100, Output: 20}, plan.IOLen{Input: 100, Output: 0}},
		{"drawn", dataset.Spec{Type: random, Lengths: dataset.Lengths{
			Input:  &dataset.Distribution{Kind: "uniform", Min: 10, Max: 90},
			Output: &dataset.Distribution{Kind: "values", Values: []float64{5, 70, 6}},
		}}, plan.IOLen{}, plan.IOLen{}},
		{"drawn without a bound", dataset.Spec{Type: random, Lengths: dataset.Lengths{
			Input:  &dataset.Distribution{Kind: "lognormal", Median: 10, Sigma: 1},
			Output: &dataset.Distribution{Kind: "constant", Mean: 7},
		}}, plan.IOLen{}, plan.IOLen{}},
		{"sonnet", dataset.Spec{Type: dataset.TypeSonnet}, plan.IOLen{Input: 100, Output: 20}, plan.IOLen{Input: 100, Output: 20}},
		{"conversation", dataset.Spec{Type: dataset.TypeConversation, Turns: [2]int{2, 4}, NextLen: 10}, plan.IOLen{Input: 100, Output: 20}, plan.IOLen{Input: 0, Output: 20}},
		{"images", dataset.Spec{Type: dataset.TypeRandomMM}, plan.IOLen{Input: 100, Output: 20}, plan.IOLen{Input: 0, Output: 20}},
		{"mix", dataset.Spec{Type: dataset.TypeMix, Scenarios: []dataset.Scenario{
			{InputLen: 50, OutputLen: 60, Dataset: dataset.Spec{Type: dataset.TypeSonnet}},
			{InputLen: 80, OutputLen: 10, Dataset: dataset.Spec{Type: random, RangeRatio: dataset.Ratio{Input: 0.5}}},
		}}, plan.IOLen{}, plan.IOLen{}},
	} {
		pc := plan.Case{Input: tt.asked.Input, Output: tt.asked.Output}
		if got := askedLengths(&tt.d, &pc); got != tt.all {
			t.Errorf("%s: all requests have %v, want %v", tt.name, got, tt.all)
		}
	}
}

func TestNeedsAnswers(t *testing.T) {
	conversation := dataset.Spec{Type: dataset.TypeConversation}
	mixed := dataset.Spec{Type: dataset.TypeMix, Scenarios: []dataset.Scenario{{Dataset: dataset.Spec{Type: dataset.TypeRandom}}, {Dataset: conversation}}}
	for _, tt := range []struct {
		d    dataset.Spec
		want bool
	}{{dataset.Spec{Type: dataset.TypeRandom}, false}, {conversation, true}, {mixed, true}, {dataset.Spec{Type: dataset.TypeMix, Scenarios: mixed.Scenarios[:1]}, false}} {
		if got := needsAnswers(&tt.d); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.d.Type, got, tt.want)
		}
	}
}
