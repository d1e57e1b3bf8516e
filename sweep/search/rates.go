package search

import "math"

// Between are n rates between two, at even steps, rising, each rounded to a multiple
// of 1, 2 or 5 × 10^k that is at most a fifth of the step: all are distinct and short
// to write, and off by a tenth of a step at most. There are none where hi is not
// above lo.
func Between(lo, hi float64, n int) []float64 {
	if !(hi > lo) {
		return nil
	}
	step := (hi - lo) / float64(n+1)
	unit, k := gridOf(step / 5)
	rates := make([]float64, n)
	for i := range rates {
		exact := lo + (hi-lo)*float64(i+1)/float64(n+1)
		units := unit * math.Round(exact/(unit*math.Pow10(k)))
		if k < 0 {
			rates[i] = units / math.Pow10(-k) // the float nearest to the decimal
		} else {
			rates[i] = units * math.Pow10(k)
		}
	}
	return rates
}

// gridOf is the largest unit × 10^k that is at most x, of the units 1, 2 and 5.
func gridOf(x float64) (unit float64, k int) {
	const slack = 1 + 1e-9 // 0.2 may be a little less
	x *= slack
	k = int(math.Floor(math.Log10(x) + 1e-12))
	for _, unit := range []float64{5, 2} {
		if unit*math.Pow10(k) <= x {
			return unit, k
		}
	}
	return 1, k
}
