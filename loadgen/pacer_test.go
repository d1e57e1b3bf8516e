package loadgen

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
)

const ms = time.Millisecond

func TestSchedules(t *testing.T) {
	for _, tt := range []struct {
		name  string
		pacer Pacer
		want  []time.Duration
	}{
		{"constant 4/s", Constant{Rate: 4, N: 3}, []time.Duration{250 * ms, 500 * ms, 750 * ms}},
		{"constant does not add up rounding", Constant{Rate: 3, N: 3}, []time.Duration{333333333, 666666667, time.Second}},
		{"gamma, infinitely regular", Gamma{Rate: 10, Burstiness: math.Inf(1), N: 2}, []time.Duration{100 * ms, 200 * ms}},
		{"gamma, infinitely fast", Gamma{Rate: math.Inf(1), Burstiness: 1, N: 2}, []time.Duration{0, 0}},
		{"one arrival is due at 1/rate whatever is drawn", Gamma{Rate: 2, Burstiness: 1, N: 1, Seed: 9}, []time.Duration{500 * ms}},
		{"at once", AtOnce{N: 3}, []time.Duration{0, 0, 0}},
		{"none", Gamma{Rate: 2, Burstiness: 1}, nil},
	} {
		if got := slices.Collect(tt.pacer.Arrivals()); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// As in vLLM, n requests take exactly n/rate, whatever the seed and the shape.
func TestGammaRescaled(t *testing.T) {
	for _, shape := range []float64{1e-3, 0.1, 0.5, 1, 2, 100} {
		for seed := range uint64(20) {
			g := Gamma{Rate: 7, Burstiness: shape, N: 100, Seed: seed}
			got := slices.Collect(g.Arrivals())
			if len(got) != 100 || got[99] != 14285714286 { // 100/7 s
				t.Errorf("shape %v, seed %d: %d arrivals, the last at %v; want 100, 14.285714286s", shape, seed, len(got), got[len(got)-1])
			}
			if !slices.IsSorted(got) || got[0] < 0 {
				t.Errorf("shape %v, seed %d: arrivals go backwards", shape, seed)
			}
		}
	}
}

func TestSameSeedSameSchedule(t *testing.T) {
	at := func(seed uint64) []time.Duration {
		return slices.Collect(Gamma{Rate: 5, Burstiness: 1, N: 50, Seed: seed}.Arrivals())
	}
	if !slices.Equal(at(1), at(1)) {
		t.Error("the same seed gave two schedules")
	}
	if slices.Equal(at(1), at(2)) {
		t.Error("two seeds gave one schedule")
	}
}

// A gamma variable of shape k and scale 1 has mean k, variance k and skewness
// 2/√k. Limits are five standard errors of each estimate, so that a wrong formula
// fails and a seed does not.
func TestGammaMoments(t *testing.T) {
	const n = 200_000
	for _, k := range []float64{0.25, 0.5, 1, 2, 10} {
		rng := rand.New(rand.NewPCG(42, 0))
		xs := make([]float64, n)
		sum := 0.0
		for i := range xs {
			xs[i] = gamma(rng, k)
			sum += xs[i]
		}
		mean := sum / n
		var m2, m3 float64
		for _, x := range xs {
			d := x - mean
			m2 += d * d / n
			m3 += d * d * d / n
		}
		if se := math.Sqrt(k / n); math.Abs(mean-k) > 5*se {
			t.Errorf("shape %v: mean %v", k, mean)
		}
		// var(s²) = (μ4 − σ⁴)/n with μ4 = 3k² + 6k
		if se := math.Sqrt((2*k*k + 6*k) / n); math.Abs(m2-k) > 5*se {
			t.Errorf("shape %v: variance %v", k, m2)
		}
		if skew := m3 / math.Pow(m2, 1.5); math.Abs(skew-2/math.Sqrt(k)) > 0.08*2/math.Sqrt(k) {
			t.Errorf("shape %v: skewness %v, want %v", k, skew, 2/math.Sqrt(k))
		}
	}
}

// A burstiness of 1 gives Poisson arrivals, with exponential gaps: a share 1 − e^−x of them is
// shorter than x mean gaps. The largest distance between the two curves stays
// below Kolmogorov's limit for 1 in 1000, 1.95/√n.
func TestPoissonGaps(t *testing.T) {
	const n, rate = 20_000, 50.0
	gaps := slices.Collect(Gamma{Rate: rate, Burstiness: 1, N: n, Seed: 3}.Arrivals())
	for i := n - 1; i > 0; i-- {
		gaps[i] -= gaps[i-1]
	}
	slices.Sort(gaps)
	worst := 0.0
	for i, g := range gaps {
		p := 1 - math.Exp(-g.Seconds()*rate)
		worst = max(worst, math.Abs(p-float64(i)/n), math.Abs(p-float64(i+1)/n))
	}
	if worst > 1.95/math.Sqrt(n) {
		t.Errorf("the distribution of gaps is off by %.4f, limit %.4f", worst, 1.95/math.Sqrt(n))
	}
}

// Requests go out at the times given, and no more than there are times.
func TestTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{epoch: time.Now(), after: always(time.Minute)}
		var got []client.Trace
		times := Times{0, 0, 350 * ms, 2 * time.Second}
		err := Run(t.Context(), s, Plan{Measured: Phase{Source: singles{"r", 9}, Pacer: times}, Epoch: s.epoch}, keep(&got))
		if err != nil {
			t.Fatal(err)
		}
		var sent []time.Duration
		for _, tr := range got {
			sent = append(sent, time.Duration(tr.Sent))
		}
		if !slices.Equal(sent, times) {
			t.Errorf("sent at %v, want %v", sent, times)
		}
	})
}
