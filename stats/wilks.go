package stats

import (
	"math"
	"sort"
)

// WilksN is the smallest sample size for which the second-largest of n
// independent values lies at or above the q-quantile, q in (0, 1), with the
// given confidence (Wilks, 1941). It lies below only if at most one value is
// above the quantile, so n is the smallest with
//
//	1 − qⁿ − n·(1−q)·qⁿ⁻¹ ≥ confidence
//
// It returns 0 for a q or a confidence outside (0, 1).
func WilksN(q, confidence float64) int {
	if !(q > 0 && q < 1 && confidence > 0 && confidence < 1) {
		return 0
	}
	enough := func(n int) bool {
		x := float64(n)
		return math.Pow(q, x)+x*(1-q)*math.Pow(q, x-1) <= 1-confidence
	}
	upper := 2
	for !enough(upper) {
		if upper > math.MaxInt/4 {
			return math.MaxInt // q is so near 1 that no sample is large enough
		}
		upper *= 2
	}
	return 1 + sort.Search(upper, func(i int) bool { return enough(i + 1) })
}
