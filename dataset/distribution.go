package dataset

import (
	"math"
	"math/rand/v2"
	"slices"
)

// A Distribution draws numbers: lengths in tokens, or think times in seconds.
// Kind says which of the other fields are meant; that they make sense (values,
// Min up to Max, nothing negative) is the config's to check.
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

// Draw draws one number, never below 0. Products are rounded by themselves: a
// processor that fuses them into the sum would draw other numbers than the rest.
func (d *Distribution) Draw(rng *rand.Rand) float64 {
	x := d.Mean
	switch d.Kind {
	case "uniform":
		return d.Min + float64((d.Max-d.Min)*rng.Float64())
	case "normal":
		x += float64(d.Std * rng.NormFloat64())
	case "lognormal":
		x = d.Median * math.Exp(d.Sigma*rng.NormFloat64())
	case "values":
		x = d.Values[pickWeighted(rng, d.Weights, len(d.Values))]
	}
	return d.bound(x)
}

func (d *Distribution) bound(x float64) float64 {
	if d.Max > 0 {
		x = min(x, d.Max)
	}
	return max(x, d.Min, 0)
}

// mostLen is far above every model's context, and far below what an int holds.
const mostLen = 1 << 30

// DrawLen draws a length in tokens: a whole number, at least 1; a uniform one
// from Min to Max, both included, all alike.
func (d *Distribution) DrawLen(rng *rand.Rand) int {
	if d.Kind == "uniform" {
		lo, hi := int(math.Ceil(d.Min)), int(math.Floor(d.Max))
		return max(1, lo+rng.IntN(max(1, hi-lo+1)))
	}
	return toLen(d.Draw(rng))
}

// LeastLen is the smallest length that DrawLen can draw.
func (d *Distribution) LeastLen() int {
	switch d.Kind {
	case "constant":
		return toLen(d.bound(d.Mean))
	case "values":
		return toLen(d.bound(slices.Min(d.Values)))
	case "uniform":
		return max(1, int(math.Ceil(d.Min)))
	}
	return toLen(d.bound(0)) // normal and lognormal come as near to 0 as Min lets them
}

func toLen(x float64) int { return int(min(max(1, math.Round(x)), mostLen)) }

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
	last := 0 // of those that can come: rounding may leave a little of x
	for i, w := range weights {
		if w <= 0 {
			continue
		}
		if x -= w; x < 0 {
			return i
		}
		last = i
	}
	return last
}
