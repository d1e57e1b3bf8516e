package runlog

import "llmsweep/metrics"

// Results are the figures that a case and each scenario of a mixed one have, in the
// order of their keys; "slo" comes last.
type Results struct {
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

// resultsOf is what was measured; limits are those of its goodput.
func resultsOf(s *metrics.Summary, limits metrics.SLO) Results {
	r := Results{
		Completed: s.Completed, Failed: s.Failed,
		TotalInputTokens: s.InputTokens, TotalOutputTokens: s.OutputTokens,
		RequestThroughput: Float(s.RequestThroughput), RequestGoodput: NaN(),
		OutputThroughput: Float(s.OutputThroughput), TotalTokenThroughput: Float(s.TotalTokenThroughput),
		TTFT: distOf(s.Percentiles, s.TTFT), TPOT: distOf(s.Percentiles, s.TPOT),
		ITL: distOf(s.Percentiles, s.ITL), E2EL: distOf(s.Percentiles, s.E2EL),
	}
	if g := s.Goodput; g != nil {
		r.RequestGoodput = Float(g.PerSecond)
		r.SLO = &SLOInfo{limits, g.Requests, Float(g.Share), Float(g.TokensPerSecond)}
	}
	return r
}

// unknown are results that no key has told yet.
func unknown() Results {
	dist := func() Dist { return Dist{NaN(), NaN(), NaN(), map[string]Float{}} }
	return Results{
		RequestThroughput: NaN(), RequestGoodput: NaN(), OutputThroughput: NaN(), TotalTokenThroughput: NaN(),
		TTFT: dist(), TPOT: dist(), ITL: dist(), E2EL: dist(),
	}
}

// counts are the keys before the latencies.
func (r *Results) counts() []field {
	return []field{
		{"completed", &r.Completed}, {"failed", &r.Failed},
		{"total_input_tokens", &r.TotalInputTokens}, {"total_output_tokens", &r.TotalOutputTokens},
		{"request_throughput", &r.RequestThroughput}, {"request_goodput", &r.RequestGoodput},
		{"output_throughput", &r.OutputThroughput}, {"total_token_throughput", &r.TotalTokenThroughput},
	}
}

// A metricDist is a latency of the flat keys mean_X_ms … pNN_X_ms.
type metricDist struct {
	name string
	dist *Dist
}

func (r *Results) dists() []metricDist {
	return []metricDist{{"ttft", &r.TTFT}, {"tpot", &r.TPOT}, {"itl", &r.ITL}, {"e2el", &r.E2EL}}
}

// latencies are the keys of dists.
func (r *Results) latencies() (all []field) {
	for _, m := range r.dists() {
		all = append(all, m.dist.fields(m.name)...)
	}
	return all
}
