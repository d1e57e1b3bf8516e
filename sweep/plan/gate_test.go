package plan

import (
	"strings"
	"testing"
	"time"
)

func TestGateFaults(t *testing.T) {
	for _, tt := range []struct{ gate, want string }{
		{"gate: [p99_tfft_ms > 5%]", `gate[0]: "p99_tfft_ms > 5%": there is no figure p99_tfft_ms`},
		{"gate: p99_ttft_ms < 5%", `gate: "p99_ttft_ms < 5%" breaks when p99_ttft_ms gets better`},
		{"gate: [mean_ttft_ms > 500, 7]", "gate[1]: 7, want a gate such as"},
		{"gate: {p99_ttft_ms: 5}", "want a gate such as"},
		{"matrix: {gate: [p99_ttft_ms > 5%, p99_ttft_ms > 6%]}", "belongs to the whole run"},
	} {
		_, err := Parse("c.yaml", []byte("base_url: sim:default\ninput_output: [[8, 8]]\nconcurrency_prompts: [[1, 1]]\n"+tt.gate+"\n"), Env{Now: time.Unix(0, 0)})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "c.yaml:4:") {
			t.Errorf("%s: %v\nwant c.yaml:4:…: %s", tt.gate, err, tt.want)
		}
	}
}
