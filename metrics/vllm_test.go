package metrics

import (
	"fmt"
	"testing"
)

// In ms: role chunk at 1050, tokens at 1100 and 1140, finish chunk at 1150, the
// stream's end at 1200; due at 900. By vLLM: ttft 50, latency 150, gaps 50, 40,
// 10, tpot (150 − 50) ÷ 3 for 4 tokens.
func TestSummarizeVLLM(t *testing.T) {
	chat := with(answer(1000, 1100, 1140), func(r *Record) {
		r.Due, r.RoleArrival, r.LastToken, r.End = 900*ms, 1050*ms, 1150*ms, 1200*ms
		r.OutputTokens, r.InputServer = 4, 20
	})
	s := SummarizeVLLM([]Record{chat}, Options{SLO: SLO{TTFT: 50, ITL: 1}})
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"ttft", s.TTFT.Mean, 50},
		{"latency", s.E2EL.Mean, 150},
		{"tpot", s.TPOT.Mean, 100. / 3},
		{"gaps", float64(s.ITL.N), 3},
		{"mean gap", s.ITL.Mean, 100. / 3},
		{"median gap", s.ITL.Median, 40},
		{"duration", s.Duration, 0.3},
		{"output throughput", s.OutputThroughput, 4 / 0.3},
		{"total throughput", s.TotalTokenThroughput, 24 / 0.3},
		{"peak chunks", s.MaxOutputTokensPerS, 4},
		{"goodput, blind to the itl limit", float64(s.Goodput.Requests), 1},
	} {
		if !near(c.got, c.want) {
			t.Errorf("%s = %v, want %v", c.name, c.got, c.want)
		}
	}
}

// A result of embeddings comes 100 ms after it was sent, in a body of no tokens: that is
// its latency, and nobody's first token.
func TestVLLMEmbeddings(t *testing.T) {
	embedding := with(answer(1000), func(r *Record) {
		r.First, r.RoleArrival, r.LastToken, r.End = 1100*ms, 1100*ms, 1100*ms, 1100*ms
		r.InputServer, r.OutputTokens, r.FinishReason = 20, 0, ""
	})
	s := SummarizeVLLM([]Record{embedding}, Options{SLO: SLO{E2EL: 200}})
	if s.Completed != 1 || s.OutputTokens != 0 || s.OutputThroughput != 0 || s.TTFT.N != 0 || s.Goodput != nil {
		t.Errorf("completed %d, output %d tokens, %g tok/s, %d TTFTs, goodput %v; want 1 without any",
			s.Completed, s.OutputTokens, s.OutputThroughput, s.TTFT.N, s.Goodput)
	}
	if s.E2EL.Mean != 100 || !near(s.TotalTokenThroughput, 200) || !near(s.RequestThroughput, 10) {
		t.Errorf("latency %g ms, %g tok/s, %g requests/s; want 100, 200, 10", s.E2EL.Mean, s.TotalTokenThroughput, s.RequestThroughput)
	}
}

// Of a mix each request is held to its own scenario's limits, as by our definitions;
// one that has none, nor the case, counts in neither.
func TestVLLMGoodputOfScenarios(t *testing.T) {
	of := func(scenario string, ttft int64) Record {
		return with(answer(1000, 1000+ttft, 1500), func(r *Record) { r.Scenario, r.OutputTokens = scenario, 2 })
	}
	records := []Record{of("chat", 100), of("chat", 300), of("batch", 300), of("free", 400)}
	s := SummarizeVLLM(records, Options{Scenarios: []Scenario{{Name: "chat", SLO: SLO{TTFT: 200}}, {Name: "batch", SLO: SLO{TTFT: 350}}, {Name: "free"}}})
	if g := s.Goodput; g == nil || g.Requests != 2 || !near(g.Share, 2./3) || !near(g.PerSecond, 4) {
		t.Errorf("goodput %+v, want 2 of 3, 4 a second", g)
	}
}

// The load starts when its first request is due, in whatever order they end.
func TestVLLMDuration(t *testing.T) {
	early := with(answer(1000, 2500), func(r *Record) { r.Due = 900 * ms })
	if s := SummarizeVLLM([]Record{answer(1000, 1100), early}, Options{}); !near(s.Duration, 1.6) {
		t.Errorf("duration %g s, want 1.6, from 900 to 2500 ms", s.Duration)
	}
}

