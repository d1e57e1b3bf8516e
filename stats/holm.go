package stats

import (
	"math"
	"slices"
)

// Holm adjusts p-values of tests that are looked at together, so that the chance
// of any false one among those below a level stays below it (Holm 1979). The
// order is kept; NaN stays NaN and counts as no test.
func Holm(ps []float64) []float64 {
	adjusted := slices.Clone(ps)
	var order []int
	for i, p := range ps {
		if !math.IsNaN(p) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case ps[i] < ps[j]:
			return -1
		case ps[i] > ps[j]:
			return 1
		}
		return 0
	})
	least := 0.0
	for rank, i := range order {
		least = max(least, min(1, ps[i]*float64(len(order)-rank)))
		adjusted[i] = least
	}
	return adjusted
}
