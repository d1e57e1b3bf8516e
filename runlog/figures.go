package runlog

import (
	"maps"
	"slices"
)

// Figures are the defined numbers of what was measured, by their names in
// aggregate_results.csv: latencies in ms, rates per s, duration in s. What is
// undefined is left out. Percentiles beside the CSV's are there too, as in
// p99.9_ttft_ms.
func (f *CaseFile) Figures() map[string]float64 {
	all := map[string]float64{
		"completed": float64(f.Completed), "failed": float64(f.Failed), "failed_share": 0,
		"total_input_tokens": float64(f.TotalInputTokens), "total_output_tokens": float64(f.TotalOutputTokens),
		"max_concurrent_requests": float64(f.MaxConcurrentRequests),
	}
	if sent := f.Completed + f.Failed; sent > 0 {
		all["failed_share"] = float64(f.Failed) / float64(sent)
	}
	add := func(name string, v Float) {
		if v.Defined() {
			all[name] = float64(v)
		}
	}
	add("duration", f.Duration)
	add("request_throughput", f.RequestThroughput)
	add("output_throughput", f.OutputThroughput)
	add("total_token_throughput", f.TotalTokenThroughput)
	add("request_goodput", f.RequestGoodput)
	add("max_output_tokens_per_s", f.MaxOutputTokensPerS)
	for name, d := range map[string]Dist{"ttft": f.TTFT, "tpot": f.TPOT, "itl": f.ITL, "e2el": f.E2EL} {
		add("mean_"+name+"_ms", d.Mean)
		add("median_"+name+"_ms", d.Median)
		add("std_"+name+"_ms", d.Std)
		for p, v := range d.P {
			add("p"+p+"_"+name+"_ms", v)
		}
	}
	if f.SLO != nil {
		add("request_goodput_share", f.SLO.Share)
	}
	if s := f.SteadyState; s != nil {
		add("steady_request_throughput", s.RequestThroughput)
		add("steady_output_throughput", s.OutputThroughput)
		add("steady_total_token_throughput", s.TotalTokenThroughput)
		add("steady_mean_in_flight", s.MeanInFlight)
		add("little_residual", s.LittleResidual)
	}
	add("reader_lag_p99_ms", f.Client.ReaderLagP99)
	add("send_lag_p99_ms", f.Client.SendLagP99)
	return all
}

// FigureNames are the names that Figures may have, sorted, with the percentiles
// given.
func FigureNames(percentiles ...string) []string {
	one := Float(1)
	d := Dist{Mean: one, Median: one, Std: one, P: map[string]Float{}}
	for _, p := range percentiles {
		d.P[p] = one
	}
	f := CaseFile{
		Duration: one, MaxOutputTokensPerS: one,
		Results: Results{
			RequestThroughput: one, OutputThroughput: one, TotalTokenThroughput: one, RequestGoodput: one,
			TTFT: d, TPOT: d, ITL: d, E2EL: d, SLO: &SLOInfo{Share: one},
		},
		SteadyState: &SteadyState{RequestThroughput: one, OutputThroughput: one, TotalTokenThroughput: one, MeanInFlight: one, LittleResidual: one},
		Client:      ClientInfo{ReaderLagP99: one, SendLagP99: one},
	}
	return slices.Sorted(maps.Keys(f.Figures()))
}
