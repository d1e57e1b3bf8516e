package simserver

import (
	"slices"
	"testing"
	"time"
)

func TestStepDuration(t *testing.T) {
	timing := Timing{StepBase: 5 * time.Millisecond, PerPrefillToken: 20 * time.Microsecond,
		PerSeq: 30 * time.Microsecond, PerKVToken: 10 * time.Nanosecond}
	for _, tt := range []struct {
		name string
		step step
		want time.Duration
	}{
		{"nothing", step{}, 5 * time.Millisecond},
		// 5 + 30 µs
		{"one decoding, cache empty", step{seqs: 1}, 5030 * time.Microsecond},
		// 5 ms + 256·20 µs + 30 µs
		{"prefill of 256", step{prefill: 256, seqs: 1}, 10150 * time.Microsecond},
		// 5 ms + 64·30 µs + 32,000·10 ns = 5 + 1.92 + 0.32 ms
		{"64 decoding of 500 each", step{seqs: 64, context: 32000}, 7240 * time.Microsecond},
		// 5 ms + 100·20 µs + 2·30 µs + 1001·10 ns: not rounded
		{"mixed", step{prefill: 100, seqs: 2, context: 1001}, 7070010 * time.Nanosecond},
	} {
		if got := timing.duration(tt.step); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestPlan(t *testing.T) {
	wait := func(prompt, output int) view { return view{left: prompt, full: prompt + output} }
	decode := func(context, full int) view { return view{context: context, full: full} }
	for _, tt := range []struct {
		name             string
		limits           limits
		running, waiting []view
		grants           []int
		admitted         int
		seqs, context    int
	}{
		{"empty", limits{4, 100, 1000}, nil, nil, nil, 0, 0, 0},
		{"all fit", limits{4, 100, 1000}, nil, []view{wait(30, 10), wait(40, 10)}, []int{30, 40}, 2, 2, 0},
		{"sequence cap", limits{2, 100, 1000}, []view{decode(50, 60)}, []view{wait(30, 10), wait(40, 10)}, []int{0, 30}, 1, 2, 50},
		// 100 tokens − 2 decoding leave 98: 60 and a piece of 38
		{"prompt in pieces", limits{9, 100, 1000}, []view{decode(5, 9), decode(7, 9)}, []view{wait(60, 1), wait(60, 1)}, []int{0, 0, 60, 38}, 2, 4, 12},
		{"piece goes on before new ones", limits{9, 100, 1000}, []view{{left: 90, context: 10, full: 110}}, []view{wait(60, 1)}, []int{90, 10}, 1, 2, 10},
		{"no tokens left, prompt rests", limits{2, 2, 1000}, []view{decode(5, 9), decode(7, 9), {left: 4, full: 5}}, nil, []int{0, 0, 0}, 0, 2, 12},
		// cache 100 − 60 in use: 50 does not fit, and the small one behind it waits too
		{"cache full, in order", limits{9, 100, 100}, []view{decode(20, 60)}, []view{wait(40, 10), wait(5, 5)}, []int{0}, 0, 1, 20},
	} {
		s := plan(tt.limits, tt.running, tt.waiting)
		if !slices.Equal(s.grants, tt.grants) || s.admitted != tt.admitted || s.seqs != tt.seqs || s.context != tt.context {
			t.Errorf("%s: %+v, want grants %v, admitted %d, seqs %d, context %d", tt.name, s, tt.grants, tt.admitted, tt.seqs, tt.context)
		}
		sum := 0
		for _, g := range tt.grants {
			sum += g
		}
		if s.prefill != sum {
			t.Errorf("%s: prefill %d, want %d", tt.name, s.prefill, sum)
		}
	}
}
