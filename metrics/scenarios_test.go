package metrics

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// mixedCase is the paper case in two scenarios: the warm-up and a are chat's, b
// and the failed c are code's. It takes 500 ms in all.
func mixedCase() []Record {
	records := paperCase()
	for i, name := range []string{"chat", "chat", "code", "code"} {
		records[i].Scenario = name
	}
	return records
}

func TestScenarios(t *testing.T) {
	s := Summarize(mixedCase(), Options{
		MaxConcurrency: 1, RequestRate: math.Inf(1), NumPrompts: 4, FailuresAllowed: 0.5, Percentiles: []float64{50},
		SLO: SLO{TTFT: 150},
		Scenarios: []Scenario{
			{Name: "code", NumPrompts: 2, SLO: SLO{TTFT: 200}},
			{Name: "chat", NumPrompts: 1},
			{Name: "idle", NumPrompts: 1},
		},
	})
	if len(s.Scenarios) != 3 {
		t.Fatalf("%d scenarios, want 3", len(s.Scenarios))
	}
	for i, want := range []struct {
		name                    string
		planned, sent, done     int
		requests, output, total float64 // per s of the case's 0.5
		ttft, e2el              float64 // ms
		good                    Goodput
		peak                    int
	}{
		// b: 12 + 2 tokens, TTFT 200, E2EL 220, at its own limit; c failed.
		{"code", 2, 2, 1, 2, 4, 28, 200, 220, Goodput{1, 2, 0.5, 4}, 1},
		// a: 10 + 3 tokens, TTFT 100, E2EL 140, within the case's limit.
		{"chat", 1, 1, 1, 2, 6, 26, 100, 140, Goodput{1, 2, 1, 6}, 1},
		{"idle", 1, 0, 0, 0, 0, 0, undefined, undefined, Goodput{0, 0, undefined, 0}, 0},
	} {
		got := s.Scenarios[i]
		f := got.Summary
		if got.Name != want.name || got.NumPrompts != want.planned || f.Sent != want.sent || f.Completed != want.done || f.Failed != want.sent-want.done {
			t.Errorf("%s: %d planned, %d sent, %d completed, %d failed; want %s %d, %d, %d", got.Name, got.NumPrompts, f.Sent, f.Completed, f.Failed, want.name, want.planned, want.sent, want.done)
		}
		figures := []float64{f.Duration, f.RequestThroughput, f.OutputThroughput, f.TotalTokenThroughput, f.TTFT.Mean, f.E2EL.Mean, float64(f.MaxConcurrentRequests)}
		wanted := []float64{0.5, want.requests, want.output, want.total, want.ttft, want.e2el, float64(want.peak)}
		for k := range figures {
			if !near(figures[k], wanted[k]) {
				t.Errorf("%s: duration, rates, TTFT, E2EL, peak %v, want %v", want.name, figures, wanted)
				break
			}
		}
		if diff := cmp.Diff(want.good, *f.Goodput, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s: goodput %s", want.name, diff)
		}
		if want := (SLO{TTFT: map[string]float64{"code": 200, "chat": 150, "idle": 150}[want.name]}); got.SLO != want {
			t.Errorf("%s was held to %+v, want %+v", got.Name, got.SLO, want)
		}
		if f.SteadyState != nil || f.Validity.Verdict != "" || len(f.Scenarios) != 0 {
			t.Errorf("%s: steady state %v, verdict %q, scenarios %v; want none of them", want.name, f.SteadyState, f.Validity.Verdict, f.Scenarios)
		}
	}
	// The case holds each request to its own scenario's limits, so b is good.
	if want := (Goodput{2, 4, 2. / 3, 10}); *s.Goodput != want {
		t.Errorf("the case's goodput %+v, want %+v", *s.Goodput, want)
	}
}

// With limits for one scenario alone, the other's requests are neither good nor
// bad; without any there is no goodput.
func TestGoodputOfOneScenario(t *testing.T) {
	o := Options{Scenarios: []Scenario{{Name: "chat", SLO: SLO{TTFT: 99}}, {Name: "code"}}}
	s := Summarize(mixedCase(), o)
	if g := *s.Goodput; g != (Goodput{}) || *s.Scenarios[0].Summary.Goodput != g || s.Scenarios[1].Summary.Goodput != nil {
		t.Errorf("goodput %+v, chat %v, code %v; want 0 of 1, the same, none", g, s.Scenarios[0].Summary.Goodput, s.Scenarios[1].Summary.Goodput)
	}
	o.Scenarios[0].SLO = SLO{}
	if s := Summarize(mixedCase(), o); s.Goodput != nil {
		t.Errorf("goodput %+v without a limit", *s.Goodput)
	}
}

// The scenarios' counts, tokens, rates and goodput add up to the case's, and each
// latency of the case is that of one of them.
func TestScenariosAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		records := drawRecords(t)
		names := []string{"a", "b", "c"}
		o := Options{FailuresAllowed: 1, SLO: SLO{TTFT: 300}}
		for _, n := range names {
			o.Scenarios = append(o.Scenarios, Scenario{Name: n, SLO: SLO{E2EL: rapid.Float64Range(0, 900).Draw(t, "limit")}})
		}
		for i := range records {
			records[i].Scenario = rapid.SampledFrom(names).Draw(t, "scenario")
		}
		s := Summarize(records, o)
		if s.Sent == 0 {
			return // rates are undefined
		}
		sum := func(value func(*Summary) float64) (all float64) {
			for i := range s.Scenarios {
				all += value(&s.Scenarios[i].Summary)
			}
			return all
		}
		for name, value := range map[string]func(*Summary) float64{
			"sent":          func(s *Summary) float64 { return float64(s.Sent) },
			"completed":     func(s *Summary) float64 { return float64(s.Completed) },
			"failed":        func(s *Summary) float64 { return float64(s.Failed) },
			"input tokens":  func(s *Summary) float64 { return float64(s.InputTokens) },
			"output tokens": func(s *Summary) float64 { return float64(s.OutputTokens) },
			"TTFTs":         func(s *Summary) float64 { return float64(s.TTFT.N) },
			"ITLs":          func(s *Summary) float64 { return float64(s.ITL.N) },
			"requests/s":    func(s *Summary) float64 { return s.RequestThroughput },
			"output/s":      func(s *Summary) float64 { return s.OutputThroughput },
			"tokens/s":      func(s *Summary) float64 { return s.TotalTokenThroughput },
			"good/s":        func(s *Summary) float64 { return s.Goodput.PerSecond },
			"good tokens/s": func(s *Summary) float64 { return s.Goodput.TokensPerSecond },
		} {
			if s.Duration == 0 && value(&s) != value(&s) {
				continue // a rate over no time
			}
			if got, want := sum(value), value(&s); !near(got, want) {
				t.Errorf("%s add up to %v, want the case's %v", name, got, want)
			}
		}
	})
}
