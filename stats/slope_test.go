package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// plainSlope is the textbook's test, which FitTrend is held against.
func plainSlope(x, y []float64) Slope {
	s, _, _ := fitSlope(x, y)
	return s
}

// Certified values: NIST StRD, Linear Regression, Norris.
func TestSlopeNorris(t *testing.T) {
	y := []float64{0.1, 338.8, 118.1, 888.0, 9.2, 228.1, 668.5, 998.5, 449.1, 778.9, 559.2, 0.3, 0.1, 778.1, 668.8, 339.3,
		448.9, 10.8, 557.7, 228.3, 998.0, 888.8, 119.6, 0.3, 0.6, 557.6, 339.3, 888.0, 998.5, 778.9, 10.2, 117.6, 228.9, 668.4, 449.2, 0.2}
	x := []float64{0.2, 337.4, 118.2, 884.6, 10.1, 226.5, 666.3, 996.3, 448.6, 777.0, 558.2, 0.4, 0.6, 775.5, 666.9, 338.0,
		447.5, 11.6, 556.0, 228.1, 995.8, 887.6, 120.2, 0.3, 0.3, 556.8, 339.1, 887.2, 999.0, 779.0, 11.1, 118.3, 229.2, 669.1, 448.9, 0.5}
	s := plainSlope(x, y)
	if s.N != 36 || s.DF != 34 || math.Abs(s.Slope-1.00211681802045) > 1e-13 || math.Abs(s.StdErr-0.429796848199937e-03) > 1e-14 {
		t.Errorf("%+v, want slope 1.00211681802045 ± 0.000429796848199937", s)
	}
}

// By hand: x = 1…5, y = 1, 2, 2, 4, 6. x̄ = y̅ = 3, Σ(x−x̄)² = 10, Σ(x−x̄)(y−ȳ) =
// 4 + 1 + 0 + 1 + 6 = 12, slope 1.2. Residuals 0.4, 0.2, −1, −0.2, 0.6: squares
// 1.6, standard error √(1.6/3/10), t = 5.196. Neighbours: 0.08 − 0.2 + 0.2 − 0.12
// = −0.04: not alike, so the trend's test has 5 − 2 degrees of freedom as well.
func TestSlopeByHand(t *testing.T) {
	x, y := []float64{1, 2, 3, 4, 5}, []float64{1, 2, 2, 4, 6}
	for name, s := range map[string]Slope{"slope": plainSlope(x, y), "trend": FitTrend(x, y)} {
		se := math.Sqrt(1.6 / 30)
		if math.Abs(s.Slope-1.2) > 1e-12 || math.Abs(s.StdErr-se) > 1e-12 || math.Abs(s.T-1.2/se) > 1e-12 || s.DF != 3 {
			t.Errorf("%s: %+v, want slope 1.2, error %v, t %v, 3 degrees of freedom", name, s, se, 1.2/se)
		}
		if s.P < 0.005 || s.P > 0.01 { // table: 4.541 at 1 %, 5.841 at 0.5 %
			t.Errorf("%s: p %v, want it between 0.5 and 1 %%", name, s.P)
		}
	}
}

// Residuals that come in runs are worth less. x = 1…6, y = 0, 0, 3, 3, 0, 0 is
// level: residuals −1, −1, 2, 2, −1, −1, squares 12, neighbours 1 − 2 + 4 − 2 + 1 =
// 2, r₁ = 1/6, and 6·(5/6)/(7/6) = 30/7 effective values.
func TestTrendTakesNeighboursIntoAccount(t *testing.T) {
	s := FitTrend([]float64{1, 2, 3, 4, 5, 6}, []float64{0, 0, 3, 3, 0, 0})
	if math.Abs(s.DF-(30./7-2)) > 1e-12 || s.Slope != 0 || math.Abs(s.P-0.5) > 1e-12 {
		t.Errorf("%+v, want slope 0, %v degrees of freedom, p 0.5", s, 30./7-2)
	}
}

func TestSlopeOfLittle(t *testing.T) {
	for _, tt := range []struct {
		name string
		x, y []float64
		p    float64 // NaN = undefined
	}{
		{"none", nil, nil, math.NaN()},
		{"two", []float64{1, 2}, []float64{1, 2}, math.NaN()},
		{"one x", []float64{1, 1, 1}, []float64{1, 2, 3}, math.NaN()},
		{"lengths differ", []float64{1, 2, 3}, []float64{1, 2}, math.NaN()},
		{"level", []float64{1, 2, 3}, []float64{4, 4, 4}, 0.5},
		{"a straight line up", []float64{1, 2, 3}, []float64{1, 2, 3}, 0},
		{"a straight line down", []float64{1, 2, 3}, []float64{3, 2, 1}, 1},
	} {
		for name, s := range map[string]Slope{"slope": plainSlope(tt.x, tt.y), "trend": FitTrend(tt.x, tt.y)} {
			if s.P != tt.p && !(math.IsNaN(s.P) && math.IsNaN(tt.p)) {
				t.Errorf("%s, %s: p %v, want %v", tt.name, name, s.P, tt.p)
			}
		}
	}
}

// Series without a trend whose neighbours are alike (each value half the one
// before, plus noise): at the 5 % level the plain test cries wolf at far more
// than 5 % of them, the trend's at about that.
func TestTrendSeldomCriesWolf(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	const series, length = 2000, 60
	plain, trend := 0, 0
	xs, ys := make([]float64, length), make([]float64, length)
	for range series {
		y := 0.0
		for i := range ys {
			y = 0.5*y + rng.NormFloat64()
			xs[i], ys[i] = float64(i), y
		}
		if plainSlope(xs, ys).P < 0.05 {
			plain++
		}
		if FitTrend(xs, ys).P < 0.05 {
			trend++
		}
	}
	if share := float64(trend) / series; share > 0.08 {
		t.Errorf("the trend's test rejects %.3f of trendless series, want about 0.05", share)
	}
	if share := float64(plain) / series; share < 0.12 {
		t.Errorf("the plain test rejects %.3f of them: the series are not alike enough to test with", share)
	}
}
