package metrics

import (
	"math"
	"slices"

	"llmsweep/stats"
)

// confidence of Dist.Certified.
const confidence = 0.99

// A describer turns samples into Dists at the same percentiles.
type describer struct {
	percentiles []float64
	certifiedAt []int // per percentile: the samples that Wilks' bound needs; 0 = no number does (the 100th)
}

func newDescriber(percentiles []float64) describer {
	d := describer{percentiles: percentiles}
	for _, p := range percentiles {
		d.certifiedAt = append(d.certifiedAt, stats.WilksN(p/100, confidence))
	}
	return d
}

// dist describes xs, which it owns and sorts.
func (d describer) dist(xs []float64) Dist {
	s := Dist{
		N:         len(xs),
		Mean:      stats.Mean(xs),
		Std:       stats.StdDev(xs),
		P:         make([]float64, len(d.percentiles)),
		Certified: make([]bool, len(d.percentiles)),
	}
	slices.Sort(xs)
	sorted := stats.Sorted(xs)
	s.Median = sorted.Percentile(50)
	for i, p := range d.percentiles {
		s.P[i] = sorted.Percentile(p)
		s.Certified[i] = d.certifiedAt[i] > 0 && len(xs) >= d.certifiedAt[i]
	}
	return s
}

// each describes one value a record, of those on which it is defined.
func (d describer) each(records []*Record, value func(*Record) (float64, bool)) Dist {
	xs := make([]float64, 0, len(records))
	for _, r := range records {
		if x, ok := value(r); ok {
			xs = append(xs, x)
		}
	}
	return d.dist(xs)
}

// pooled describes every value of every record as one sample.
func (d describer) pooled(records []*Record, appendValues func([]float64, *Record) []float64) Dist {
	n := 0
	for _, r := range records {
		n += len(r.Arrivals)
	}
	xs := make([]float64, 0, n)
	for _, r := range records {
		xs = appendValues(xs, r)
	}
	return d.dist(xs)
}

// ratio is a ÷ b; NaN where that is undefined.
func ratio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}
