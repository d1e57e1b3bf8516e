package stats

import (
	"math"
	"testing"
)

// Two-sided 95 % and 99 % points of Student's t, as in NIST/SEMATECH's
// e-Handbook of Statistical Methods, 1.3.6.7.2.
func TestStudentQuantile(t *testing.T) {
	for _, tt := range []struct{ tail, df, want float64 }{
		{0.025, 1, 12.706}, {0.025, 2, 4.303}, {0.025, 4, 2.776}, {0.025, 9, 2.262}, {0.025, 30, 2.042}, {0.025, 100, 1.984},
		{0.005, 1, 63.657}, {0.005, 4, 4.604}, {0.10, 3, 1.638}, {0.5, 7, 0},
	} {
		if got := studentQuantile(tt.tail, tt.df); math.Abs(got-tt.want) > 0.0005 {
			t.Errorf("t(%v; %v) = %v, want %v", tt.tail, tt.df, got, tt.want)
		}
	}
	for _, tt := range [][2]float64{{0, 3}, {0.6, 3}, {-1, 3}, {0.025, 0}, {math.NaN(), 3}, {0.025, math.NaN()}} {
		if got := studentQuantile(tt[0], tt[1]); !math.IsNaN(got) {
			t.Errorf("t(%v; %v) = %v, want NaN", tt[0], tt[1], got)
		}
	}
}

// 2, 4, 9: mean 5, s = √13, t = 4.3027 for 2 degrees of freedom: half the width
// is 4.3027 · √13 ÷ √3 = 8.9567.
func TestTInterval(t *testing.T) {
	for _, tt := range []struct {
		name      string
		xs        []float64
		low, high float64
	}{
		{"three", []float64{2, 4, 9}, -3.9567, 13.9567},
		{"two: 6 ± 12.7062 · √2 ÷ √2", []float64{5, 7}, -6.7062, 18.7062},
		{"all equal", []float64{3, 3, 3}, 3, 3},
		{"one", []float64{3}, math.NaN(), math.NaN()},
		{"none", nil, math.NaN(), math.NaN()},
	} {
		low, high := TInterval(tt.xs, 0.95)
		if !close4(low, tt.low) || !close4(high, tt.high) {
			t.Errorf("%s: %v to %v, want %v to %v", tt.name, low, high, tt.low, tt.high)
		}
	}
}

func close4(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 0.0001
}
