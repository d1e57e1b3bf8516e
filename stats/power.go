package stats

import (
	"math"
	"sort"
)

// MaxRepeats bounds what RepeatsNeeded looks for.
const MaxRepeats = 1000

// RepeatsNeeded is the least number of values a side, 2 or more, with which Welch's
// one-sided test at level alpha finds a true difference of effect with the given
// power, where the sides spread by sdA and sdB (divisor n − 1). The noncentral t is
// approximated by a shifted t, which is within a value or so of the exact one. ok
// is false where more than MaxRepeats would be needed, or nothing can be found.
func RepeatsNeeded(effect, sdA, sdB, alpha, power float64) (n int, ok bool) {
	va, vb := sdA*sdA, sdB*sdB
	if !(effect > 0) || math.IsNaN(va+vb) {
		return 0, false
	}
	n = 2 + sort.Search(MaxRepeats-1, func(i int) bool { return powerAt(2+i, effect, va, vb, alpha) >= power })
	return n, n <= MaxRepeats
}

// powerAt is the power of the test with n values a side.
func powerAt(n int, effect, va, vb, alpha float64) float64 {
	if va+vb == 0 {
		return 1
	}
	t := TTest{Estimate: effect, SE: math.Sqrt((va + vb) / float64(n))}
	t.DoF = float64(n-1) * (va + vb) * (va + vb) / (va*va + vb*vb)
	return studentTail(studentQuantile(alpha, t.DoF)-effect/t.SE, t.DoF)
}
