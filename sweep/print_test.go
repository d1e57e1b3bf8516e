package sweep

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/sweep/plan"
)

var update = flag.Bool("update", false, "rewrite golden files")

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// What plan says of cases that it does not know yet.
func TestPlanOfSearch(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"search: {vary: max_concurrency, slo: {p99_ttft_ms: 500}}\n",
			"1 search over max_concurrency: each from the case above, then doubling to at most 512 in flight, and bisection; about 2 to 14 cases each, and up to 3 of a load that is close to a limit"},
		{"search: {vary: max_concurrency, slo: {p99_ttft_ms: 500}, min: 4, max: 4, repeats: 1}\n", "1 search over max_concurrency: min is max, so 1 case each; the figures"},
		{"search: {vary: request_rate, slo: {p99_ttft_ms: 500}, max: 4, repeats: 1}\nconcurrency_prompts: [[4, 8], [8, 8]]\n",
			"2 searches over request_rate: each from the case above, then doubling to at most 4 requests/s, and bisection; about 2 to 7 cases each; the figures"},
		{"concurrency_prompts: [[4, 8], [8, 8]]\nrefine: knee\nrepeats: 2\n", "1 curve to be refined around the knee: up to 8 more cases each"},
		{"concurrency_prompts: [[4, 8], [8, 8]]\nrefine: knee\norder: interleaved\nservers: [{name: a, base_url: 'http://h:1'}, {name: b, base_url: 'http://h:2'}]\n",
			"1 curve to be refined around the knee: up to 8 more cases each"},
		{"concurrency_prompts: [[4, 8], [8, 8]]\nrequest_rate: {sweep: 5}\nrepeats: 2\n", "2 rate sweeps from one at a time to unbounded: up to 10 more cases each; the figures above are of the ends alone"},
	} {
		c := parseSearch(t, tt.yaml)
		var b strings.Builder
		if err := PrintPlan(&b, c, c.Cases(), nil); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), tt.want) {
			t.Errorf("%s%s\nwant %s", tt.yaml, b.String(), tt.want)
		}
	}
}

// The plan says how often servers are started: once a change, where the run starts
// them; where they are there already, nothing.
func TestInterleavedStarts(t *testing.T) {
	const there = "servers: [{name: a, base_url: 'http://localhost:1'}, {name: b, base_url: 'http://localhost:2'}]\n" +
		"request_rate: [1, 2]\nrepeats: 2\norder: interleaved\n"
	launched := strings.NewReplacer("'http://localhost:1'", "'http://localhost:1', launch: serve a", "'http://localhost:2'", "'http://localhost:2', launch: serve b").Replace(there)
	for _, tt := range []struct {
		yaml string
		want string
	}{
		{launched, "interleaved: servers are started 6 times"}, // a, b b, a; b, a a, b
		{there, ""},
	} {
		c := parse(t, tt.yaml)
		var b strings.Builder
		if err := PrintPlan(&b, c, c.Cases(), nil); err != nil {
			t.Fatal(err)
		}
		if tt.want == "" && strings.Contains(b.String(), "interleaved") || !strings.Contains(b.String(), tt.want) {
			t.Errorf("want %q in\n%s", tt.want, b.String())
		}
	}
}

func TestPrintPlan(t *testing.T) {
	for _, tt := range []struct{ config, want string }{
		{"grid.yaml", "testdata/plan/grid.txt"},
		{"everything.yaml", "testdata/plan/everything.txt"},
	} {
		c, err := plan.Read("plan/testdata/config/"+tt.config, testEnv(map[string]string{"LLM_TOKEN": "sk-from-env", "TAG": "v0.32"}))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := PrintPlan(&b, c, c.Cases(), nil); err != nil {
			t.Fatal(err)
		}
		golden(t, tt.want, b.String())
	}
}

// What is offered over time is said in the plan.
func TestPrintPlanByTime(t *testing.T) {
	c := parse(t, "", "ramp={kind: linear, from: 1, to: 9}", "warmup=2m", "duration=1h")
	var b strings.Builder
	if err := PrintPlan(&b, c, c.Cases(), nil); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"linear 1 to 9", "  2m  ", "1 prompts and 2m of warm-up a case;", "each case ends after 1h, whatever prompts are left"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// A plan says what it does not know.
func TestPrintPlanOfOwnLengths(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"dataset: {type: custom, path: f}", "testdata/plan/custom.txt"},
		{"dataset: {type: trace, path: f, speed: 2}", "testdata/plan/trace.txt"},
		{"backend: openai-chat\ndataset: {type: conversation, path: f, think: 3s}", "testdata/plan/conversation.txt"},
	} {
		c := parseWhole(t, ownBase+tt.yaml+"\nconcurrency_prompts: [[4, 10], [100, 2000]]\n")
		var b strings.Builder
		if err := PrintPlan(&b, c, c.Cases(), nil); err != nil {
			t.Fatal(err)
		}
		golden(t, tt.want, b.String())
	}
}
