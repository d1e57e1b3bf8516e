package runlog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseGate(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Gate
		err  string // part of it
	}{
		{text: "p99_ttft_ms > +5%", want: Gate{"p99_ttft_ms > +5%", "p99_ttft_ms", true, 0.05}},
		{text: " p99_ttft_ms>5 % ", want: Gate{"p99_ttft_ms>5 %", "p99_ttft_ms", true, 0.05}},
		{text: "output_throughput < -3%", want: Gate{"output_throughput < -3%", "output_throughput", true, -0.03}},
		{text: "mean_ttft_ms > 500", want: Gate{"mean_ttft_ms > 500", "mean_ttft_ms", false, 500}},
		{text: "p99.9_itl_ms > 0%", want: Gate{"p99.9_itl_ms > 0%", "p99.9_itl_ms", true, 0}},
		{text: "failed_share > 0.01", want: Gate{"failed_share > 0.01", "failed_share", false, 0.01}},
		{text: "output_throughput < 100", want: Gate{"output_throughput < 100", "output_throughput", false, 100}},
		{text: "p99_ttft_ms", err: "want a gate such as"},
		{text: "", err: "want a gate such as"},
		{text: "p99_ttft_ms >= 5%", err: "want a gate such as"},
		{text: "p99_ttft_ms > five", err: "want a gate such as"},
		{text: "p99_tfft_ms > 5%", err: "there is no figure p99_tfft_ms"},
		{text: "avg_ttft_ms > 5%", err: "such as mean_ttft_ms, median_ttft_ms, p50_ttft_ms"},
		{text: "p100_ttft_ms > 5%", err: "there is no figure"},
		{text: "duration > 5%", err: "neither way is duration worse"},
		{text: "p99_ttft_ms < -5%", err: "breaks when p99_ttft_ms gets better; write p99_ttft_ms > LIMIT"},
		{text: "output_throughput > 3%", err: "breaks when output_throughput gets better; write output_throughput < LIMIT"},
		{text: "p99_ttft_ms > -5%", err: "would break without a change; write p99_ttft_ms > +5%"},
		{text: "output_throughput < 3%", err: "would break without a change; write output_throughput < -5%"},
		{text: "output_throughput < -100%", err: "nothing falls by that much"},
	} {
		got, err := ParseGate(tt.text)
		if tt.err != "" {
			if err == nil || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q: %v, want an error with %q", tt.text, err, tt.err)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got); err != nil || diff != "" {
			t.Errorf("%q: %v (-want +got):\n%s", tt.text, err, diff)
		}
	}
}

func TestGatesOfARun(t *testing.T) {
	r := Run{Config: map[string]any{"gate": []any{"p99_ttft_ms > +5%"}}}
	if gates, err := r.Gates(); err != nil || len(gates) != 1 || gates[0].Metric != "p99_ttft_ms" {
		t.Errorf("%v, %v", gates, err)
	}
	if gates, err := (&Run{Config: "model: a"}).Gates(); err != nil || gates != nil {
		t.Errorf("none written: %v, %v", gates, err)
	}
	r.Config = map[string]any{"gate": []any{"fast"}}
	if _, err := r.Gates(); err == nil || !strings.Contains(err.Error(), "the run's gate") {
		t.Errorf("a gate that is none: %v", err)
	}
}
