package stats

import (
	"maps"
	"math"
	"slices"
)

// binRatio is the width of a bin: its upper edge ÷ its lower edge.
const binRatio = 1.01

// LogBins is a distribution in constant memory: counts in bins 1 % wide, so that a
// quantile is within 0.5 % of the sample's own, for samples too large to sort. Its
// zero value is empty. Values ≤ 0 count as 0; NaN is left out.
type LogBins struct {
	n, zero  int
	min, max float64
	bins     map[int]int
}

// Add counts a value.
func (b *LogBins) Add(x float64) {
	if math.IsNaN(x) {
		return
	}
	x = max(x, 0)
	if b.n == 0 {
		b.min, b.max, b.bins = x, x, map[int]int{}
	}
	b.n++
	b.min, b.max = min(b.min, x), max(b.max, x)
	if x == 0 {
		b.zero++
		return
	}
	b.bins[int(math.Floor(math.Log(x)/math.Log(binRatio)))]++
}

// N is how many values were counted.
func (b *LogBins) N() int { return b.n }

// Quantiles are, for each share of ps (rising, each in [0, 1]), the least value that
// at least that share of the sample does not exceed: the inverse of the empirical
// distribution (Hyndman and Fan's type 1). The least and the largest value are
// exact. nil for an empty sample.
func (b *LogBins) Quantiles(ps []float64) []float64 {
	if b.n == 0 {
		return nil
	}
	keys := slices.Sorted(maps.Keys(b.bins))
	out := make([]float64, len(ps))
	seen, k := b.zero, 0 // values in bins before keys[k]
	for i, p := range ps {
		rank := max(1, int(math.Ceil(p*float64(b.n)-1e-9)))
		for k < len(keys) && seen+b.bins[keys[k]] < rank {
			seen += b.bins[keys[k]]
			k++
		}
		switch {
		case rank == 1:
			out[i] = b.min
		case rank <= b.zero:
			out[i] = 0
		case rank >= b.n || k == len(keys):
			out[i] = b.max
		default:
			middle := math.Pow(binRatio, float64(keys[k])+0.5)
			out[i] = min(max(middle, b.min), b.max)
		}
	}
	return out
}
