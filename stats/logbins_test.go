package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestLogBins(t *testing.T) {
	var empty LogBins
	if got := empty.Quantiles([]float64{0, 0.5}); got != nil || empty.N() != 0 {
		t.Errorf("empty: %v of %d", got, empty.N())
	}
	for _, tt := range []struct {
		name string
		xs   []float64
		ps   []float64
		want []float64 // within 0.5 %
	}{
		{"single", []float64{7}, []float64{0, 0.5, 1}, []float64{7, 7, 7}},
		{"all equal", []float64{3, 3, 3}, []float64{0, 0.5, 1}, []float64{3, 3, 3}},
		{"four", []float64{40, 10, 30, 20}, []float64{0, 0.25, 0.5, 0.51, 0.75, 1}, []float64{10, 10, 20, 30, 30, 40}},
		{"zeros and less", []float64{0, -5, 0, 8}, []float64{0, 0.5, 0.75, 0.76, 1}, []float64{0, 0, 0, 8, 8}},
		{"NaN left out", []float64{math.NaN(), 2}, []float64{0.5}, []float64{2}},
		{"far apart", []float64{1e-6, 1, 1e9}, []float64{0, 0.5, 1}, []float64{1e-6, 1, 1e9}},
	} {
		var b LogBins
		for _, x := range tt.xs {
			b.Add(x)
		}
		got := b.Quantiles(tt.ps)
		for i := range tt.want {
			if math.Abs(got[i]-tt.want[i]) > 0.005*tt.want[i] {
				t.Errorf("%s: quantiles %v are %v, want %v", tt.name, tt.ps, got, tt.want)
				break
			}
		}
	}
}

// TestLogBinsAgainstSample: of 20,000 log-normal values every quantile is within
// 0.5 % of the sorted sample's.
func TestLogBinsAgainstSample(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var b LogBins
	xs := make([]float64, 20_000)
	for i := range xs {
		xs[i] = math.Exp(3 + r.NormFloat64())
		b.Add(xs[i])
	}
	slices.Sort(xs)
	ps := []float64{0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1}
	for i, got := range b.Quantiles(ps) {
		want := xs[max(1, int(math.Ceil(ps[i]*float64(len(xs))-1e-9)))-1]
		if math.Abs(got/want-1) > 0.00501 {
			t.Errorf("quantile %v = %v, the sample's is %v", ps[i], got, want)
		}
	}
}
