package runlog

import (
	"bytes"
	"encoding/json"
	"fmt"

	"llmsweep/metrics"
)

// A Scenario is one part of a mixed case: an object with the case's own keys, in
// their order, for what a scenario has. Rates divide by the case's duration.
type Scenario struct {
	Name                 string
	NumPrompts           int
	Completed            int
	Failed               int
	TotalInputTokens     int64
	TotalOutputTokens    int64
	RequestThroughput    Float // requests/s
	RequestGoodput       Float // requests/s; null = no SLO asked
	OutputThroughput     Float // tokens/s
	TotalTokenThroughput Float // tokens/s

	TTFT, TPOT, ITL, E2EL Dist

	SLO *SLOInfo // null = none asked
}

func scenariosOf(all []metrics.ScenarioSummary) []Scenario {
	var list []Scenario
	for i := range all {
		s := &all[i].Summary
		out := Scenario{
			Name: all[i].Name, NumPrompts: all[i].NumPrompts, Completed: s.Completed, Failed: s.Failed,
			TotalInputTokens: s.InputTokens, TotalOutputTokens: s.OutputTokens,
			RequestThroughput: Float(s.RequestThroughput), RequestGoodput: NaN(),
			OutputThroughput: Float(s.OutputThroughput), TotalTokenThroughput: Float(s.TotalTokenThroughput),
			TTFT: distOf(s.Percentiles, s.TTFT), TPOT: distOf(s.Percentiles, s.TPOT),
			ITL: distOf(s.Percentiles, s.ITL), E2EL: distOf(s.Percentiles, s.E2EL),
		}
		if g := s.Goodput; g != nil {
			out.RequestGoodput = Float(g.PerSecond)
			out.SLO = &SLOInfo{all[i].SLO, g.Requests, Float(g.Share), Float(g.TokensPerSecond)}
		}
		list = append(list, out)
	}
	return list
}

// counts are the keys before the latencies.
func (s *Scenario) counts() []field {
	return []field{
		{"name", &s.Name}, {"num_prompts", &s.NumPrompts}, {"completed", &s.Completed}, {"failed", &s.Failed},
		{"total_input_tokens", &s.TotalInputTokens}, {"total_output_tokens", &s.TotalOutputTokens},
		{"request_throughput", &s.RequestThroughput}, {"request_goodput", &s.RequestGoodput},
		{"output_throughput", &s.OutputThroughput}, {"total_token_throughput", &s.TotalTokenThroughput},
	}
}

func (s *Scenario) dists() []metricDist {
	return []metricDist{{"ttft", &s.TTFT}, {"tpot", &s.TPOT}, {"itl", &s.ITL}, {"e2el", &s.E2EL}}
}

func (s *Scenario) limits() field { return field{"slo", &s.SLO} }

// MarshalJSON writes the keys in their order.
func (s Scenario) MarshalJSON() ([]byte, error) {
	all := s.counts()
	for _, m := range s.dists() {
		all = append(all, m.dist.fields(m.name)...)
	}
	var b bytes.Buffer
	err := writeObject(&b, append(all, s.limits()), "")
	return b.Bytes(), err
}

// UnmarshalJSON reads what MarshalJSON writes; keys that it does not know are
// passed over.
func (s *Scenario) UnmarshalJSON(b []byte) error {
	*s = Scenario{}
	for _, v := range []*Float{&s.RequestThroughput, &s.RequestGoodput, &s.OutputThroughput, &s.TotalTokenThroughput} {
		*v = NaN()
	}
	to := map[string]any{}
	for _, f := range append(s.counts(), s.limits()) {
		to[f.key] = f.value
	}
	for _, m := range s.dists() {
		*m.dist = Dist{NaN(), NaN(), NaN(), map[string]Float{}}
	}
	for key, raw := range objectKeys(b) {
		if raw == nil {
			return fmt.Errorf("a scenario %.40s, want an object", b)
		}
		var err error
		if target, known := to[key]; known {
			err = json.Unmarshal(raw, target)
		} else if m := distKey.FindStringSubmatch(key); m != nil {
			err = setDist(s.dists(), m[2], m[1], raw)
		}
		if err != nil {
			return fmt.Errorf("key %s: %w", key, err)
		}
	}
	return nil
}
