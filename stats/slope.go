package stats

import "math"

// A Slope is the straight line y = a + Slope·x through a sample by least
// squares, and how sure it is that it rises. What is undefined is NaN.
type Slope struct {
	N      int
	Slope  float64 // Σ(x−x̄)(y−ȳ) ÷ Σ(x−x̄)²
	StdErr float64 // of Slope: √(Σ residual² ÷ df ÷ Σ(x−x̄)²)
	DF     float64 // degrees of freedom: the (effective) number of values − 2
	T      float64 // Slope ÷ StdErr; ±Inf for a line without residuals
	P      float64 // chance of a T at least so large where nothing rises (one-sided, Student's t)
}

// FitTrend tests the slope of a series in order of time, whose neighbours are alike:
// a queue that is long now was long just before, and drifts up and down without
// any trend. With r₁ the lag-1 autocorrelation of the residuals, n values tell as
// much as n·(1−r₁)/(1+r₁) independent ones; df and the standard error are taken
// for those (Santer et al., J. Geophys. Res. 105, 2000, eq. 4–6). r₁ below 0
// counts as 0. Where fewer than 3 effective values are left, P is NaN.
func FitTrend(xs, ys []float64) Slope {
	s, residuals, spread := fitSlope(xs, ys)
	if math.IsNaN(s.T) {
		return s
	}
	var squares, products float64
	for i, r := range residuals {
		squares += r * r
		if i > 0 {
			products += r * residuals[i-1]
		}
	}
	if squares == 0 {
		return s
	}
	r1 := max(0, products/squares)
	s.DF = float64(s.N)*(1-r1)/(1+r1) - 2
	if s.DF < 1 {
		s.StdErr, s.T, s.P = math.NaN(), math.NaN(), math.NaN()
		return s
	}
	s.StdErr = math.Sqrt(squares / s.DF / spread)
	s.T = s.Slope / s.StdErr
	s.P = studentTail(s.T, s.DF)
	return s
}

// fitSlope is the textbook t test of a least-squares slope: values are taken for
// independent, so df = n − 2. It needs 3 values, and 2 different x. It also returns the
// residuals, and Σ(x−x̄)².
func fitSlope(xs, ys []float64) (s Slope, residuals []float64, spread float64) {
	n := len(xs)
	s = Slope{N: n, Slope: math.NaN(), StdErr: math.NaN(), DF: math.NaN(), T: math.NaN(), P: math.NaN()}
	if n < 3 || n != len(ys) {
		return s, nil, 0
	}
	meanX, meanY := Mean(xs), Mean(ys)
	var together float64
	for i := range xs {
		spread += (xs[i] - meanX) * (xs[i] - meanX)
		together += (xs[i] - meanX) * (ys[i] - meanY)
	}
	if spread == 0 {
		return s, nil, 0
	}
	s.Slope, s.DF = together/spread, float64(n-2)
	var squares float64
	residuals = make([]float64, n)
	for i := range xs {
		residuals[i] = ys[i] - meanY - s.Slope*(xs[i]-meanX)
		squares += residuals[i] * residuals[i]
	}
	s.StdErr = math.Sqrt(squares / s.DF / spread)
	if s.Slope == 0 {
		s.T = 0 // a level line, whatever its residuals
	} else {
		s.T = s.Slope / s.StdErr
	}
	s.P = studentTail(s.T, s.DF)
	return s, residuals, spread
}
