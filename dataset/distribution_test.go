package dataset

import (
	"math"
	"slices"
	"testing"
)

// Means, and quantiles of the drawn values, against closed forms: Φ(1) = 0.8413,
// the lognormal's median and mean m·exp(σ²/2). Of 20,000 draws a mean is off by
// 5 standard errors once in a million runs; seeds are fixed.
func TestDistributionDraws(t *testing.T) {
	const n = 20_000
	for _, tt := range []struct {
		name        string
		d           Distribution
		mean, sd    float64 // sd: how far one draw is from the mean
		at, q       float64 // a share q of the draws is at most at
		least, most float64
	}{
		{"constant", Distribution{Kind: "constant", Mean: 7}, 7, 0, 7, 1, 7, 7},
		{"uniform", Distribution{Kind: "uniform", Min: 2, Max: 6}, 4, 4 / math.Sqrt(12), 3, 0.25, 2, 6},
		{"normal", Distribution{Kind: "normal", Mean: 100, Std: 10}, 100, 10, 110, 0.8413, 0, 200},
		{"normal with bounds", Distribution{Kind: "normal", Mean: 100, Std: 10, Min: 95, Max: 105}, 100, 5, 95, 0.3085, 95, 105},
		{"normal, never negative", Distribution{Kind: "normal", Mean: 0, Std: 10}, 10 / math.Sqrt(2*math.Pi), 6, 0, 0.5, 0, 100},
		{"lognormal", Distribution{Kind: "lognormal", Median: 50, Sigma: 0.5}, 50 * math.Exp(0.125), 30.2, 50, 0.5, 0, 5000},
		{"lognormal with a bound", Distribution{Kind: "lognormal", Median: 50, Sigma: 0.5, Max: 50}, 41, 12, 30.33, 0.1587, 0, 50}, // a median less 1σ: 50·exp(−0.5)
		{"values", Distribution{Kind: "values", Values: []float64{1, 10}}, 5.5, 4.5, 1, 0.5, 1, 10},
		{"weights", Distribution{Kind: "values", Values: []float64{1, 10}, Weights: []float64{3, 1}}, 3.25, 4, 1, 0.75, 1, 10},
	} {
		rng := promptRand(11, 1)
		xs := make([]float64, n)
		sum, below := 0.0, 0.0
		for i := range xs {
			xs[i] = tt.d.Draw(rng)
			sum += xs[i]
			if xs[i] <= tt.at {
				below++
			}
		}
		if lo, hi := slices.Min(xs), slices.Max(xs); lo < tt.least || hi > tt.most {
			t.Errorf("%s: draws from %v to %v, want %v to %v", tt.name, lo, hi, tt.least, tt.most)
		}
		if tt.name != "lognormal with a bound" && math.Abs(sum/n-tt.mean) > 5*tt.sd/math.Sqrt(n) {
			t.Errorf("%s: mean %v, want %v", tt.name, sum/n, tt.mean)
		}
		if q := below / n; math.Abs(q-tt.q) > 5*0.5/math.Sqrt(n) {
			t.Errorf("%s: %.4f of the draws are at most %v, want %.4f", tt.name, q, tt.at, tt.q)
		}
	}
}

// A die: all six lengths come, each about as often, and no other.
func TestDrawLenUniform(t *testing.T) {
	const n = 6000
	for _, d := range []Distribution{{Kind: "uniform", Min: 1, Max: 6}, {Kind: "uniform", Min: 0.5, Max: 6.9}} {
		rng := promptRand(12, 1)
		times := map[int]int{}
		for range n {
			times[d.DrawLen(rng)]++
		}
		if len(times) != 6 {
			t.Errorf("%v: lengths %v, want 1 to 6", d, times)
		}
		for length := 1; length <= 6; length++ { // binomial: sd √(6000·1/6·5/6) = 29
			if times[length] < 850 || times[length] > 1150 {
				t.Errorf("%v: length %d came %d times of %d, want about 1000", d, length, times[length], n)
			}
		}
	}
}

func TestLeastLen(t *testing.T) {
	for _, tt := range []struct {
		d    Distribution
		want int
	}{
		{Distribution{Kind: "constant", Mean: 7}, 7},
		{Distribution{Kind: "constant", Mean: 0.4}, 1},
		{Distribution{Kind: "uniform", Min: 3, Max: 9}, 3},
		{Distribution{Kind: "uniform", Min: 2.5, Max: 9}, 3},
		{Distribution{Kind: "normal", Mean: 100, Std: 10}, 1},
		{Distribution{Kind: "normal", Mean: 100, Std: 10, Min: 64}, 64},
		{Distribution{Kind: "lognormal", Median: 100, Sigma: 1, Min: 16, Max: 2048}, 16},
		{Distribution{Kind: "values", Values: []float64{30, 20.4, 25}}, 20},
		{Distribution{Kind: "values", Values: []float64{30, 20}, Min: 25}, 25},
		{Distribution{Kind: "constant", Mean: 1e300}, mostLen},
	} {
		if got := tt.d.LeastLen(); got != tt.want {
			t.Errorf("%+v: %d, want %d", tt.d, got, tt.want)
		}
		rng := promptRand(13, 1)
		for range 1000 {
			if got := tt.d.DrawLen(rng); got < tt.want || got > mostLen {
				t.Fatalf("%+v drew %d, and its least is %d", tt.d, got, tt.want)
			}
		}
	}
}

// A weight of 0 is never drawn, even when rounding leaves a rest.
func TestPickWeighted(t *testing.T) {
	rng := promptRand(14, 1)
	times := make([]int, 4)
	for range 10_000 {
		times[pickWeighted(rng, []float64{0, 0.1, 0.3, 0}, 4)]++
	}
	if times[0] != 0 || times[3] != 0 || times[1] < 2250 || times[1] > 2750 {
		t.Errorf("times %v of weights 0, 1, 3, 0; want 0, about 2500, about 7500, 0", times)
	}
}
