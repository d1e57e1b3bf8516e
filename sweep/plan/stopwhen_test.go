package plan

import (
	"strings"
	"testing"
)

func TestStopWhenFaults(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"stop_when: p99_tft_ms > 3", "6:12: stop_when: p99_tft_ms > 3, want known names, not p99_tft_ms; the nearest is p99_ttft_ms"},
		{"stop_when: [past_knee, p95.5_ttft_ms > 3]", "6:24: stop_when[1]: p95.5_ttft_ms > 3, want known names, not p95_5_ttft_ms; the nearest is p95_ttft_ms"},
		{"stop_when: [past_knee && 3]", "stop_when[0]: past_knee && 3, want a CEL expression: expected type 'bool'"},
		{"stop_when: completed", "stop_when: completed, want a condition, true or false, not int"},
		{"stop_when: failed_share == 1", "applied to '(double, int)'; figures have decimals: write 1.0, not 1"},
		{"stop_when: {a: b}", "stop_when: a mapping, want a condition or a list of them"},
		{"stop_when: p99_ttft_ms > '3'", "want a CEL expression: found no matching overload"},
		{"matrix: {stop_when: [a, b]}", "belongs to the whole run"},
		{"matrix: {budget: [1h, 2h]}", "belongs to the whole run"},
		{"budget: -1", "budget: -1, want a duration of 0 or more"},
	} {
		_, err := Parse("c.yaml", []byte(base+tt.yaml+"\n"), testEnv(nil))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s:\n%v\nwant %s", tt.yaml, err, tt.want)
		}
	}
}
