package dataset

import (
	"math"
	"math/rand/v2"
)

// A Distribution draws numbers: lengths in tokens, or think times in seconds.
// Kind says which of the other fields are meant.
type Distribution struct {
	Kind string `json:"kind"` // constant, uniform, normal, lognormal, values

	Mean   float64   `json:"mean,omitempty"`   // constant, normal
	Std    float64   `json:"std,omitempty"`    // normal
	Median float64   `json:"median,omitempty"` // lognormal
	Sigma  float64   `json:"sigma,omitempty"`  // lognormal: standard deviation of the logarithm
	Min    float64   `json:"min,omitempty"`    // uniform; else a bound: what is less is Min
	Max    float64   `json:"max,omitempty"`    // uniform; else a bound where > 0: what is more is Max
	Values []float64 `json:"values,omitempty"`
	// Weights are relative, one a value; empty = all alike.
	Weights []float64 `json:"weights,omitempty"`
}

// Draw draws one number, never below 0.
func (d *Distribution) Draw(rng *rand.Rand) float64 {
	x := d.Mean
	switch d.Kind {
	case "uniform":
		return d.Min + (d.Max-d.Min)*rng.Float64()
	case "normal":
		x += d.Std * rng.NormFloat64()
	case "lognormal":
		x = d.Median * math.Exp(d.Sigma*rng.NormFloat64())
	case "values":
		x = d.Values[pickWeighted(rng, d.Weights, len(d.Values))]
	}
	if d.Max > 0 {
		x = min(x, d.Max)
	}
	return max(x, d.Min, 0)
}

// DrawLen draws a length: a whole number, at least 1, a uniform one from Min to
// Max, both included.
func (d *Distribution) DrawLen(rng *rand.Rand) int {
	if d.Kind == "uniform" {
		lo, hi := int(d.Min), int(d.Max)
		return max(1, lo+rng.IntN(hi-lo+1))
	}
	return max(1, int(math.Round(d.Draw(rng))))
}

// Most is the largest value that can come, +Inf if there is none; Least the
// smallest.
func (d *Distribution) Most() float64 {
	switch {
	case d.Kind == "constant":
		return d.Mean
	case d.Kind == "values":
		return maxOf(d.Values)
	case d.Max > 0:
		return d.Max
	}
	return math.Inf(1)
}

// Least is the smallest value that can come.
func (d *Distribution) Least() float64 {
	switch d.Kind {
	case "constant":
		return d.Mean
	case "values":
		least := math.Inf(1)
		for _, v := range d.Values {
			least = min(least, v)
		}
		return least
	}
	return d.Min
}

func maxOf(vs []float64) float64 {
	most := 0.0
	for _, v := range vs {
		most = max(most, v)
	}
	return most
}

// pickWeighted draws one of n by weight; without weights all are alike.
func pickWeighted(rng *rand.Rand, weights []float64, n int) int {
	if len(weights) == 0 {
		return rng.IntN(n)
	}
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	x := rng.Float64() * sum
	for i, w := range weights {
		if x -= w; x < 0 {
			return i
		}
	}
	return n - 1
}
