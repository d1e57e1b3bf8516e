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

func TestBeyond(t *testing.T) {
	for _, tt := range []struct {
		name         string
		value, limit float64
		want         bool
	}{
		{"p99_ttft_ms", 501, 500, true}, {"p99_ttft_ms", 500, 500, false}, {"p99_ttft_ms", 499, 500, false},
		{"output_throughput", 99, 100, true}, {"output_throughput", 100, 100, false}, {"output_throughput", 101, 100, false},
		{"little_residual", 0.2, 0.1, true},
	} {
		if got := Beyond(tt.name, tt.value, tt.limit); got != tt.want {
			t.Errorf("Beyond(%q, %g, %g) = %v", tt.name, tt.value, tt.limit, got)
		}
	}
}
