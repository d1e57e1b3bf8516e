package metrics

import (
	"math"
	"testing"
)

// A case that ended at 2000 ms by time, cap 2, in ms, SLO: TTFT 150, E2EL 700:
//
//	a  sent 1000, tokens 1100 1200         ends 1300  good
//	b  sent 1000, tokens 1200 1600 1700    ends 1700  misses TTFT
//	c  sent 1300, tokens 1400 1900         cut off 2000, 700 after its send: nothing broken yet
//	d  sent 1700, no token                 cut off 2000, 300 after: TTFT is broken already
func censoredCase() []Record {
	cut := func(r *Record) { r.End, r.LastToken, r.InputClient, r.OutputSource = 2000*ms, 0, 5, "text"; r.Censor() }
	return []Record{
		with(answer(1000, 1100, 1200), func(r *Record) { r.End, r.InputServer = 1300*ms, 5 }),
		with(answer(1000, 1200, 1600, 1700), func(r *Record) { r.InputServer = 5 }),
		with(answer(1300, 1400, 1900), cut),
		with(answer(1700), cut),
	}
}

func TestCensored(t *testing.T) {
	s := Summarize(censoredCase(), Options{MaxConcurrency: 2, RequestRate: math.Inf(1), SLO: SLO{TTFT: 150, E2EL: 700}})
	if s.Sent != 4 || s.Completed != 2 || s.Failed != 0 || s.Censored != 2 || len(s.Failures) != 0 || s.FirstError != "" {
		t.Errorf("%d sent, %d completed, %d failed %v, %d censored; want 4, 2, 0, 2", s.Sent, s.Completed, s.Failed, s.Failures, s.Censored)
	}
	if s.Validity.Verdict != Valid {
		t.Errorf("%s: %v; a request cut off at the end is no failure", s.Validity.Verdict, s.Validity.Reasons)
	}
	w := s.SteadyState
	if w == nil {
		t.Fatal("no steady state")
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"duration", s.Duration, 1}, // 1000 → the cut
		{"request throughput", s.RequestThroughput, 2},
		{"output throughput", s.OutputThroughput, 5}, // of the completed ones alone
		{"TTFTs", float64(s.TTFT.N), 2},
		{"ITLs", float64(s.ITL.N), 3},
		{"peak tokens", s.MaxOutputTokensPerS, 7}, // what arrived counts
		{"good", float64(s.Goodput.Requests), 1},
		{"share of good", s.Goodput.Share, 1. / 3}, // of a, b, d
		{"steady end", w.End, 1},
		{"steady completed", float64(w.Completed), 2},
		{"steady output", w.OutputThroughput, 7},         // by arrival: c's two as well
		{"steady total", w.TotalTokenThroughput, 7 + 15}, // three prompts had their first token
		{"mean in flight", w.MeanInFlight, 2},
	} {
		if !near(c.got, c.want) {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
	v := SummarizeVLLM(censoredCase(), Options{MaxConcurrency: 2, RequestRate: math.Inf(1)})
	if v.Completed != 2 || v.Failed != 0 || v.Censored != 2 {
		t.Errorf("by vLLM's rules: %d completed, %d failed, %d censored; want 2, 0, 2", v.Completed, v.Failed, v.Censored)
	}
}

// A limit that is broken stays so; one that might yet be met says nothing.
func TestBroken(t *testing.T) {
	for _, tt := range []struct {
		name string
		slo  SLO
		r    Record
		want bool
	}{
		{"no token yet, in time", SLO{TTFT: 100}, with(answer(1000), func(r *Record) { r.End = 1100 * ms }), false},
		{"no token yet, late", SLO{TTFT: 100}, with(answer(1000), func(r *Record) { r.End = 1101 * ms }), true},
		{"token in time", SLO{TTFT: 100}, with(answer(1000, 1050), func(r *Record) { r.End = 9000 * ms }), false},
		{"token late", SLO{TTFT: 100}, answer(1000, 1101), true},
		{"whole answer late", SLO{E2EL: 100}, with(answer(1000, 1050), func(r *Record) { r.End = 1101 * ms }), true},
		{"a gap too long", SLO{ITL: 10}, answer(1000, 1001, 1020), true},
		{"a pace is known at the end alone", SLO{TPOT: 1}, answer(1000, 1001, 1020), false},
		{"never sent", SLO{TTFT: 100}, Record{Due: 1, End: 1000 * ms}, false},
	} {
		if got := tt.slo.Broken(&tt.r); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A ramp is an open loop though its rate is not one number: latencies are given
// from due as well, and the steady window ends with the last send.
func TestRampIsOpen(t *testing.T) {
	records := []Record{answer(1000, 1100), answer(1500, 1700), answer(2000, 2300)}
	s := Summarize(records, Options{MaxConcurrency: 8, RequestRate: math.Inf(1), Ramp: true})
	if s.TTFTFromDue.N != 3 || s.SteadyState == nil || !near(s.SteadyState.End, 1) {
		t.Errorf("%d TTFTs from due, steady state %+v; want 3, until 1 s", s.TTFTFromDue.N, s.SteadyState)
	}
}
