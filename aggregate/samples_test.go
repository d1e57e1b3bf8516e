package aggregate

import (
	"testing"

	"llmsweep/metrics"
)

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

// 63, 129 and 661 requests are one too few for a p90, p95 and p99; in a summary the
// repeat with the fewest counts, and an invalid one, which is in no figure, does not.
func TestFewSamplesAreTold(t *testing.T) {
	ms := 1.0
	row := func(repeat, completed int) Row {
		r := Row{Repeat: &repeat, Completed: completed, P90TTFT: &ms, P95TTFT: &ms, P99TTFT: &ms, P99E2EL: &ms, P99ITL: &ms}
		r.FewSamples = r.fewSamples()
		return r
	}
	for completed, want := range map[int]string{
		63: "p90_ttft_ms;p95_ttft_ms;p99_ttft_ms;p99_e2el_ms", 64: "p95_ttft_ms;p99_ttft_ms;p99_e2el_ms",
		130: "p99_ttft_ms;p99_e2el_ms", 662: "",
	} {
		if r := row(1, completed); r.FewSamples != want {
			t.Errorf("of %d requests: %q, want %q", completed, r.FewSamples, want)
		}
	}
	bad := row(3, 10)
	bad.Validity = metrics.Invalid
	for _, tt := range []struct {
		rows []Row
		want string
	}{{[]Row{row(1, 700), row(2, 661)}, "p99_ttft_ms;p99_e2el_ms"}, {[]Row{row(1, 700), row(2, 662), bad}, ""}} {
		g := Groups(tt.rows)[0]
		cells := g.cells()
		if got := cells[len(cells)-1]; got != tt.want {
			t.Errorf("summary of %d: %q, want %q", len(tt.rows), got, tt.want)
		}
	}
}
