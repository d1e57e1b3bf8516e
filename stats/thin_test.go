package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestThin(t *testing.T) {
	nan := math.NaN()
	for _, tt := range []struct {
		name  string
		ys    []float64
		limit int
		want  []int
	}{
		{"empty", nil, 4, []int{}},
		{"whole", []float64{3, 1, 2}, 4, []int{0, 1, 2}},
		{"one bucket: its low and high", []float64{5, 5, 9, 5, 1, 5}, 4, []int{0, 2, 4, 5}},
		{"two buckets", []float64{0, 1, 7, 3, 4, 2, 8, 0}, 6, []int{0, 1, 2, 5, 6, 7}},
		{"all equal", []float64{4, 4, 4, 4, 4, 4}, 4, []int{0, 1, 5}},
		{"NaN is no extreme", []float64{1, nan, 5, nan, 2, 1}, 4, []int{0, 2, 4, 5}},
		{"a limit too small", []float64{5, 5, 9, 5, 1, 5}, 0, []int{0, 2, 4, 5}},
	} {
		if got := Thin(tt.ys, tt.limit); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestThinKeepsExtremes: wherever the lowest and the highest value stand, they are
// kept, in order, and no more than the limit.
func TestThinKeepsExtremes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		ys := make([]float64, 10+r.IntN(3000))
		for i := range ys {
			ys[i] = r.Float64()
		}
		lo := r.IntN(len(ys))
		hi := (lo + 1 + r.IntN(len(ys)-1)) % len(ys)
		ys[lo], ys[hi] = -1, 2
		limit := 4 + r.IntN(400)
		kept := Thin(ys, limit)
		if len(kept) > max(limit, 4) || !slices.IsSorted(kept) || len(slices.Compact(slices.Clone(kept))) != len(kept) {
			t.Fatalf("%d points, limit %d: %d kept, sorted %v", len(ys), limit, len(kept), slices.IsSorted(kept))
		}
		if !slices.Contains(kept, lo) || !slices.Contains(kept, hi) {
			t.Fatalf("%d points, limit %d: the extremes at %d and %d are not among %v", len(ys), limit, lo, hi, kept)
		}
	}
}
