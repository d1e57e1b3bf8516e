package metrics

import "testing"

func TestBetter(t *testing.T) {
	for name, want := range map[string]Direction{
		"p99_ttft_ms": LowerBetter, "mean_e2el_ms": LowerBetter, "std_itl_ms": LowerBetter, "p99.9_tpot_ms": LowerBetter,
		"output_throughput": HigherBetter, "total_token_throughput": HigherBetter, "steady_output_throughput": HigherBetter,
		"request_goodput": HigherBetter, "request_goodput_share": HigherBetter, "failed": LowerBetter, "failed_share": LowerBetter,
		"num_prompts": Neither, "max_concurrency": Neither, "duration": Neither, "little_residual": Neither,
	} {
		if got := Better(name); got != want {
			t.Errorf("Better(%q) = %d, want %d", name, got, want)
		}
	}
}
