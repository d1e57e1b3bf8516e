package plan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/sweep/search"
)

const searchBase = "model: qwen3\nbase_url: http://localhost:1\ntokenizer: builtin:qwen3\ninput_output: [[256, 128]]\n"

func parseSearch(t *testing.T, yaml string) *Config {
	t.Helper()
	c, err := Parse("c.yaml", []byte(searchBase+yaml), testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestReadSearch(t *testing.T) {
	c := parseSearch(t, `goodput: {ttft: 300}
search:
  vary: max_concurrency
  objective: goodput
  slo: {p99_ttft_ms: 500, request_goodput_share: 0.99}
  min: 2
  max: 64
  precision: 0.1
  prompts: 40
  repeats: 5
`)
	want := &Search{Vary: "max_concurrency", Objective: "request_goodput", SLO: []search.Limit{{Figure: "p99_ttft_ms", At: 500}, {Figure: "request_goodput_share", At: 0.99}},
		Min: 2, Max: 64, Precision: 0.1, Prompts: Prompts{Count: 40}, Repeats: 5}
	if diff := cmp.Diff(want, c.Search); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if plan := c.Cases(); len(plan) != 1 || plan[0].Name != "bench_io256x128_mc2_np40" {
		t.Errorf("plan %v, want the first load alone", plan)
	}
	m := c.Redacted()
	if _, there := m["concurrency_prompts"]; there {
		t.Error("the manifest has concurrency_prompts, which the search takes the place of")
	}
	kept := map[string]any{"vary": "max_concurrency", "objective": "request_goodput", "min": 2.0, "max": 64.0, "precision": 0.1, "prompts": "40", "repeats": 5,
		"slo": map[string]any{"p99_ttft_ms": 500.0, "request_goodput_share": 0.99}}
	if diff := cmp.Diff(kept, m["search"]); diff != "" {
		t.Errorf("search in the manifest (-want +got):\n%s", diff)
	}

	defaults := parseSearch(t, "concurrency_prompts: [[8, 5x], [16, 5x]]\nsearch: {vary: request_rate, slo: {mean_tpot_ms: 50}}\n")
	want = &Search{Vary: "request_rate", Objective: "output_throughput", SLO: []search.Limit{{Figure: "mean_tpot_ms", At: 50}},
		Min: 1, Max: 512, Precision: 0.05, Prompts: Prompts{Times: 10}, Repeats: 3}
	if diff := cmp.Diff(want, defaults.Search); diff != "" {
		t.Errorf("defaults (-want +got):\n%s", diff)
	}
	if plan := defaults.Cases(); len(plan) != 2 || plan[1].Name != "bench_io256x128_mc16_np80_rate1" {
		t.Errorf("plan %v, want a rate of 1 at each cap", plan)
	}
	for yaml, want := range map[string]*Refine{"none": nil, "knee": {4, 0.1}, "{at: knee, cases: 7, precision: 0.2}": {7, 0.2}} {
		c := parseSearch(t, "concurrency_prompts: [[8, 5x], [16, 5x]]\nrefine: "+yaml+"\n")
		if diff := cmp.Diff(want, c.Refine); diff != "" {
			t.Errorf("refine: %s (-want +got):\n%s", yaml, diff)
		}
	}
}

// Each fault with its place, what was written and what to write.
func TestSearchFaults(t *testing.T) {
	const vary = "search: {vary: max_concurrency, slo: {p99_ttft_ms: 500}"
	for _, tt := range []struct{ yaml, want string }{
		{vary + "}\norder: interleaved\n", "c.yaml:6:8: order: interleaved, want plan or shuffled beside search: a search goes to its end on one server before the next begins"},
		{"search: yes\n", "c.yaml:5:9: search: yes, want none, or a mapping such as {vary: max_concurrency, slo: {p99_ttft_ms: 500}}"},
		{"search: {vary: rate, slo: {p99_ttft_ms: 500}}\n", "c.yaml:5:16: search.vary: rate, want max_concurrency or request_rate"},
		{"search: {vary: max_concurrency}\n", "search.slo: missing, want none, or a mapping such as"},
		{"search: {slo: {p99_ttft_ms: 500}}\n", "search.vary: missing"},
		{vary + ", maxx: 3}\n", "search.maxx: unknown key; did you mean max?"},
		{vary + ", min: 9, max: 8}\n", "search.max: 8, want min, 9, or more"},
		{vary + ", min: 1.5}\n", "search.max: 1.5 to 512, want whole numbers for min and max: requests in flight"},
		{vary + ", precision: 0}\n", "search.precision: 0, want a share from 0.001 to 1: 0.05 is 5 %"},
		{vary + ", prompts: x10}\n", "search.prompts: x10, want a number of prompts above 0, or a multiple of the max concurrency such as 10x"},
		{vary + ", max: 100000, prompts: 1000x}\n", "search.prompts: 1000x, want at most 10000000 prompts a case, at max, 100000, too"},
		{vary + ", objective: ttft}\n", "search.objective: no figure that gets better or worse"},
		{vary + ", objective: goodput}\n", "search.objective: request_goodput, want goodput in the config beside it"},
		{"search: {vary: max_concurrency, slo: {p99_ttf_ms: 500}}\n", "c.yaml:5:39: search.slo.p99_ttf_ms: no figure that gets better or worse; did you mean p99_ttft_ms?"},
		{"search: {vary: max_concurrency, slo: {p99.9_ttft_ms: 500}}\n", "search.slo.p99.9_ttft_ms: no figure that gets better or worse"},
		{"search: {vary: max_concurrency, slo: {p99_ttft_ms: -1}}\n", "search.slo.p99_ttft_ms: -1, want a number above 0"},
		{"search: {vary: max_concurrency, slo: {}}\n", "search.slo: a mapping, want a mapping of figures to limits"},
		{vary + "}\nconcurrency_prompts: [[1, 2]]\n", "c.yaml:6:22: concurrency_prompts: stands beside search, which varies max_concurrency; keep one"},
		{"search: {vary: request_rate, slo: {p99_ttft_ms: 5}}\nconcurrency_prompts: [[1, 2]]\nrequest_rate: 4\n", "request_rate: stands beside search, which varies request_rate; keep one"},
		{"search: {vary: request_rate, slo: {p99_ttft_ms: 5}, prompts: 10x}\nconcurrency_prompts: [[1, 2]]\n", "search.prompts: is for vary: max_concurrency"},
		{"search: {vary: request_rate, slo: {p99_ttft_ms: 5}}\nconcurrency_prompts: [[1, 2]]\nramp: {kind: linear, from: 1, to: 2}\n", "search.vary: request_rate, want no ramp beside it"},
		{"search: {vary: request_rate, slo: {p99_ttft_ms: 5}}\n", "concurrency_prompts: missing"},
		{vary + "}\nrepeats: 3\n", "c.yaml:6:10: repeats: 3, want 1 beside search: search.repeats measures again what is close to a limit"},
		{vary + "}\nrefine: knee\n", "refine: stands beside search"},
		{vary + "}\nmatrix: {search.max: [1, 2]}\n", "matrix.search.max: belongs to the whole run"},
		{"concurrency_prompts: [[1, 2]]\nrefine: peak\n", "c.yaml:6:9: refine: peak, want none, knee, or {at: knee, cases: 4, precision: 0.1}"},
		{"concurrency_prompts: [[1, 2]]\nrefine: {cases: 3}\n", "refine.at: missing, want knee, as in {at: knee, cases: 4, precision: 0.1}"},
		{"concurrency_prompts: [[1, 2]]\nrefine: {at: knee, cases: 0}\n", "refine.cases: 0, want a whole number above 0"},
	} {
		_, err := Parse("c.yaml", []byte(searchBase+tt.yaml), testEnv(nil))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s%v, want %s", tt.yaml, err, tt.want)
		}
		if err != nil && strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%sone fault is told as several:\n%v", tt.yaml, err)
		}
	}
}

// All that is wrong with a search is told at once.
func TestSearchFaultsAtOnce(t *testing.T) {
	_, err := Parse("c.yaml", []byte(searchBase+"search: {vary: max_concurrency, slo: {p98_ttft_ms: 100}, objective: foo, precision: 0}\nrepeats: 2\n"), testEnv(nil))
	for _, want := range []string{"search.slo.p98_ttft_ms: no figure", "search.objective: no figure", "search.precision: 0, want", "repeats: 2, want 1"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
