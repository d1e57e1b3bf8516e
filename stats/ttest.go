package stats

import (
	"cmp"
	"math"
)

// A TTest is an estimate with its standard error: all that a test against a null
// hypothesis and a confidence interval need. Its zero value knows nothing; see
// Defined.
type TTest struct {
	Estimate float64 // of the difference, or of the mean
	SE       float64 // its standard error; 0 = the samples have no spread
	DoF      float64 // degrees of freedom of Student's t; +Inf = the normal distribution
	Times    float64 // what p-values are multiplied by, for the test was picked from several; 0 = 1
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

// pickedTimes is what a p-value is multiplied by that is the smaller one of the paired
// and of Welch's test. They have one estimate, so that 2 (Bonferroni) is more than it
// takes: with 1.5 no more than the level is found of equal samples, by simulation of 2
// to 8 pairs, drift of 0 to 4 times the noise, and levels from 2 % to 0.06 %.
const pickedTimes = 1.5

// PairedOrWelch is the one of Paired and Welch that finds more. Pairs see through drift,
// but have half the degrees of freedom, which costs them much where there is none.
func PairedOrWelch(a, b []float64) (t TTest, paired bool) {
	p, w := Paired(a, b), Welch(a, b)
	if paired = p.TwoSided(0) < w.TwoSided(0); paired {
		t = p
	} else {
		t = w
	}
	t.Times = pickedTimes
	return t, paired
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
	return min(1, 2*t.times()*min(t.tail(null), t.Minus().tail(-null))) // 1 − tail would lose what is below 1e-16
}

func (t TTest) times() float64 { return cmp.Or(t.Times, 1) }

// Above is the one-sided p-value of the null hypothesis that what is estimated is
// at most null: small where it is larger. NaN where undefined.
func (t TTest) Above(null float64) float64 { return min(1, t.times()*t.tail(null)) }

// tail is Above of this test alone.
func (t TTest) tail(null float64) float64 {
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
	half := studentQuantile((1-confidence)/2/t.times(), t.DoF) * t.SE
	return t.Estimate - half, t.Estimate + half
}

// variance is Σ(x−mean)² ÷ (n − 1): of what the sample was drawn from.
func variance(xs []float64) float64 {
	sd := SampleStdDev(xs)
	return sd * sd
}
