package runlog

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/metrics"
)

// testMix is testSummary's case in two scenarios: of chat all that completed, of
// code what failed.
func testMix() metrics.Summary {
	whole := testSummary()
	chat, code := whole, metrics.Summary{Percentiles: whole.Percentiles, Sent: 1, Failed: 1, Duration: whole.Duration}
	chat.Sent, chat.Failed = 2, 0
	chat.Goodput = &metrics.Goodput{Requests: 1, PerSecond: 0.5, Share: 0.5, TokensPerSecond: 0.5}
	whole.Scenarios = []metrics.ScenarioSummary{
		{Scenario: metrics.Scenario{Name: "chat <b>", NumPrompts: 2, SLO: metrics.SLO{TTFT: 18}}, Summary: chat},
		{Scenario: metrics.Scenario{Name: "code", NumPrompts: 1}, Summary: code},
	}
	return whole
}

const wantScenarios = `"scenarios": [` +
	`{"name":"chat <b>","num_prompts":2,"completed":2,"failed":0,"total_input_tokens":512,"total_output_tokens":2,` +
	`"request_throughput":1.0,"request_goodput":0.5,"output_throughput":1.0,"total_token_throughput":257.0,` +
	`"mean_ttft_ms":15.0,"median_ttft_ms":15.0,"std_ttft_ms":5.0,"p50_ttft_ms":15.0,"p99_ttft_ms":19.9,"p99.9_ttft_ms":19.99,` +
	`"mean_tpot_ms":null,"median_tpot_ms":null,"std_tpot_ms":null,"p50_tpot_ms":null,"p99_tpot_ms":null,"p99.9_tpot_ms":null,` +
	`"mean_itl_ms":null,"median_itl_ms":null,"std_itl_ms":null,"p50_itl_ms":null,"p99_itl_ms":null,"p99.9_itl_ms":null,` +
	`"mean_e2el_ms":15.0,"median_e2el_ms":15.0,"std_e2el_ms":5.0,"p50_e2el_ms":15.0,"p99_e2el_ms":19.9,"p99.9_e2el_ms":19.99,` +
	`"slo":{"limits_ms":{"ttft":18},"good_requests":1,"good_share":0.5,"good_tokens_per_s":0.5}},` +
	`{"name":"code","num_prompts":1,"completed":0,"failed":1,"total_input_tokens":0,"total_output_tokens":0,` +
	`"request_throughput":0.0,"request_goodput":null,"output_throughput":0.0,"total_token_throughput":0.0,` +
	`"mean_ttft_ms":null,"median_ttft_ms":null,"std_ttft_ms":null,"p50_ttft_ms":null,"p99_ttft_ms":null,"p99.9_ttft_ms":null,`

// A mixed case has its scenarios after all other keys, in the config's order; they
// are read back as they were.
func TestScenariosRoundTrip(t *testing.T) {
	info := testInfo()
	info.Labels = map[string]string{"scenarios": "a label"}
	f := NewCaseFile(testCase(), testMix(), info)
	var text strings.Builder
	if err := f.write(&text); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(text.String(), "\n}\n"), "\n")
	if last := lines[len(lines)-1]; !strings.HasPrefix(last, wantScenarios) {
		t.Errorf("the last key is\n%s\nwant\n%s", last, wantScenarios)
	}
	path := filepath.Join(t.TempDir(), "bench_mix.json")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	back, err := ReadCase(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, back, sameFloat); diff != "" {
		t.Errorf("read back (-written +read):\n%s", diff)
	}
	if len(back.Scenarios) != 2 || back.Labels["scenarios"] != "a label" || len(back.Extra) != 0 {
		t.Errorf("%d scenarios, labels %v, extra %v", len(back.Scenarios), back.Labels, back.Extra)
	}
}

// A later version may say more of a scenario; what is no scenario is an error.
func TestReadScenario(t *testing.T) {
	var s Scenario
	if err := json.Unmarshal([]byte(`{"name":"a","p99.9_itl_ms":2.5,"colour":"red"}`), &s); err != nil {
		t.Fatal(err)
	}
	if s.Name != "a" || s.ITL.P["99.9"] != 2.5 || s.ITL.Mean.Defined() || s.RequestThroughput.Defined() {
		t.Errorf("%+v, want a name and one percentile", s)
	}
	for text, want := range map[string]string{
		`["a"]`:               `a scenario ["a"], want an object`,
		`{"completed":"all"}`: "key completed: ",
	} {
		if err := json.Unmarshal([]byte(text), &s); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
