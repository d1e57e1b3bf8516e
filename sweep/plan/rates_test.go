package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The plan has the ends of a sweep of rates: each number of prompts one at a time once.
func TestRateSweep(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"concurrency_prompts: [[64, 100]]\n", "mc1_np100_rateinf mc64_np100_rateinf"},
		{"concurrency_prompts: [[16, 100], [64, 100], [64, 2x]]\n", "mc1_np100_rateinf mc16_np100_rateinf mc64_np100_rateinf mc1_np128_rateinf mc64_np128_rateinf"},
		{"concurrency_prompts: [[64, 100]]\nrepeats: 2\n", "mc1_np100_rateinf_run1 mc64_np100_rateinf_run1 mc1_np100_rateinf_run2 mc64_np100_rateinf_run2"},
	} {
		c := parseSearch(t, tt.yaml+"request_rate: {sweep: 8}\n")
		var names []string
		for _, pc := range c.Cases() {
			names = append(names, strings.TrimPrefix(pc.Name, "bench_io256x128_"))
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%s%s, want %s", tt.yaml, got, tt.want)
		}
		if n := c.caseCount(); n != len(names) {
			t.Errorf("%s%d cases counted, %d there", tt.yaml, n, len(names))
		}
		if diff := cmp.Diff(map[string]any{"sweep": 8}, c.Redacted()["request_rate"]); diff != "" {
			t.Errorf("in the manifest (-want +got):\n%s", diff)
		}
	}
	c, err := Parse("c.yaml", []byte(searchBase+"concurrency_prompts: [[64, 100]]\nrequest_rate: 4\n"), testEnv(nil), "request_rate={sweep: 3}")
	if err != nil || c.RateSweep != 3 {
		t.Errorf("by --set: %v, %v", c, err)
	}
}

// A sweep of rates is a value like another where rates vary.
func TestRateSweepVaries(t *testing.T) {
	c := parseSearch(t, "concurrency_prompts: [[8, 20]]\nmatrix: {request_rate: [{sweep: 2}, 5]}\n")
	var got []string
	for _, pc := range c.Cases() {
		got = append(got, fmt.Sprintf("%d %g %d", pc.MaxConcurrency, pc.Rate, pc.Config.RateSweep))
	}
	if want := "1 +Inf 2; 8 +Inf 2; 8 5 0"; strings.Join(got, "; ") != want || !c.SweepsRates() {
		t.Errorf("%q, want %s", got, want)
	}
}

// Each fault with its place, what was written and what to write.
func TestRateSweepFaults(t *testing.T) {
	const sweep = "request_rate: {sweep: 8}\n"
	const caps = "concurrency_prompts: [[4, 8]]\n"
	for _, tt := range []struct{ yaml, want string }{
		{caps + "request_rate: {sweep: 0}\n", "c.yaml:6:23: request_rate.sweep: 0, want a whole number above 0"},
		{caps + "request_rate: {sweep: 101}\n", "c.yaml:6:23: request_rate.sweep: 101, want a whole number above 0, at most 100"},
		{caps + "request_rate: {sweep: 2.5}\n", "c.yaml:6:23: request_rate.sweep: 2.5, want a whole number"},
		{caps + "request_rate: {}\n", "request_rate.sweep: missing, want how many rates between one at a time and unbounded, as in {sweep: 8}"},
		{caps + "request_rate: {sweep: 8, step: 2}\n", "request_rate.step: unknown key"},
		{caps + "request_rate: [4, {sweep: 8}]\n", "c.yaml:6:19: request_rate[1]: a mapping, want requests/s from 0.001"},
		{sweep + "concurrency_prompts: [[4, 8], [1, 8]]\n", "c.yaml:6:31: concurrency_prompts[1]: [1, 8], want a max concurrency of 2 or more: beside request_rate: {sweep: N}"},
		{sweep + caps + "refine: knee\n", "c.yaml:7:9: refine: stands beside request_rate: {sweep: N}, which chooses its loads itself; keep one"},
		{sweep + caps + "ramp: {kind: linear, from: 1, to: 2}\n", "ramp: stands beside request_rate, whose place it takes; keep one"},
		{sweep + caps + "search: {vary: request_rate, slo: {p99_ttft_ms: 5}}\n", "request_rate: stands beside search, which varies request_rate; keep one"},
		{sweep + "search: {vary: max_concurrency, slo: {p99_ttft_ms: 5}}\n", "search: stands beside request_rate: {sweep: N}, which chooses its loads itself; keep one"},
	} {
		_, err := Parse("c.yaml", []byte(searchBase+tt.yaml), testEnv(nil))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s%v, want %s", tt.yaml, err, tt.want)
		}
		if err != nil && strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%sone fault is told as several:\n%v", tt.yaml, err)
		}
	}
	trace := strings.Replace(searchBase, "input_output: [[256, 128]]\n", "dataset: {type: trace, path: t.jsonl, replay: times}\n", 1)
	if _, err := Parse("c.yaml", []byte(trace+sweep+caps), testEnv(nil)); err == nil || !strings.Contains(err.Error(), "replay") {
		t.Errorf("beside a trace's times: %v", err)
	}
}

// What is added is on the curve of its cap, with the unbounded end.
func TestRateSweepCurves(t *testing.T) {
	c := parseSearch(t, "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 2}\n")
	cases := c.Cases()
	between := cases[1].Point()
	between.Rate = 5
	added := c.CaseAt(&cases[1], between, 1, 1)
	curves := NewCurves(cases, nil)
	alone, _ := curves.Of(&cases[0])
	top, _ := curves.Of(&cases[1])
	key, load := curves.Of(&added)
	if key != top || key == alone || load != 5 {
		t.Errorf("at 5 requests/s: %v, load %v; unbounded %v, one at a time %v", key, load, top, alone)
	}
}
