package loadgen

import (
	"iter"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Gamma draws the gaps between arrivals from a gamma distribution of shape
// Burstiness and mean 1/Rate, then scales them so that the last of N sessions is
// due at exactly N/Rate: the load offered is the same for each seed. This is
// get_request of vLLM's benchmarks/serve.py; as there, the first session is due
// after the first gap.
type Gamma struct {
	Rate       float64 // sessions/s, > 0; +Inf = all at once
	Burstiness float64 // shape, > 0: 1 = Poisson, below burstier, above more regular; +Inf = constant
	N          int     // sessions
	Seed       uint64
}

func (g Gamma) Arrivals() iter.Seq[time.Duration] {
	switch {
	case math.IsInf(g.Rate, 1):
		return AtOnce{N: g.N}.Arrivals()
	case math.IsInf(g.Burstiness, 1):
		return Constant{Rate: g.Rate, N: g.N}.Arrivals()
	}
	return func(yield func(time.Duration) bool) {
		sums := g.sums()
		for _, s := range sums {
			share := 1.0 // where every gap is too small for a float
			if total := sums[len(sums)-1]; total > 0 {
				share = s / total
			}
			if !yield(seconds(share * float64(g.N) / g.Rate)) {
				return
			}
		}
	}
}

// sums are the arrivals before scaling, in units of the gamma's scale.
func (g Gamma) sums() []float64 {
	rng := rand.New(rand.NewPCG(g.Seed, 0))
	sums := make([]float64, g.N)
	at := 0.0
	for i := range sums {
		at += gamma(rng, g.Burstiness)
		sums[i] = at
	}
	return sums
}

// Constant puts arrivals 1/Rate apart; the first is due after one such gap, as
// in vLLM with an infinite burstiness.
type Constant struct {
	Rate float64 // sessions/s
	N    int
}

func (c Constant) Arrivals() iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for i := range c.N {
			if !yield(seconds(float64(i+1) / c.Rate)) {
				return
			}
		}
	}
}

// AtOnce makes all sessions due at the start. With a cap, the wait for a slot
// then counts as time in the queue; in the closed loop (no pacer) it does not.
type AtOnce struct{ N int }

func (a AtOnce) Arrivals() iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		for range a.N {
			if !yield(0) {
				return
			}
		}
	}
}

// Times are arrivals that are known beforehand: those of a trace. They are never
// decreasing.
type Times []time.Duration

func (t Times) Arrivals() iter.Seq[time.Duration] { return slices.Values(t) }

func seconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }

// gamma draws from a gamma distribution of the given shape and scale 1.
// Source: Marsaglia and Tsang, "A simple method for generating gamma variables",
// ACM TOMS 26 (2000); a shape below 1 by their note: G(k) = G(k+1)·U^(1/k).
func gamma(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gamma(rng, shape+1) * math.Pow(1-rng.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v *= v * v
		u := 1 - rng.Float64() // in (0, 1]
		if math.Log(u) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}
