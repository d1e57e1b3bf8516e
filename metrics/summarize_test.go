package metrics

import (
	"fmt"
	"math"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// A case small enough for pencil and paper, cap 1, in ms:
//
//	warm-up  sent  500                                        ends  900
//	a        sent 1000, tokens 1100 1120 1140                 ends 1150
//	b        sent 1150, tokens 1350 1360, finish chunk 1370   ends 1400
//	c        sent 1400, 503                                   ends 1500
func paperCase() []Record {
	return []Record{
		with(answer(500, 600, 601, 602, 603), func(r *Record) { r.Warmup, r.End, r.InputServer = true, 900*ms, 999 }),
		with(answer(1000, 1100, 1120, 1140), func(r *Record) { r.End, r.InputServer, r.PromptHash = 1150*ms, 10, 1 }),
		with(answer(1150, 1350, 1360), func(r *Record) {
			r.LastToken, r.End, r.InputServer, r.PromptHash = 1370*ms, 1400*ms, 12, 2
		}),
		{Due: 1400 * ms, Queued: 1400 * ms, Sent: 1400 * ms, End: 1500 * ms, Status: 503,
			ErrorClass: "http_5xx", Error: "status 503: no capacity"},
	}
}

func TestSummarizePaperCase(t *testing.T) {
	got := Summarize(paperCase(), Options{
		MaxConcurrency: 1, RequestRate: math.Inf(1), NumPrompts: 3, FailuresAllowed: 0.5,
		Percentiles: []float64{50, 90}, SLO: SLO{TTFT: 150},
	})
	none := Dist{Mean: undefined, Median: undefined, Std: undefined, P: []float64{undefined, undefined}, Certified: []bool{false, false}}
	two := func(lo, hi float64) Dist { // of two values: p90 lies 0.9 of the way
		return Dist{N: 2, Mean: (lo + hi) / 2, Median: (lo + hi) / 2, Std: (hi - lo) / 2,
			P: []float64{(lo + hi) / 2, lo + 0.9*(hi-lo)}, Certified: []bool{false, false}}
	}
	want := Summary{
		Percentiles: []float64{50, 90},
		Sent:        3, Completed: 2, Failed: 1,
		Failures:             map[string]int{"http_5xx": 1},
		FirstError:           "http_5xx: status 503: no capacity",
		Duration:             0.5, // 1000 → 1500
		InputTokens:          22,
		OutputTokens:         5,
		RequestThroughput:    4,  // 2 ÷ 0.5
		OutputThroughput:     10, // 5 ÷ 0.5
		TotalTokenThroughput: 54, // 27 ÷ 0.5
		Goodput:              &Goodput{Requests: 1, PerSecond: 2, Share: 1. / 3, TokensPerSecond: 6},

		MaxOutputTokensPerS:   5, // all within 260 ms
		MaxConcurrentRequests: 1,

		TTFT: two(100, 200),
		TPOT: two(10, 20),
		// 20, 20, 10: mean 50/3; squares 100 + 2·400 = 900 → variance 300 − 2500/9 = 200/9
		ITL:         Dist{N: 3, Mean: 50. / 3, Median: 20, Std: math.Sqrt(200. / 9), P: []float64{20, 20}, Certified: []bool{false, false}},
		E2EL:        two(140, 220),
		TTFE:        two(100, 200),
		TTFO:        two(100, 200),
		ITLPerToken: none,
		QueueTime:   two(0, 0),
		TTFTFromDue: none, // closed loop
		E2ELFromDue: none,

		Lengths: Lengths{InputMeanOff: undefined, OutputMeanOff: undefined, InputSource: "usage", OutputSource: "usage", DistinctPrompts: 2},
		Client:  Client{LagP50: undefined, LagP99: undefined, LagMax: undefined},
		SteadyState: &SteadyState{ // one in flight from 1000 to 1500
			Start: 0, End: 0.5, Completed: 2, RequestThroughput: 4, OutputThroughput: 10, TotalTokenThroughput: 54,
			MeanInFlight: 1, LittleResidual: undefined, // 2 completions, 3 needed
		},
		Validity: Validity{Verdict: Suspect, Reasons: []string{"1 of 3 requests failed (33.3 %), allowed 50 %"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateApprox(1e-9, 0)); diff != "" {
		t.Error(diff)
	}
}

func TestSummarizeEdges(t *testing.T) {
	equal := []Record{answer(1000, 1100, 1110), answer(2000, 2100, 2110), answer(3000, 3100, 3110)}
	refused := Record{Due: 1000 * ms, End: 1200 * ms, ErrorClass: "connect", Error: "connection refused"}
	cancelled := with(answer(1000, 1100, 1110), func(r *Record) { r.ErrorClass = "cancelled" })
	for _, tt := range []struct {
		name                  string
		records               []Record
		sent, completed       int
		duration, throughput  float64
		ttft, ttftStd         float64
		tpotN, peak, peakTokS int
		verdict               string
	}{
		{"none", nil, 0, 0, undefined, undefined, undefined, undefined, 0, 0, 0, Invalid},
		{"warm-up alone", []Record{with(equal[0], func(r *Record) { r.Warmup = true })}, 0, 0, undefined, undefined, undefined, undefined, 0, 1, 0, Invalid},
		{"single", equal[:1], 1, 1, 0.110, 1 / 0.110, 100, 0, 1, 1, 2, Valid},
		{"all equal", equal, 3, 3, 2.110, 3 / 2.110, 100, 0, 3, 1, 2, Valid},
		{"all failed, none sent", []Record{refused, refused}, 2, 0, 0.2, 0, undefined, undefined, 0, 0, 0, Invalid},
		{"one token", []Record{answer(1000, 1500)}, 1, 1, 0.5, 2, 500, 0, 0, 1, 1, Valid},
		{"a failed request is the first sent", []Record{with(answer(500), func(r *Record) { r.End, r.ErrorClass = 600*ms, "reset" }), answer(1000, 1500)}, 2, 1, 1, 1, 500, 0, 0, 1, 1, Invalid},
		{"one cancelled", []Record{equal[0], cancelled}, 2, 1, 0.110, 1 / 0.110, 100, 0, 1, 2, 2, Invalid},
	} {
		s := Summarize(tt.records, Options{})
		got := fmt.Sprint(s.Sent, s.Completed, s.TPOT.N, s.MaxConcurrentRequests, s.MaxOutputTokensPerS, s.Validity.Verdict)
		want := fmt.Sprint(tt.sent, tt.completed, tt.tpotN, tt.peak, tt.peakTokS, tt.verdict)
		if got != want || s.Failed != tt.sent-tt.completed {
			t.Errorf("%s: sent, completed, TPOTs, peak, peak tokens, verdict = %s; want %s (%q)", tt.name, got, want, s.Validity.Reasons)
		}
		for _, c := range []struct {
			name      string
			got, want float64
		}{
			{"duration", s.Duration, tt.duration},
			{"throughput", s.RequestThroughput, tt.throughput},
			{"mean TTFT", s.TTFT.Mean, tt.ttft},
			{"p99 TTFT", s.TTFT.P[3], tt.ttft},
			{"std TTFT", s.TTFT.Std, tt.ttftStd},
		} {
			if !near(c.got, c.want) {
				t.Errorf("%s: %s = %v, want %v", tt.name, c.name, c.got, c.want)
			}
		}
	}
}

func TestGoodput(t *testing.T) {
	slow := with(answer(1000, 1100, 1110, 1190), func(r *Record) { r.End = 2000 * ms }) // TTFT 100, TPOT 45, gap 80, E2EL 190
	lone := answer(1000, 1300)                                                          // TTFT 300, no pace, E2EL 300
	empty := with(answer(1000), func(r *Record) { r.LastToken, r.End = 1050*ms, 1050*ms })
	failed := with(answer(1000, 1001), func(r *Record) { r.ErrorClass = "reset" })
	records := []Record{slow, lone, empty, failed}
	for _, tt := range []struct {
		slo  SLO
		want int
	}{
		{SLO{TTFT: 100}, 1}, // equal to the limit meets it; the empty answer has no first token
		{SLO{TTFT: 99}, 0},
		{SLO{TTFT: 300}, 2},
		{SLO{TPOT: 45}, 3},
		{SLO{TPOT: 44}, 2}, // without a pace there is none to break
		{SLO{ITL: 79}, 2},
		{SLO{ITL: 80}, 3},
		{SLO{E2EL: 190}, 2},
		{SLO{TTFT: 300, E2EL: 190}, 1},
		{SLO{TTFT: 300, TPOT: 44, E2EL: 190}, 0},
	} {
		g := Summarize(records, Options{SLO: tt.slo}).Goodput
		if g.Requests != tt.want || !near(g.PerSecond, float64(tt.want)) || !near(g.Share, float64(tt.want)/4) {
			t.Errorf("%+v: %+v, want %d of 4 in 1 s", tt.slo, *g, tt.want)
		}
	}
	if g := Summarize(records, Options{}).Goodput; g != nil {
		t.Errorf("goodput without an SLO: %+v, want none", *g)
	}
}

// Open loop: three requests due every 100 ms, the third sent 30 ms late.
func TestOpenLoopFromDue(t *testing.T) {
	records := []Record{answer(1000, 1050), answer(1100, 1150), with(answer(1230, 1280), func(r *Record) { r.Due = 1200 * ms })}
	s := Summarize(records, Options{RequestRate: 10})
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"mean TTFT", s.TTFT.Mean, 50},
		{"mean TTFT from due", s.TTFTFromDue.Mean, 60},
		{"mean E2EL from due", s.E2ELFromDue.Mean, 60},
		{"mean queue time", s.QueueTime.Mean, 10},
		{"largest send lag", s.Client.SendMax, 30},
		{"median send lag", s.Client.SendP50, 0},
	} {
		if !near(c.got, c.want) {
			t.Errorf("%s = %g ms, want %g", c.name, c.got, c.want)
		}
	}
}

func TestCertified(t *testing.T) {
	for _, tt := range []struct {
		n    int
		want []bool // p50 p90 p95 p99
	}{
		{10, []bool{false, false, false, false}},
		{11, []bool{true, false, false, false}},
		{63, []bool{true, false, false, false}},
		{64, []bool{true, true, false, false}},
		{129, []bool{true, true, false, false}},
		{130, []bool{true, true, true, false}},
		{661, []bool{true, true, true, false}},
		{662, []bool{true, true, true, true}},
	} {
		s := Summarize(closedLoop(tt.n, 1, 3), Options{})
		if diff := cmp.Diff(tt.want, s.TTFT.Certified); diff != "" || s.TTFT.N != tt.n {
			t.Errorf("%d samples (N %d): %s", tt.n, s.TTFT.N, diff)
		}
	}
}

func TestPeakTokens(t *testing.T) {
	late := with(answer(1000, 1500, 2400, 2500), func(r *Record) { r.OutputTokens, r.Tokens = 9, []int32{2, 3, 4} })
	for _, tt := range []struct {
		name    string
		records []Record
		want    float64
	}{
		{"2500 is outside [1500, 2500)", []Record{late}, 7},
		{"tokens of two requests", []Record{late, answer(1000, 2490, 2510)}, 9}, // 3 + 4 + 1 + 1
		{"a failed request's tokens do not count", []Record{late, with(answer(1000, 2490), func(r *Record) { r.ErrorClass = "reset" })}, 7},
		{"nor the warm-up's", []Record{late, with(answer(1000, 2490), func(r *Record) { r.Warmup = true })}, 7},
	} {
		if got := Summarize(tt.records, Options{}).MaxOutputTokensPerS; got != tt.want {
			t.Errorf("%s: %g tokens/s, want %g", tt.name, got, tt.want)
		}
	}
}

func TestLargestIsNeverCertified(t *testing.T) {
	s := Summarize(closedLoop(1000, 1, 3), Options{Percentiles: []float64{99, 100}})
	if diff := cmp.Diff([]bool{true, false}, s.TTFT.Certified); diff != "" {
		t.Errorf("p99 and p100 of 1000: %s", diff)
	}
}

// drawRecords draws a case of any shape: failures, warm-up, lone tokens.
func drawRecords(t *rapid.T) []Record {
	n := rapid.IntRange(0, 40).Draw(t, "n")
	var records []Record
	for i := range n {
		sent := rapid.Int64Range(1, 3000).Draw(t, "sent")
		arrivals, at := []int64{}, sent
		for range rapid.IntRange(0, 5).Draw(t, "chunks") {
			at += rapid.Int64Range(0, 500).Draw(t, "gap")
			arrivals = append(arrivals, at)
		}
		r := answer(sent, arrivals...)
		r.ID, r.PromptHash = strconv.Itoa(i), uint64(i+1)
		r.Due -= rapid.Int64Range(0, sent).Draw(t, "late") * ms
		r.End = (at + rapid.Int64Range(0, 50).Draw(t, "tail")) * ms
		r.LastToken = max(r.LastToken, sent*ms)
		r.Warmup = rapid.IntRange(0, 9).Draw(t, "warmup") == 0
		if len(arrivals) == 0 || rapid.IntRange(0, 9).Draw(t, "fails") == 0 {
			r.ErrorClass = "reset"
		}
		records = append(records, r)
	}
	return records
}

func TestSummaryProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := drawRecords(t)
		o := Options{MaxConcurrency: rapid.IntRange(0, 8).Draw(t, "cap"), FailuresAllowed: 1}
		s := Summarize(records, o)
		failures := 0
		for _, n := range s.Failures {
			failures += n
		}
		if s.Completed+s.Failed != s.Sent || failures != s.Failed {
			t.Errorf("sent %d = completed %d + failed %d; by class %v", s.Sent, s.Completed, s.Failed, s.Failures)
		}
		if s.MaxConcurrentRequests > len(records) || s.MaxOutputTokensPerS > float64(s.OutputTokens) {
			t.Errorf("peaks %d requests of %d, %g tokens of %d", s.MaxConcurrentRequests, len(records), s.MaxOutputTokensPerS, s.OutputTokens)
		}
		for name, d := range map[string]Dist{"TTFT": s.TTFT, "TPOT": s.TPOT, "ITL": s.ITL, "E2EL": s.E2EL} {
			for i := 1; i < len(d.P); i++ {
				if d.P[i] < d.P[i-1]-1e-9 {
					t.Errorf("%s: percentiles %v are not in order", name, d.P)
				}
			}
		}
		if w := s.SteadyState; w != nil && (w.Start < 0 || w.End > s.Duration+1e-9 || w.Completed > s.Completed) {
			t.Errorf("steady state %+v outside a case of %g s, %d completed", *w, s.Duration, s.Completed)
		}
		reversed := make([]Record, 0, len(records))
		for i := range records {
			reversed = append(reversed, records[len(records)-1-i])
		}
		if diff := cmp.Diff(s, Summarize(reversed, o), cmpopts.EquateNaNs(), cmpopts.EquateApprox(1e-12, 1e-9)); diff != "" {
			t.Errorf("the order of the records matters: %s", diff)
		}
	})
}
