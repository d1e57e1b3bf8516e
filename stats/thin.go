package stats

import "math"

// Thin picks at most limit points of a series for a chart, by index, rising: the
// first, the last, and of each of (limit−2)/2 buckets with equally many points its
// lowest and its highest. So every peak that stands out stays, and the extremes of
// the whole are always among them. A series of limit points or fewer is kept whole;
// a limit under 4 is taken as 4. NaN is never an extreme.
func Thin(ys []float64, limit int) []int {
	n, limit := len(ys), max(limit, 4)
	if n <= limit {
		all := make([]int, n)
		for i := range all {
			all[i] = i
		}
		return all
	}
	kept := []int{0}
	buckets := (limit - 2) / 2
	for b := range buckets {
		from, to := 1+b*(n-2)/buckets, 1+(b+1)*(n-2)/buckets
		lo, hi := extremes(ys, from, to)
		kept = append(kept, min(lo, hi))
		if lo != hi {
			kept = append(kept, max(lo, hi))
		}
	}
	return append(kept, n-1)
}

// extremes are where ys[from:to] is lowest and highest; from where all are NaN.
func extremes(ys []float64, from, to int) (lo, hi int) {
	lo, hi = from, from
	for i := from; i < to; i++ {
		if ys[i] < ys[lo] || math.IsNaN(ys[lo]) {
			lo = i
		}
		if ys[i] > ys[hi] || math.IsNaN(ys[hi]) {
			hi = i
		}
	}
	return lo, hi
}
