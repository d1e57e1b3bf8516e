package loadgen

import (
	"iter"
	"math"
	"math/rand/v2"
	"time"
)

// Ramp moves the rate from From to To: over N sessions, or over a span.
//
// Over sessions it is the ramp-up of vLLM's benchmarks/serve.py (get_request):
// the gap before session i, from 0, is drawn at the rate
//
//	linear:      From + (To − From) · i/(N−1)
//	exponential: From · (To/From)^(i/(N−1))
//
// Over a span T it is an inhomogeneous arrival process of that rate at i/(N−1) =
// t/T: unit-rate arrivals u are due where the expected number of arrivals Λ(t)
// reaches u (time-rescaling; Çinlar 1975), and it ends with the span.
//
// Gaps are gamma of shape Burstiness and the mean that the rate gives; unlike
// Gamma's they are not rescaled, as in vLLM.
type Ramp struct {
	From, To    float64       // sessions/s, > 0; falling is allowed
	Exponential bool          // else linear
	N           int           // sessions at most
	Over        time.Duration // 0 = over N sessions
	Burstiness  float64       // as Gamma's; +Inf = even
	Seed        uint64
}

func (r Ramp) Arrivals() iter.Seq[time.Duration] {
	if r.Over > 0 {
		return rescaled(r.N, r.Burstiness, r.Seed, r.when)
	}
	return func(yield func(time.Duration) bool) {
		gap := unitGaps(r.Burstiness, r.Seed)
		at := 0.0
		for i := range r.N {
			at += gap() / r.rate(float64(i)/float64(max(r.N-1, 1)))
			if !yield(seconds(at)) {
				return
			}
		}
	}
}

// rate at a progress from 0 to 1, sessions/s.
func (r Ramp) rate(progress float64) float64 {
	if r.Exponential {
		return r.From * math.Pow(r.To/r.From, progress)
	}
	return r.From + (r.To-r.From)*progress
}

// when is Λ's inverse, s; ok is false for more arrivals than the span holds.
// Linear: Λ(t) = From·t + (To−From)·t²/2T. Exponential, with k = ln(To/From):
// Λ(t) = From·T/k · (e^(kt/T) − 1).
func (r Ramp) when(u float64) (s float64, ok bool) {
	span := r.Over.Seconds()
	switch k := math.Log(r.To / r.From); {
	case !r.Exponential:
		// The root in the form that does not cancel; negative under it: Λ ends below u.
		under := r.From*r.From + 2*(r.To-r.From)/span*u
		if under < 0 {
			return 0, false
		}
		s = 2 * u / (r.From + math.Sqrt(under))
	case k == 0:
		s = u / r.From
	default:
		within := u * k / (r.From * span)
		if within <= -1 {
			return 0, false
		}
		s = span / k * math.Log1p(within)
	}
	return s, s <= span
}

// Steps holds each of Rates for Every; the last one is held on until N sessions
// are due. Arrivals within are Ramp's over a span.
type Steps struct {
	Rates      []float64     // sessions/s, each > 0, at least one
	Every      time.Duration // > 0
	N          int
	Burstiness float64 // as Gamma's; +Inf = even
	Seed       uint64
}

func (s Steps) Arrivals() iter.Seq[time.Duration] {
	return rescaled(s.N, s.Burstiness, s.Seed, func(u float64) (float64, bool) {
		begin, before := 0.0, 0.0 // of the step: when, s, and how many arrivals before it
		for i, rate := range s.Rates {
			at := begin + (u-before)/rate
			if i == len(s.Rates)-1 || at < begin+s.Every.Seconds() {
				return at, true
			}
			begin += s.Every.Seconds()
			before += rate * s.Every.Seconds()
		}
		return 0, false
	})
}

// rescaled yields when(u) for each of n unit-rate arrivals u, until one is not ok.
func rescaled(n int, burstiness float64, seed uint64, when func(u float64) (s float64, ok bool)) iter.Seq[time.Duration] {
	return func(yield func(time.Duration) bool) {
		gap := unitGaps(burstiness, seed)
		u := 0.0
		for range n {
			u += gap()
			s, ok := when(u)
			if !ok || !yield(seconds(s)) {
				return
			}
		}
	}
}

// unitGaps draws gaps of mean 1: gamma of the given shape, or 1 each.
func unitGaps(burstiness float64, seed uint64) func() float64 {
	if math.IsInf(burstiness, 1) {
		return func() float64 { return 1 }
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	return func() float64 { return gamma(rng, burstiness) / burstiness }
}
