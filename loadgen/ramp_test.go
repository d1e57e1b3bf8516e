package loadgen

import (
	"math"
	"slices"
	"testing"
	"time"
)

var even = math.Inf(1)

// By hand. Over sessions: gaps of 1/rate, the rates 1, 2, 3 and 1, 2, 4. Over a
// span: linear from 1 to 3/s in 2 s is Λ = t + t²/2, which is 1, 2, 3, 4 at
// √3 − 1, √5 − 1, √7 − 1, 2; exponential from 1 to 4/s in 2 s is Λ = (4^(t/2) −
// 1)/ln 2, which is 1, 2, 4 at log₂(1 + u·ln 2), and 4.33 at the end.
func TestRamps(t *testing.T) {
	at := func(s ...float64) (due []time.Duration) {
		for _, x := range s {
			due = append(due, seconds(x))
		}
		return due
	}
	for _, tt := range []struct {
		name  string
		pacer Pacer
		want  []time.Duration
	}{
		{"linear by count", Ramp{From: 1, To: 3, N: 3, Burstiness: even}, at(1, 1.5, 1.5+1./3)},
		{"linear by count, falling", Ramp{From: 3, To: 1, N: 3, Burstiness: even}, at(1./3, 5./6, 11./6)},
		{"exponential by count", Ramp{From: 1, To: 4, Exponential: true, N: 3, Burstiness: even}, at(1, 1.5, 1.75)},
		{"one session goes at the first rate", Ramp{From: 4, To: 8, N: 1, Burstiness: even}, at(0.25)},
		{"linear in 2 s", Ramp{From: 1, To: 3, N: 99, Over: 2 * time.Second, Burstiness: even},
			at(math.Sqrt(3)-1, math.Sqrt(5)-1, math.Sqrt(7)-1, 2)},
		{"linear in 2 s, capped", Ramp{From: 1, To: 3, N: 2, Over: 2 * time.Second, Burstiness: even},
			at(math.Sqrt(3)-1, math.Sqrt(5)-1)},
		{"falling in 2 s", Ramp{From: 3, To: 1, N: 99, Over: 2 * time.Second, Burstiness: even}, // Λ = 3t − t²/2
			at(3-math.Sqrt(7), 3-math.Sqrt(5), 3-math.Sqrt(3), 2)},
		{"level in 2 s", Ramp{From: 2, To: 2, N: 99, Over: 2 * time.Second, Burstiness: even}, at(0.5, 1, 1.5, 2)},
		{"exponential in 2 s", Ramp{From: 1, To: 4, Exponential: true, N: 99, Over: 2 * time.Second, Burstiness: even},
			at(math.Log2(1+math.Ln2), math.Log2(1+2*math.Ln2), math.Log2(1+3*math.Ln2), math.Log2(1+4*math.Ln2))},
		{"exponential, level", Ramp{From: 2, To: 2, Exponential: true, N: 3, Over: 9 * time.Second, Burstiness: even}, at(0.5, 1, 1.5)},
		{"exponential, falling", Ramp{From: 4, To: 1, Exponential: true, N: 99, Over: time.Second, Burstiness: even}, // Λ(1) = 3/ln 4 = 2.16
			at(-math.Log1p(-math.Log(4)/4)/math.Log(4), -math.Log1p(-2*math.Log(4)/4)/math.Log(4))},
		// 2 arrivals in the first 2 s, 4 in the next; then 8/s on and on.
		{"steps", Steps{Rates: []float64{1, 2, 8}, Every: 2 * time.Second, N: 9, Burstiness: even},
			at(1, 2, 2.5, 3, 3.5, 4, 4.125, 4.25, 4.375)},
		// 1.5 arrivals in the first step: half a gap is left for the second.
		{"a gap over two steps", Steps{Rates: []float64{1, 2}, Every: 1500 * time.Millisecond, N: 3, Burstiness: even}, at(1, 1.75, 2.25)},
		{"none", Steps{Rates: []float64{1}, Every: time.Second, Burstiness: even}, nil},
	} {
		got := slices.Collect(tt.pacer.Arrivals())
		if len(got) != len(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
			continue
		}
		for i := range got {
			if d := got[i] - tt.want[i]; d < -1 || d > 1 { // ns
				t.Errorf("%s: arrival %d at %v, want %v", tt.name, i, got[i], tt.want[i])
			}
		}
	}
}

// Bursty arrivals keep the ramp's shape: of a ramp over 100 s, the share due by
// t is Λ(t)/Λ(100). Five standard errors of a Poisson count (more for a burstier
// one: variance n/shape), so that a wrong formula fails and a seed does not.
func TestRampsAreFollowedByBursts(t *testing.T) {
	const span = 100.0
	for _, tt := range []struct {
		name   string
		pacer  func(shape float64) Pacer
		expect func(s float64) float64 // Λ
	}{
		{"linear", func(k float64) Pacer {
			return Ramp{From: 10, To: 190, N: 1 << 20, Over: span * time.Second, Burstiness: k, Seed: 5}
		}, func(s float64) float64 { return 10*s + 180*s*s/2/span }},
		{"exponential", func(k float64) Pacer {
			return Ramp{From: 10, To: 1000, Exponential: true, N: 1 << 20, Over: span * time.Second, Burstiness: k, Seed: 6}
		}, func(s float64) float64 { return 10 * span / math.Log(100) * (math.Pow(100, s/span) - 1) }},
		{"steps", func(k float64) Pacer {
			return Steps{Rates: []float64{20, 100}, Every: span / 2 * time.Second, N: 6000, Burstiness: k, Seed: 7}
		}, func(s float64) float64 { return 20*min(s, span/2) + 100*max(0, s-span/2) }},
	} {
		for _, shape := range []float64{0.5, 1, 10} {
			due := slices.Collect(tt.pacer(shape).Arrivals())
			if !slices.IsSorted(due) {
				t.Errorf("%s, shape %v: arrivals go backwards", tt.name, shape)
			}
			for _, s := range []float64{25, 50, 75, 99} {
				got, _ := slices.BinarySearch(due, seconds(s))
				want := tt.expect(s)
				if off := math.Abs(float64(got) - want); off > 5*math.Sqrt(want/shape)+1 {
					t.Errorf("%s, shape %v: %d arrivals by %v s, want about %.0f", tt.name, shape, got, s, want)
				}
			}
		}
	}
}
