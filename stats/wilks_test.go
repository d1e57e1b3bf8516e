package stats

import (
	"math"
	"testing"
)

func TestWilksN(t *testing.T) {
	for _, tt := range []struct {
		q, confidence float64
		want          int
	}{
		// By hand: 1 − ½ⁿ·(1+n) ≥ 0.99 at n = 11 (12/2048 = 0.0059), not at 10 (11/1024 = 0.0107).
		{0.50, 0.99, 11},
		// Wilks' own 95/95 of the second order, as in nuclear safety practice: 93.
		{0.95, 0.95, 93},
		{0.90, 0.99, 64},
		{0.95, 0.99, 130},
		{0.99, 0.99, 662},
		{0.999, 0.99, 6636},
		{0, 0.99, 0},
		{1, 0.99, 0},
		{0.9, 1, 0},
		{math.NaN(), 0.99, 0},
	} {
		if got := WilksN(tt.q, tt.confidence); got != tt.want {
			t.Errorf("WilksN(%g, %g) = %d, want %d", tt.q, tt.confidence, got, tt.want)
		}
	}
}

// The bound by its definition: at most one of n values above the quantile is
// Σ over k = 0, 1 of C(n, k)·(1−q)ᵏ·qⁿ⁻ᵏ, here term by term.
func TestWilksNIsTheSmallest(t *testing.T) {
	for _, q := range []float64{0.5, 0.75, 0.9, 0.95, 0.99} {
		missed := func(n int) float64 {
			all := 1.0
			for range n - 1 {
				all *= q
			}
			return all*q + float64(n)*(1-q)*all
		}
		n := WilksN(q, 0.99)
		if missed(n) > 0.01 || missed(n-1) <= 0.01 {
			t.Errorf("q %g: n %d misses with %g, n−1 with %g; want ≤ 0.01 and > 0.01", q, n, missed(n), missed(n-1))
		}
	}
}
