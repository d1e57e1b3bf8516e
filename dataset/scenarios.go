package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// ScenarioCounts is how many of n requests of a mix each scenario has: its weight's
// share, rounded so that they add up to n.
func (s *Spec) ScenarioCounts(n int) []int { return scenarioCounts(s.Scenarios, n) }

func scenarioCounts(scenarios []Scenario, n int) []int { return apportion(n, weights(scenarios)) }

func weights(scenarios []Scenario) []float64 {
	ws := make([]float64, len(scenarios))
	for i := range scenarios {
		ws[i] = scenarios[i].Weight
	}
	return ws
}

// apportion splits n by weight into whole numbers that add up to it, by largest
// remainder (Hamilton's method): each gets its quota n·w/Σw rounded down, and
// what is left goes, one each, to those with the largest fractions cut off; of
// equal ones to the first.
func apportion(n int, weights []float64) []int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	counts, byRest := make([]int, len(weights)), make([]int, len(weights))
	rest := make([]float64, len(weights))
	left := n
	for i, w := range weights {
		quota := float64(n) * (w / sum)
		counts[i] = int(quota)
		rest[i] = quota - float64(counts[i])
		left -= counts[i]
		byRest[i] = i
	}
	slices.SortStableFunc(byRest, func(a, b int) int { return cmp.Compare(rest[b], rest[a]) })
	for k := range left {
		counts[byRest[k%len(byRest)]]++
	}
	return counts
}

// checkScenarios faults a mix that cannot be made, all that is wrong with it at once.
func checkScenarios(scenarios []Scenario) error {
	if len(scenarios) == 0 {
		return errors.New("mix: dataset.scenarios is empty: want at least one, with name, weight and dataset")
	}
	var errs []error
	fault := func(i int, format string, args ...any) {
		errs = append(errs, fmt.Errorf("mix: dataset.scenarios[%d] %s: %s", i, scenarios[i].Name, fmt.Sprintf(format, args...)))
	}
	known := map[string]bool{}
	shares := 0.0
	for i := range scenarios {
		s := &scenarios[i]
		if s.Name == "" || known[s.Name] {
			fault(i, "name %q: want one that no other scenario has", s.Name)
		}
		known[s.Name] = true
		if !(s.Weight > 0) || math.IsInf(s.Weight, 1) {
			fault(i, "weight %v: want a number above 0", s.Weight)
		}
		if !(s.Share >= 0) {
			fault(i, "concurrency_share %v: want 0 or more, of max_concurrency", s.Share)
		}
		shares += s.Share
		switch {
		case s.Dataset.Type == TypeMix:
			fault(i, "a mix in a mix: want its scenarios in this one's list")
		case s.Dataset.Type == TypeTrace && s.Dataset.Replay != ReplayLengths:
			fault(i, "a trace in a mix cannot keep its times: want replay: lengths")
		}
	}
	if shares > 1+1e-9 { // three times 0.1 and 0.7 are more than 1 to a machine
		errs = append(errs, fmt.Errorf("mix: the scenarios' concurrency_share add up to %.4g: want at most 1", shares))
	}
	return errors.Join(errs...)
}
