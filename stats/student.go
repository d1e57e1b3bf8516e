package stats

import "math"

// studentTail is P(T ≥ t) of Student's t with df degrees of freedom, not
// necessarily whole: for t ≥ 0 it is ½·I(df/(df+t²); df/2, ½), I the regularized
// incomplete beta function (Abramowitz and Stegun 26.7.1); df = +Inf is the normal
// distribution.
func studentTail(t, df float64) float64 {
	if math.IsNaN(t) || !(df > 0) {
		return math.NaN()
	}
	if math.IsInf(df, 1) {
		return math.Erfc(t/math.Sqrt2) / 2
	}
	tail := 0.0
	if !math.IsInf(t, 0) {
		tail = 0.5 * regularizedBeta(df/(df+t*t), df/2, 0.5)
	}
	if t < 0 {
		return 1 - tail
	}
	return tail
}

// studentQuantile is the t whose studentTail is tail; tail in (0, ½], NaN for another
// one. Newton's method from 0 comes up to it from below, for the tail is convex.
func studentQuantile(tail, df float64) float64 {
	if !(tail > 0 && tail <= 0.5 && df > 0) {
		return math.NaN()
	}
	for t := 0.0; ; {
		next := t + (studentTail(t, df)-tail)/studentDensity(t, df)
		if !(next > t) {
			return t
		}
		t = next
	}
}

// studentDensity is that of Student's t with df degrees of freedom.
func studentDensity(t, df float64) float64 {
	if math.IsInf(df, 1) {
		return math.Exp(-t*t/2) / math.Sqrt(2*math.Pi)
	}
	above, _ := math.Lgamma((df + 1) / 2)
	below, _ := math.Lgamma(df / 2)
	return math.Exp(above-below-(df+1)/2*math.Log1p(t*t/df)) / math.Sqrt(df*math.Pi)
}

// regularizedBeta is I(x; a, b) for x in [0, 1], by its continued fraction
// (Abramowitz and Stegun 26.5.8) in Lentz's form. The fraction converges fast for
// x below (a+1)/(a+b+2); above it, I(x; a, b) = 1 − I(1−x; b, a).
func regularizedBeta(x, a, b float64) float64 {
	if x <= 0 || x >= 1 {
		return min(max(x, 0), 1)
	}
	if x > (a+1)/(a+b+2) {
		return 1 - regularizedBeta(1-x, b, a)
	}
	const tiny, enough = 1e-300, 1e-15
	notZero := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/notZero(1-(a+b)*x/(a+1))
	sum := d
	for m := 1.0; m < 500; m++ {
		for _, k := range [2]float64{
			m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m)),
			-(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1)),
		} {
			d = 1 / notZero(1+k*d)
			c = notZero(1 + k/c)
			sum *= c * d
		}
		if math.Abs(c*d-1) < enough {
			break
		}
	}
	ab, _ := math.Lgamma(a + b)
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	return math.Exp(ab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a * sum
}