func TestVLLMSuccess(t *testing.T) {
	class := func(class string, arrivals ...int64) Record {
		return with(answer(1000, arrivals...), func(r *Record) { r.ErrorClass = class })
	}
	for _, tt := range []struct {
		name              string
		r                 Record
		completed, failed int
		failures          string
	}{
		{"a whole answer", class("", 1100), 1, 0, "map[]"},
		{"no finish_reason", class("truncated", 1100), 1, 0, "map[]"},
		{"an error event after a token", class("in_band_error", 1100), 1, 0, "map[]"},
		{"an error event alone", class("in_band_error"), 0, 1, "map[in_band_error:1]"},
		{"a broken connection", class("reset", 1100), 0, 1, "map[reset:1]"},
		{"usage but never a chunk", class(""), 0, 1, "map[no_chunk:1]"},
		{"a role chunk alone", with(class(""), func(r *Record) { r.RoleArrival = 1100 * ms }), 1, 0, "map[]"},
		{"the warm-up", with(class("", 1100), func(r *Record) { r.Warmup = true }), 0, 0, "map[]"},
	} {
		s := SummarizeVLLM([]Record{tt.r}, Options{})
		if s.Completed != tt.completed || s.Failed != tt.failed || fmt.Sprint(s.Failures) != tt.failures {
			t.Errorf("%s: completed %d, failed %d %v; want %d, %d %s", tt.name, s.Completed, s.Failed, s.Failures, tt.completed, tt.failed, tt.failures)
		}
	}
}

func TestVLLMCountsAndLimits(t *testing.T) {
	unknown := with(answer(1000, 1100, 1200), func(r *Record) { r.OutputTokens, r.OutputSource = 0, "" })
	paced := answer(1000, 1100, 1200)
	for _, tt := range []struct {
		name                  string
		r                     Record
		slo                   SLO
		tokens, tpots, inTime int
	}{
		{"an unknown length is 1 token, without a tpot", unknown, SLO{TPOT: 1}, 1, 0, 1},
		{"tpot at its limit", paced, SLO{TPOT: 100}, 2, 1, 1},
		{"tpot above it", paced, SLO{TPOT: 99}, 2, 1, 0},
		{"latency above its limit", paced, SLO{E2EL: 199}, 2, 1, 0},
		{"all at their limits", paced, SLO{TTFT: 100, TPOT: 100, E2EL: 200}, 2, 1, 1},
	} {
		s := SummarizeVLLM([]Record{tt.r}, Options{SLO: tt.slo})
		if int(s.OutputTokens) != tt.tokens || s.TPOT.N != tt.tpots || s.Goodput.Requests != tt.inTime {
			t.Errorf("%s: %d tokens, %d tpots, %d good; want %d, %d, %d",
				tt.name, s.OutputTokens, s.TPOT.N, s.Goodput.Requests, tt.tokens, tt.tpots, tt.inTime)
		}
	}
	if g := SummarizeVLLM([]Record{paced}, Options{SLO: SLO{ITL: 1}}).Goodput; g != nil {
		t.Errorf("goodput for an itl limit alone: %+v; vLLM knows none", *g)
	}
}

// Buckets are whole seconds from the first send; a request counts in each that it
// touches, so three in a row, never two at a time, can be three.
func TestVLLMPeaks(t *testing.T) {
	for _, tt := range []struct {
		name     string
		records  []Record
		chunks   float64
		requests int
	}{
		{"none", nil, 0, 0},
		{"three in one second", []Record{answer(1000, 1200, 1300), answer(1300, 1500), answer(1500, 1900, 1999)}, 5, 3},
		{"the second in which one ends counts", []Record{answer(1000, 2000), answer(2500, 2600)}, 2, 2},
		{"chunks, not tokens", []Record{with(answer(1000, 1100, 2200), func(r *Record) { r.OutputTokens = 50 })}, 1, 1},
		{"an idle second between", []Record{answer(1000, 1100), answer(3500, 3600)}, 1, 1},
	} {
		s := SummarizeVLLM(tt.records, Options{})
		if s.MaxOutputTokensPerS != tt.chunks || s.MaxConcurrentRequests != tt.requests {
			t.Errorf("%s: %g chunks, %d requests; want %g, %d", tt.name, s.MaxOutputTokensPerS, s.MaxConcurrentRequests, tt.chunks, tt.requests)
		}
	}
}
