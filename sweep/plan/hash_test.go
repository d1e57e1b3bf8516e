package plan

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
)

// The hash changes with what would change the figures, and with nothing else.
func TestCaseHash(t *testing.T) {
	hash := func(tokenizer string, sets ...string) string {
		t.Helper()
		c := parse(t, "sampling: {temperature: 0, top_p: 1}\nextra_body: {a: 1}\n", sets...)
		h, err := c.CaseHash(c.Cases()[0], tokenizer)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first := hash("t1")
	if len(first) != 64 {
		t.Errorf("hash %q is no SHA-256 in hex", first)
	}
	for _, same := range []string{
		"seed=0", "results_dir=elsewhere", "goodput.ttft=1", "percentiles=[50]", "labels.a=b", "records=none",
		"history.keep=1", "resume_within=1", "headers.X-A=b", "api_key_env=OTHER", "ready_timeout=5m",
		"sampling={top_p: 1.0, temperature: 0.0}", "extra_body.a=1.0", "warmup=1", // what auto is here
		"concurrency_prompts=[[1, 1], [2, 2]]", "request_rate=.inf", "repeats=3",
		"ramp=none", "duration=0", "abort={error_share: 0}", "timeouts.case=0",
		"dataset={type: random, prefix_len: 0, range_ratio: 0}", "prompt_token_ids=false", "prompt_overhead=server", "prompt_buffer=1MiB",
		"protocol=http1", "lora={}", "tls.insecure=true", "ready=probe", "model_check=false",
	} {
		if hash("t1", same) != first {
			t.Errorf("%s changes the hash", same)
		}
	}
	seen := map[string]string{first: "the config itself"}
	for _, other := range []string{
		"model=n", "backend=openai-chat", "endpoint=/x", "base_url=http://h:2", "input_output=[[2, 1]]", "input_output=[[1, 2]]",
		"concurrency_prompts=[[2, 1]]", "concurrency_prompts=[[1, 2]]", "request_rate=4", "burstiness=2", "warmup=0", "warmup_drain=true",
		"sampling.temperature=1", "extra_body.a=\"1\"", "extra_body.b=null", "ignore_eos=true", "timeouts.idle=1s", "timeouts.connect=1s", "seed=1",
		"duration=60s", "timeouts.case=60s", "warmup=60s", "warmup=30s", "burstiness=inf", "abort.error_share=0.5", "abort.over_saturation=true",
		"ramp={kind: linear, from: 1, to: 2}", "ramp={kind: linear, from: 1, to: 3}", "ramp={kind: exponential, from: 1, to: 2}",
		"prompt_token_ids=true", "dataset=sonnet", "dataset={type: random, range_ratio: 0.1}", "dataset={type: random, range_ratio: 0.2}",
		"dataset={type: random, range_ratio: {output: 0.2}}", "dataset={type: sharegpt, path: f}", "dataset={type: sharegpt, path: f, allow_repeat: true}",
		"ramp={kind: steps, rates: [1, 2], every: 30s}", "ramp={kind: steps, rates: [1, 2], every: 31s}", "ramp={kind: steps, rates: [2, 1], every: 30s}",
		"base_url=[http://h:1, http://h:2]", "base_url=unix:///s", "protocol=http2", "lora=[a]", "lora=[a, b]", "lora={a: 1, b: 2}",
	} {
		h := hash("t1", other)
		if before, twice := seen[h]; twice {
			t.Errorf("%s has the hash of %s", other, before)
		}
		seen[h] = other
	}
	if hash("t2") == first {
		t.Error("another tokenizer has the same hash")
	}
}

// A hash that was written into a file yesterday is still that today: this is
// the text that is hashed, to the letter.
func TestCaseHashIsStable(t *testing.T) {
	c := parse(t, "sampling: {top_p: 0.9, temperature: 0}\n")
	const canonical = `{"schema":1,"model":"m","backend":"openai","endpoint":"","base_url":"http://h:1","tokenizer_sha256":"t",` +
		`"dataset":"random","input_len":1,"output_len":1,"max_concurrency":1,"num_prompts":1,"request_rate":"inf","burstiness":1,` +
		`"warmup":1,"warmup_drain":false,"sampling":{"temperature":0,"top_p":0.9},"extra_body":{},"ignore_eos":"auto",` +
		`"timeouts_ns":[10000000000,600000000000,120000000000,3600000000000],"seed":0}`
	want := fmt.Sprintf("%x", sha256.Sum256([]byte(canonical)))
	if got := hashOf(t, c); got != want {
		t.Errorf("hash %s, want %s: raise hashSchema if the meaning of a case has changed", got, want)
	}
}

// hashOf is the hash of a config's first case by tokenizer t.
func hashOf(t *testing.T, c *Config) string {
	t.Helper()
	hash, err := c.CaseHash(c.Cases()[0], "t")
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// Of a dataset's file its content counts, not where it lies; so in a mix.
func TestCaseHashOfFiles(t *testing.T) {
	for _, yaml := range []string{
		"dataset: {type: custom, path: FILE}\n",
		"dataset: {type: mix, scenarios: [{name: a, dataset: {type: custom, path: FILE}}]}\n",
	} {
		hash := func(path, content string) string {
			c, err := Parse("c.yaml", []byte(ownBase+strings.Replace(yaml, "FILE", path, 1)), testEnv(nil))
			if err != nil {
				t.Fatal(err)
			}
			c.DatasetContent = content
			return hashOf(t, c)
		}
		if hash("a.jsonl", "c1") != hash("b/a.jsonl", "c1") {
			t.Errorf("%s: another path changes the hash", yaml)
		}
		if hash("a.jsonl", "c1") == hash("a.jsonl", "c2") {
			t.Errorf("%s: another content has the same hash", yaml)
		}
	}
}

// Prompts that were made by another count of what goes around them have other
// lengths.
func TestCaseHashOfOverhead(t *testing.T) {
	c, err := Parse("c.yaml", []byte(ownBase+"dataset: {type: custom, path: f}\n"), testEnv(nil))
	if err != nil {
		t.Fatal(err)
	}
	before := hashOf(t, c)
	c.PromptOff = 3
	if hashOf(t, c) == before {
		t.Error("the server adds 3 tokens to each prompt, and the hash is the same")
	}
}
