package stats

import (
	"math"

	"github.com/montanaflynn/stats"
)

// SampleStdDev is the standard deviation of the population that xs was drawn from,
// √(Σ(x−mean)² ÷ (n − 1)); NaN below two values.
func SampleStdDev(xs []float64) float64 {
	if len(xs) < 2 {
		return math.NaN()
	}
	return orNaN(stats.StandardDeviationSample(xs))
}

// TInterval is the two-sided confidence interval of the mean of the population
// that xs was drawn from, mean ± t·s/√n, with s the SampleStdDev and t Student's
// quantile for n − 1 degrees of freedom; confidence in (0, 1). NaN below two
// values. It takes the values for independent and their mean for normal.
func TInterval(xs []float64, confidence float64) (low, high float64) {
	mean, n := Mean(xs), float64(len(xs))
	half := studentQuantile((1-confidence)/2, n-1) * SampleStdDev(xs) / math.Sqrt(n)
	return mean - half, mean + half
}

// studentQuantile is the t whose studentTail is tail, found by halving; tail in
// (0, ½], NaN for another one.
func studentQuantile(tail, df float64) float64 {
	if !(tail > 0 && tail <= 0.5 && df > 0) {
		return math.NaN()
	}
	low, high := 0.0, 1.0
	for studentTail(high, df) > tail {
		low, high = high, 2*high
	}
	for {
		t := low + (high-low)/2
		if t <= low || t >= high { // neighbours: there is no number between
			return high
		}
		if studentTail(t, df) > tail {
			low = t
		} else {
			high = t
		}
	}
}
