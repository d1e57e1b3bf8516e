package runlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmsweep/metrics"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sameFloat takes two undefined numbers for equal.
var sameFloat = cmp.Comparer(func(a, b Float) bool { return a == b || !a.Defined() && !b.Defined() })

func testCase() Case {
	return Case{
		Name: "bench_io256x128_mc4_np3", Hash: "c0ffee", Seed: 18446744073709551615, Attempt: 2,
		Axes: Axes{InputLen: 256, OutputLen: 128, MaxConcurrency: 4, NumPrompts: 3, RequestRate: Inf(), Dataset: "random", Repeat: 1},
	}
}

// testSummary is of a case with one failure; no request had a second token, so
// that TPOT and ITL are undefined.
func testSummary() metrics.Summary {
	nan := math.NaN()
	return metrics.Summary{
		Percentiles: []float64{50, 99, 99.9},
		Sent:        3, Completed: 2, Failed: 1, Failures: map[string]int{"http_5xx": 1},
		FirstError: "http_5xx: status 503: <overloaded>", Duration: 2, InputTokens: 512, OutputTokens: 2,
		RequestThroughput: 1, OutputThroughput: 1, TotalTokenThroughput: 257,
		Goodput:             &metrics.Goodput{Requests: 1, PerSecond: 0.5, Share: 1.0 / 3, TokensPerSecond: 0.5},
		MaxOutputTokensPerS: 2, MaxConcurrentRequests: 3,
		TTFT:     metrics.Dist{N: 2, Mean: 15, Median: 15, Std: 5, P: []float64{15, 19.9, 19.99}, Certified: []bool{false, false, false}},
		TPOT:     metrics.Dist{Mean: nan, Median: nan, Std: nan, P: []float64{nan, nan, nan}},
		E2EL:     metrics.Dist{N: 2, Mean: 15, Median: 15, Std: 5, P: []float64{15, 19.9, 19.99}, Certified: []bool{false, false, false}},
		TTFE:     metrics.Dist{N: 2, Mean: 12, Median: 12, Std: 0, P: []float64{12, 12, 12}},
		Lengths:  metrics.Lengths{InputAsked: 256, OutputAsked: 128, OutputWorst: 127, OutputMeanOff: -0.9921875, InputSource: "usage", OutputSource: "usage", DistinctPrompts: 3},
		Client:   metrics.Client{KernelStamps: true, LagP50: 0.01, LagP99: 0.02, LagMax: 0.5, SendP99: 0.03},
		Validity: metrics.Validity{Verdict: "invalid", Reasons: []string{"33.3 % of 3 requests failed, 1.0 % allowed"}},
	}
}

func testInfo() Info {
	return Info{
		Date: time.Date(2026, 11, 22, 18, 36, 2, 0, time.UTC), StartUnixNS: 1795372562000000000,
		EndpointType: "openai", Backend: "openai", Labels: map[string]string{"git": "459f43c", "status": "night"},
		Model: "tiny", TokenizerID: "builtin:qwen3", Burstiness: 1, Status: StatusMeasured,
		Notes: []string{"ignore_eos was refused by the server and left out"}, SLO: metrics.SLO{TTFT: 18},
		OverheadTokens: 5, OverheadSource: "chat template",
		Environment: map[string]any{"cpus": 2.0}, Server: map[string]any{"base_url": "http://127.0.0.1:8010"},
	}
}

func TestCaseFileGolden(t *testing.T) {
	f := NewCaseFile(testCase(), testSummary(), testInfo())
	f.Detailed([]metrics.Record{
		{ID: "w", Warmup: true, Sent: 1},
		{ID: "b", Queued: 2e9, Due: 2e9, Sent: 2.5e9, End: 3e9, ErrorClass: "http_5xx", Error: "<overloaded>", InputClient: 256, OutputTokens: 7},
		{ID: "a", Queued: 1e9, Due: 1e9, Sent: 1.25e9, Arrivals: []int64{1.5e9, 1.625e9}, LastToken: 1.75e9, End: 2e9, InputServer: 257, OutputTokens: 2, Text: "hi"},
	})
	var got bytes.Buffer
	if err := f.write(&got); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "case.golden.json")
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("case JSON (-want +got):\n%s", diff)
	}
	back, err := ReadCase(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, back, sameFloat); diff != "" {
		t.Errorf("read back (-written +read):\n%s", diff)
	}
}

