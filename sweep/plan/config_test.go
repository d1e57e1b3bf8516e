package plan

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/conf"
)

var everythingEnv = map[string]string{"LLM_TOKEN": "sk-from-env", "TAG": "v0.32"}

func read(t *testing.T, path string, env Env, sets ...string) *Config {
	t.Helper()
	c, err := Read(path, env, sets...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// parse is a config without faults: base and more lines.
func parse(t *testing.T, more string, sets ...string) *Config {
	t.Helper()
	c, err := Parse("c.yaml", []byte(base+more), testEnv(nil), sets...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The file that users have already, with the defaults.
func TestReadGrid(t *testing.T) {
	want := &Config{
		Path:           "testdata/config/grid.yaml",
		Model:          "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
		BaseURL:        "http://localhost:8010",
		Backend:        "openai",
		Tokenizer:      "deepseek-ai/DeepSeek-R1-Distill-Qwen-32B",
		APIKeyEnv:      "OPENAI_API_KEY",
		Proxy:          "none",
		Dataset:        dataset.Spec{Type: "random"},
		PromptOverhead: "auto",
		SessionHeader:  "X-Session-Id",
		Protocol:       "http1",
		Ready:          "auto",
		ModelCheck:     true,
		PromptBuffer:   256 << 20,
		InputOutput:    []IOLen{{256, 256}, {1024, 256}, {4096, 512}},
		ConcurrencyPrompts: []Load{
			{1, 10}, {4, 40}, {16, 160}, {64, 640},
		},
		RequestRate: []float64{unbounded},
		Burstiness:  1,
		Repeats:     1,
		Order:       OrderPlan,
		IgnoreEOS:   "auto",
		Percentiles: []float64{50, 90, 95, 99},
		Warmup:      Warmup{Auto: true},
		Timeouts: client.Timeouts{
			Connect: 10 * time.Second, FirstToken: 600 * time.Second, Idle: 120 * time.Second, Request: time.Hour,
		},
		FailuresAllowed: 0.01,
		ResultsDir:      "results",
		Records:         "full",
		History:         History{Keep: 30},
		ResumeWithin:    12 * time.Hour,
		HookTimeout:     30 * time.Minute,
	}
	got := read(t, "testdata/config/grid.yaml", testEnv(nil))
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestReadEverything(t *testing.T) {
	want := &Config{
		Path:      "testdata/config/everything.yaml",
		Model:     "org/model-7b",
		BaseURL:   "https://llm.example:8443/prefix",
		Endpoint:  "/v1/chat/completions",
		Backend:   "openai-chat",
		Tokenizer: "./tokenizers/model-7b",
		APIKeyEnv: "LLM_KEY",
		Proxy:     "http://user:pass@proxy.example:3128",
		Headers: map[string]string{
			"Authorization": "Bearer sk-from-env", "X-Api-Key": "literal-secret", "X-Team": "inference",
			"X-Upstream": "Bearer literal-secret",
		},
		Dataset:            dataset.Spec{Type: "random", PrefixLen: 16, RangeRatio: dataset.Ratio{Input: 0.25, Output: 0.5}},
		SessionHeader:      "X-Conversation",
		TLS:                client.TLSOptions{CA: "ca.pem", Cert: "client.pem", Key: "client.key", ServerName: "llm.internal", Insecure: true},
		Protocol:           "http2",
		LoRA:               map[string]float64{"adapter-a": 3, "adapter-b": 0.5},
		Ready:              "/health",
		PromptOverhead:     "server",
		PromptBuffer:       64 << 20,
		InputOutput:        []IOLen{{128, 64}},
		ConcurrencyPrompts: []Load{{8, 1000}},
		RequestRate:        []float64{0.5, 4, unbounded},
		Burstiness:         0.7,
		Duration:           90 * time.Second,
		Abort:              Abort{ErrorShare: 0.5, OverSaturation: true},
		Repeats:            2,
		Cooldown:           5 * time.Second,
		Reset:              "/reset_prefix_cache",
		BeforeSweep:        "nvidia-smi -pm 1",
		BeforeCase:         `curl -H "Authorization: Bearer literal-secret" ${NODE:-host}/load/${max_concurrency}`,
		AfterCase:          "echo ${case} $${HOME}",
		AfterSweep:         "tar czf ${date}.tgz results\n",
		Order:              OrderShuffled,
		Sampling:           map[string]any{"temperature": 0.6, "top_p": 0.95, "stop": []any{"a", "b"}, "seed": nil},
		ExtraBody: map[string]any{
			"cache_salt":      "sk-from-env",
			"guided":          map[string]any{"choice": []any{int64(1), 2.5, true}},
			"max_tokens_hint": "12",
			"api_key":         "literal-secret",
		},
		IgnoreEOS:   "false",
		Goodput:     metrics.SLO{TTFT: 500, TPOT: 50.5, ITL: 100, E2EL: 10000},
		Percentiles: []float64{50, 99.9},
		SLO:         map[string]float64{"p50_ttft_ms": 300},
		Cost:        runlog.Cost{MachineHour: 12, GPUs: 8, Currency: "EUR", Source: "contract"},
		Seed:        42,
		Warmup:      Warmup{Requests: 3},
		WarmupDrain: true,
		Timeouts: client.Timeouts{
			Connect: 2500 * time.Millisecond, FirstToken: 600 * time.Second, Idle: 90 * time.Second, Request: 0,
		},
		CaseTimeout:  2 * time.Hour,
		ReadyTimeout: 10 * time.Minute,
		Gate:         []string{"p99_ttft_ms > +5%", "output_throughput < -3%"},
		ResultsDir:   "out/20261122/183602",
		Records:      "counts",
		SaveDetailed: true,
		History:      History{Keep: 7},
		ResumeWithin: 90 * time.Second,
		HookTimeout:  90 * time.Second,
		Labels:       map[string]string{"git_sha": "0123456", "image": "vllm:v0.32"},
	}
	got := read(t, "testdata/config/everything.yaml", testEnv(everythingEnv))
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Aliases stand for what they name; a merge fills in what is not written.
func TestAliasesAndMerges(t *testing.T) {
	c := parse(t, `
sampling: &s {temperature: 0, top_p: 0.9}
extra_body:
  <<: [{top_p: 0.5, a: 1}, *s]
  a: 2
  nested: *s
`)
	want := map[string]any{
		"a": int64(2), "top_p": 0.5, "temperature": int64(0),
		"nested": map[string]any{"temperature": int64(0), "top_p": 0.9},
	}
	if diff := cmp.Diff(want, c.ExtraBody); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Nine aliases of nine aliases of …: 10⁹ values in a few hundred bytes.
func TestAliasBomb(t *testing.T) {
	var b strings.Builder
	b.WriteString(base + "extra_body:\n  a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n")
	for i := 1; i < 9; i++ {
		fmt.Fprintf(&b, "  a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	_, err := Parse("c.yaml", []byte(b.String()), testEnv(nil))
	if err == nil || !strings.Contains(err.Error(), "more than 100000 values once its aliases are written out") {
		t.Errorf("error is %v", err)
	}
}

func TestTooLargeAFile(t *testing.T) {
	_, err := Parse("c.yaml", []byte(base+"#"+strings.Repeat(" ", conf.MaxFileSize)), testEnv(nil))
	if err == nil || !strings.Contains(err.Error(), "bytes are too many for a config") {
		t.Errorf("error is %v", err)
	}
}

func TestVariablesInNumbers(t *testing.T) {
	c, err := Parse("c.yaml", []byte(base+"repeats: ${N}\nseed: ${S:-7}\nwarmup_drain: ${DRAIN}\nlabels: {sha: \"${N}\"}\nresults_dir: ${N}\n"),
		testEnv(map[string]string{"N": "3", "DRAIN": "true"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Repeats != 3 || c.Seed != 7 || !c.WarmupDrain || c.Labels["sha"] != "3" || c.ResultsDir != "3" {
		t.Errorf("repeats %d, seed %d, warmup_drain %v, label %q, results_dir %q", c.Repeats, c.Seed, c.WarmupDrain, c.Labels["sha"], c.ResultsDir)
	}
}

// sim: brings its own model and tokenizer, unless the config says otherwise.
func TestSimulatorDefaults(t *testing.T) {
	for _, tt := range []struct {
		sets             []string
		model, tokenizer string
	}{
		{[]string{"model="}, "simulated", "builtin:qwen3"},
		{nil, "m", "builtin:qwen3"},
		{[]string{"tokenizer=org/t"}, "m", "org/t"},
		{[]string{"base_url=http://h"}, "m", "m"},
	} {
		c := parse(t, "", append([]string{"base_url=sim:default"}, tt.sets...)...)
		if c.Model != tt.model || c.Tokenizer != tt.tokenizer {
			t.Errorf("%q: model %s, tokenizer %s; want %s, %s", tt.sets, c.Model, c.Tokenizer, tt.model, tt.tokenizer)
		}
	}
}

func TestSeedRandom(t *testing.T) {
	a, b := parse(t, "seed: random"), parse(t, "seed: random")
	if a.Seed == b.Seed || a.Seed >= 1<<53 || !a.SeedRandom {
		t.Errorf("seeds %d and %d; want two, below 2⁵³", a.Seed, b.Seed)
	}
	if c := parse(t, "seed: 5"); c.Seed != 5 || c.SeedRandom {
		t.Errorf("seed %d, drawn: %v; want 5, false", c.Seed, c.SeedRandom)
	}
}

// The file's faults come first, by line; then each set's, in their order.
func TestFaultOrder(t *testing.T) {
	_, err := Parse("c.yaml", []byte(base+"seed: x\nrepeats: 0\nwarmup: x\n"), testEnv(nil), "burstiness=0", "backend=x")
	var faults conf.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("error is %v", err)
	}
	var keys []string
	for _, f := range faults {
		keys = append(keys, f.Key)
	}
	if want := []string{"seed", "repeats", "warmup", "burstiness", "backend"}; !slices.Equal(keys, want) {
		t.Errorf("order %q, want %q", keys, want)
	}
}

// Every key of Config is read, and written by Redacted.
func TestEveryKey(t *testing.T) {
	var tags, read []string
	for _, f := range reflect.VisibleFields(reflect.TypeFor[Config]()) {
		if tag := f.Tag.Get("yaml"); tag != "" && tag != "-" {
			tags = append(tags, tag)
		}
	}
	for _, f := range configFields(Default()) {
		switch f.Name {
		case "matrix", "zip", "include", "exclude", "stop_when", "servers": // of the plan: expand reads them
		case "http": // no part of a sweep: ReadHTTP reads it
		default:
			read = append(read, f.Name)
		}
	}
	slices.Sort(tags)
	slices.Sort(read)
	if diff := cmp.Diff(tags, read); diff != "" {
		t.Errorf("tags of Config, keys that are read (-tags +read):\n%s", diff)
	}
	c := Default()
	c.Endpoint = "/v1"
	if diff := cmp.Diff(tags, slices.Sorted(maps.Keys(c.Redacted()))); diff != "" {
		t.Errorf("tags of Config, keys of Redacted (-tags +keys):\n%s", diff)
	}
}
