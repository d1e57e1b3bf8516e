// Package stats is maths without a domain: samples, quantiles, counts of what
// overlaps in time. Values in, values out; no clock, no I/O.
//
// What is undefined is NaN, never 0, and the caller's slice is never reordered.
package stats

import (
	"math"

	"github.com/montanaflynn/stats"
)

// Mean is Σx ÷ n; NaN for an empty sample.
func Mean(xs []float64) float64 { return orNaN(stats.Mean(xs)) }

// Median is the middle value, or the mean of the two middle ones; NaN for an
// empty sample.
func Median(xs []float64) float64 { return orNaN(stats.Median(xs)) }

// StdDev is the population's standard deviation √(Σ(x−mean)² ÷ n), as NumPy's
// std with ddof 0; 0 for a single value, NaN for an empty sample.
func StdDev(xs []float64) float64 { return orNaN(stats.StandardDeviationPopulation(xs)) }

// SampleStdDev is the standard deviation of the population that xs was drawn from,
// √(Σ(x−mean)² ÷ (n − 1)); NaN below two values.
func SampleStdDev(xs []float64) float64 {
	if len(xs) < 2 {
		return math.NaN()
	}
	return orNaN(stats.StandardDeviationSample(xs))
}

func orNaN(x float64, err error) float64 {
	if err != nil {
		return math.NaN()
	}
	return x
}
