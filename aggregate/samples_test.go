package aggregate

import "testing"

// Wilks' sample sizes for the second-largest value at 99 %: 64, 130, 662, 6,636.
func TestSamplesNeeded(t *testing.T) {
	for column, want := range map[string]int{
		"p90_ttft_ms": 64, "p95_tpot_ms": 130, "p99_e2el_ms": 662, "p99.9_ttft_ms": 6636,
		"p50_ttft_ms": 0, "p99_itl_ms": 0, "mean_ttft_ms": 0, "p100_ttft_ms": 0, "p9.9.9_ttft_ms": 0, "output_throughput": 0,
	} {
		if got := SamplesNeeded(column); got != want {
			t.Errorf("%s: %d, want %d", column, got, want)
		}
	}
}
