package stats

import (
	"math"
	"testing"
)

// Upper 5 %, 2.5 % and 1 % points of Student's t, as in every printed table
// (Fisher and Yates 1963, table III).
func TestStudentTail(t *testing.T) {
	for _, tt := range []struct{ df, p05, p025, p01 float64 }{
		{1, 6.314, 12.706, 31.821},
		{2, 2.920, 4.303, 6.965},
		{5, 2.015, 2.571, 3.365},
		{10, 1.812, 2.228, 2.764},
		{28, 1.701, 2.048, 2.467},
		{30, 1.697, 2.042, 2.457},
		{120, 1.658, 1.980, 2.358},
		{1e7, 1.645, 1.960, 2.326}, // the normal distribution
	} {
		for _, c := range []struct{ at, want float64 }{{tt.p05, 0.05}, {tt.p025, 0.025}, {tt.p01, 0.01}, {-tt.p05, 0.95}, {0, 0.5}} {
			// The table has three decimals: p is as near as the density lets it be.
			if got := studentTail(c.at, tt.df); math.Abs(got-c.want) > 5e-5 {
				t.Errorf("P(t ≥ %v) with %v degrees of freedom = %.6f, want %v", c.at, tt.df, got, c.want)
			}
		}
	}
	// With one degree of freedom it is Cauchy's: ½ − atan(t)/π.
	for _, x := range []float64{0.01, 1, 100, 1e6} {
		if got, want := studentTail(x, 1), math.Atan(1/x)/math.Pi; math.Abs(got/want-1) > 1e-9 {
			t.Errorf("P(t ≥ %v) with 1 degree of freedom = %v, want %v", x, got, want)
		}
	}
	if studentTail(math.Inf(1), 3) != 0 || studentTail(math.Inf(-1), 3) != 1 || !math.IsNaN(studentTail(math.NaN(), 3)) {
		t.Error("∞, −∞, NaN: want 0, 1, NaN")
	}
}

// Two-sided 95 % and 99 % points of Student's t, as in NIST/SEMATECH's
// e-Handbook of Statistical Methods, 1.3.6.7.2.
func TestStudentQuantile(t *testing.T) {
	for _, tt := range []struct{ tail, df, want float64 }{
		{0.025, 1, 12.706}, {0.025, 2, 4.303}, {0.025, 4, 2.776}, {0.025, 9, 2.262}, {0.025, 30, 2.042}, {0.025, 100, 1.984},
		{0.025, math.Inf(1), 1.960}, {0.005, math.Inf(1), 2.576}, {0.005, 1, 63.657}, {0.005, 4, 4.604}, {0.10, 3, 1.638}, {0.5, 7, 0},
	} {
		if got := studentQuantile(tt.tail, tt.df); math.Abs(got-tt.want) > 0.0005 {
			t.Errorf("t(%v; %v) = %v, want %v", tt.tail, tt.df, got, tt.want)
		}
	}
	for _, df := range []float64{0.5, 1, 4, 300, 1e7, math.Inf(1)} {
		for _, tail := range []float64{0.3, 1e-3, 1e-9} {
			if back := studentTail(studentQuantile(tail, df), df); math.Abs(back/tail-1) > 1e-8 {
				t.Errorf("with %v degrees of freedom the tail of t(%v) is %v", df, tail, back)
			}
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
func TestMeanInterval(t *testing.T) {
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
		low, high := OneSample(tt.xs).Interval(0.95)
		if !close4(low, tt.low) || !close4(high, tt.high) {
			t.Errorf("%s: %v to %v, want %v to %v", tt.name, low, high, tt.low, tt.high)
		}
	}
}

func close4(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 0.0001
}

// A p-value far below 1e-16 is as exact of a fall as of a rise. Reference: SciPy 1.x,
// 2·norm.sf(9) and 2·t.sf(60, 8).
func TestTwoSidedIsExactBothWays(t *testing.T) {
	for _, tt := range []struct{ estimate, dof, want float64 }{
		{9, math.Inf(1), 2.2571768119076647e-19}, {-9, math.Inf(1), 2.2571768119076647e-19},
		{60, 8, 6.615115847914829e-12}, {-60, 8, 6.615115847914829e-12},
	} {
		got := TTest{Estimate: tt.estimate, SE: 1, DoF: tt.dof}.TwoSided(0)
		if math.Abs(got-tt.want) > 1e-9*tt.want {
			t.Errorf("%+v: p %g, want %g", tt, got, tt.want)
		}
	}
}