// Result files that `vllm bench serve` 0.32 wrote: what both have is under the
// same key, in the same order, of the same JSON type.
func TestCaseFileFollowsVLLM(t *testing.T) {
	files, err := filepath.Glob("testdata/vllm/*.json")
	if err != nil || len(files) != 3 {
		t.Fatalf("%d published files, %v; want 3", len(files), err)
	}
	summary := testSummary()
	summary.Percentiles = []float64{50, 90, 95, 99}
	some := metrics.Dist{N: 9, Mean: 1, Median: 2, Std: 3, P: []float64{1, 2, 3, 4}}
	summary.TTFT, summary.TPOT, summary.ITL, summary.E2EL, summary.Goodput = some, some, some, some, nil
	info := testInfo()
	info.Labels = nil
	ours := NewCaseFile(testCase(), summary, info)
	ours.Detailed([]metrics.Record{{Queued: 1, Sent: 1, Arrivals: []int64{2e9, 3e9}, LastToken: 3e9, OutputTokens: 2, InputServer: 5}})
	text, err := json.Marshal(ours)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := keysAndTypes(t, b)
		got := keysAndTypes(t, text)
		if len(got) < len(want) {
			t.Fatalf("%s has %d keys, ours %d", path, len(want), len(got))
		}
		if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
			t.Errorf("%s (-vLLM +ours):\n%s", path, diff)
		}
		if next := got[len(want)]; next != "schema integer" {
			t.Errorf("after vLLM's keys comes %s, want schema integer", next)
		}
	}
}

// keysAndTypes lists "key type" in order; numbers count as Python's json reads
// them: with a point or exponent a float, else an integer.
func keysAndTypes(t *testing.T, object []byte) []string {
	t.Helper()
	var list []string
	for key, raw := range objectKeys(object) {
		if raw == nil {
			t.Fatal("not an object")
		}
		list = append(list, key+" "+jsonType(raw))
	}
	return list
}

func jsonType(raw json.RawMessage) string {
	switch s := strings.TrimSpace(string(raw)); {
	case s[0] == '"':
		return "string"
	case s[0] == '{':
		return "object"
	case s == "null":
		return s
	case s == "true", s == "false":
		return "bool"
	case s[0] == '[':
		var elements []json.RawMessage
		if err := json.Unmarshal(raw, &elements); err != nil || len(elements) == 0 {
			return "array"
		}
		return "array of " + jsonType(elements[0])
	case strings.ContainsAny(s, ".eE"):
		return "float"
	}
	return "integer"
}

// What is read from vLLM's files is written back key by key as it was.
func TestVLLMRoundTrip(t *testing.T) {
	files, _ := filepath.Glob("testdata/vllm/*.json")
	for _, path := range files {
		f, err := ReadCase(path)
		if err != nil {
			t.Fatal(err)
		}
		if f.Schema != 0 || f.Definitions != DefinitionsVLLM || len(f.Extra) != 0 {
			t.Errorf("%s: schema %d, definitions %s, extra %v", path, f.Schema, f.Definitions, f.Extra)
		}
		original, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(keysAndTypes(t, original), keysAndTypes(t, again)); diff != "" {
			t.Errorf("%s: keys (-file +again):\n%s", path, diff)
		}
		var x, y any
		if err := errors.Join(json.Unmarshal(original, &x), json.Unmarshal(again, &y)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(x, y); diff != "" {
			t.Errorf("%s: values (-file +again):\n%s", path, diff)
		}
	}
}

func TestReadCaseKeepsWhatItDoesNotKnow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.json")
	text := `{"date":"d","num_prompts":1,"team":"infra","request_rate":2.5,"max_concurrency":null,"duration":1.0,
		"completed":1,"request_throughput":1.0,"spec_decode_acceptance_rate":0.5,"p99.9_ttft_ms":7.5}`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := ReadCase(path)
	if err != nil {
		t.Fatal(err)
	}
	if f.Labels["team"] != "infra" || string(f.Extra["spec_decode_acceptance_rate"]) != "0.5" || len(f.Extra) != 1 {
		t.Errorf("labels %v, extra %v", f.Labels, f.Extra)
	}
	if f.RequestRate != 2.5 || f.MaxConcurrency != nil || f.TTFT.P["99.9"] != 7.5 || f.TTFT.Mean.Defined() || f.Arrays != nil {
		t.Errorf("rate %v, cap %v, ttft %v, arrays %v", f.RequestRate, f.MaxConcurrency, f.TTFT, f.Arrays)
	}
}

func TestReadCaseRefuses(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct {
		name, text string
		notCase    bool
	}{
		{"cut", `{"date":"d","completed":1`, false},
		{"other", `{"name":"package","version":"1"}`, true},
		{"list", `[1,2]`, true},
		{"wrong type", `{"completed":"many","duration":1,"request_throughput":1}`, false},
	} {
		path := filepath.Join(dir, "bench_"+tt.name+".json")
		if err := os.WriteFile(path, []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadCase(path)
		if err == nil || errors.Is(err, ErrNotCase) != tt.notCase || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v; want an error that names the file, ErrNotCase: %v", tt.name, err, tt.notCase)
		}
	}
}

func TestUndefinedIsNull(t *testing.T) {
	nan := math.NaN()
	f := NewCaseFile(testCase(), metrics.Summary{Percentiles: []float64{99}, Duration: nan, RequestThroughput: nan}, testInfo())
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	types := keysAndTypes(t, text)
	for _, key := range []string{"duration", "request_throughput", "request_goodput", "mean_ttft_ms", "p99_e2el_ms", "steady_state", "slo"} {
		if !slices.Contains(types, key+" null") {
			t.Errorf("%s is not null", key)
		}
	}
}
