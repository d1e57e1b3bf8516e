package stats

import "math"

// A TTest is an estimate with its standard error: all that a test against a null
// hypothesis and a confidence interval need. Its zero value knows nothing; see
// Defined.
type TTest struct {
	Estimate float64 // of the difference, or of the mean
	SE       float64 // its standard error; 0 = the samples have no spread
	DoF      float64 // degrees of freedom of Student's t; +Inf = the normal distribution
}

// Defined reports whether there was enough to estimate a spread from.
func (t TTest) Defined() bool { return t.DoF > 0 && !math.IsNaN(t.Estimate) && !math.IsNaN(t.SE) }

// undefined is what too small a sample gives.
var undefined = TTest{Estimate: math.NaN(), SE: math.NaN(), DoF: math.NaN()}

// Welch is the difference mean(b) − mean(a) of two independent samples whose
// spreads may differ (Welch 1947), with the degrees of freedom of Satterthwaite
// (1946). Each sample needs two values, else the result is undefined.
func Welch(a, b []float64) TTest {
	if len(a) < 2 || len(b) < 2 {
		return undefined
	}
	va, vb := variance(a)/float64(len(a)), variance(b)/float64(len(b))
	t := TTest{Estimate: Mean(b) - Mean(a), SE: math.Sqrt(va + vb)}
	t.DoF = (va + vb) * (va + vb) / (va*va/float64(len(a)-1) + vb*vb/float64(len(b)-1))
	if t.SE == 0 {
		t.DoF = float64(len(a) + len(b) - 2)
	}
	return t
}

// Paired is the mean of the differences b[i] − a[i] (Student's paired t): what
// drifts alike in both is not in it. The samples are of equal length, 2 or more,
// else the result is undefined.
func Paired(a, b []float64) TTest {
	if len(a) != len(b) {
		return undefined
	}
	d := make([]float64, len(a))
	for i := range a {
		d[i] = b[i] - a[i]
	}
	return OneSample(d)
}

// OneSample is the mean of a sample of two or more values.
func OneSample(xs []float64) TTest {
	if len(xs) < 2 {
		return undefined
	}
	n := float64(len(xs))
	return TTest{Estimate: Mean(xs), SE: math.Sqrt(variance(xs) / n), DoF: n - 1}
}

// OneAgainst is the difference of a lone value from the mean of a sample of two or
// more, whose spread is taken for the lone value's, too (Sokal and Rohlf 1995;
// Crawford and Howell 1998).
func OneAgainst(xs []float64, lone float64) TTest {
	t := OneSample(xs)
	n := float64(len(xs))
	t.Estimate = lone - t.Estimate
	t.SE *= math.Sqrt(n + 1) // s·√(1 + 1/n) from s/√n
	return t
}

// Minus is the test of a difference reported from the other side.
func (t TTest) Minus() TTest {
	t.Estimate = -t.Estimate
	return t
}

// TwoSided is the p-value of the null hypothesis that what is estimated equals
// null; NaN where undefined. Without any spread it is 1 for what equals it, else 0.
func (t TTest) TwoSided(null float64) float64 {
	above := t.Above(null)
	return min(1, 2*min(above, 1-above))
}

// Above is the one-sided p-value of the null hypothesis that what is estimated is
// at most null: small where it is larger. NaN where undefined.
func (t TTest) Above(null float64) float64 {
	d := t.Estimate - null
	switch {
	case !t.Defined():
		return math.NaN()
	case t.SE > 0:
		return studentTail(d/t.SE, t.DoF)
	case d > 0:
		return 0
	case d < 0:
		return 1
	}
	return 0.5
}

// Interval is the confidence interval of what is estimated, confidence in (0, 1);
// NaN where undefined.
func (t TTest) Interval(confidence float64) (low, high float64) {
	if !t.Defined() {
		return math.NaN(), math.NaN()
	}
	if t.SE == 0 {
		return t.Estimate, t.Estimate
	}
	half := studentQuantile((1-confidence)/2, t.DoF) * t.SE
	return t.Estimate - half, t.Estimate + half
}

// variance is Σ(x−mean)² ÷ (n − 1): of what the sample was drawn from.
func variance(xs []float64) float64 {
	sd := SampleStdDev(xs)
	return sd * sd
}
