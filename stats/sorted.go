package stats

import (
	"math"
	"slices"
)

// Sorted is a sample in ascending order. A caller that owns its slice may sort
// it and convert, and saves the copy that Sort makes.
type Sorted []float64

// Sort returns a sorted copy of xs.
func Sort(xs []float64) Sorted {
	s := slices.Clone(xs)
	slices.Sort(s)
	return s
}

// Percentile is the p-th percentile, p in [0, 100], of Hyndman and Fan's type 7:
// the value at rank (n−1)·p/100, counted from 0, interpolated linearly between
// its neighbours. The interpolation starts from the nearer neighbour, which is
// how NumPy's percentile does it, bit for bit. NaN for an empty sample, a sample
// that holds a NaN, or another p.
func (s Sorted) Percentile(p float64) float64 {
	n := len(s)
	if n == 0 || math.IsNaN(s[0]) || !(p >= 0 && p <= 100) {
		return math.NaN()
	}
	rank := float64(n-1) * (p / 100)
	k := int(rank)
	if k >= n-1 {
		return s[n-1]
	}
	a, b, t := s[k], s[k+1], rank-float64(k)
	if a == b {
		return a // also keeps ∞ − ∞ out
	}
	// The conversions keep the compiler from fusing multiply and add, so that
	// every machine gives the same bits.
	if t >= 0.5 {
		return b - float64((b-a)*(1-t))
	}
	return a + float64((b-a)*t)
}

// Max is the largest value; NaN for an empty sample.
func (s Sorted) Max() float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	return s[len(s)-1]
}
