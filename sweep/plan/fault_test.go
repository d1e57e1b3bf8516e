package plan

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmsweep/sweep/conf"
)

var update = flag.Bool("update", false, "rewrite golden files")

// testEnv is an environment of a few variables, at a run's start of
// 2026-11-22 18:36:02.
func testEnv(variables map[string]string) Env {
	return Env{
		LookupEnv: func(name string) (string, bool) { v, ok := variables[name]; return v, ok },
		Now:       time.Date(2026, 11, 22, 18, 36, 2, 0, time.UTC),
	}
}

// base is a config without faults, in five lines; a test's own text follows.
const base = "model: m\nbase_url: http://h:1\ninput_output: [[1, 1]]\nconcurrency_prompts: [[1, 1]]\n#\n"

// All faults of a file at once, each at its place; no secret among them.
func TestFaultsGolden(t *testing.T) {
	_, err := Read("testdata/config/faults.yaml", testEnv(nil))
	var faults conf.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("error is %v, want Faults", err)
	}
	got := err.Error() + "\n"
	if strings.Contains(got, "sk-1234") {
		t.Error("a secret is quoted")
	}
	golden(t, "testdata/config/faults.txt", got)
}

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

// One fault each; the text follows base, so it begins on line 6.
func TestFault(t *testing.T) {
	const wholeAbove0 = "a whole number above 0"
	const aRamp = "none, {kind: linear, from: 1, to: 20}, {kind: exponential, from: 1, to: 20} or {kind: steps, rates: [1, 2, 4], every: 30s}"
	for _, tt := range []struct{ yaml, want string }{
		{"repeats: -2", "c.yaml:6:10: repeats: -2, want " + wholeAbove0},
		{"repeats: 1.5", "c.yaml:6:10: repeats: 1.5, want " + wholeAbove0},
		{"repeats: 1e3", "c.yaml:6:10: repeats: 1e3, want " + wholeAbove0 + "; write 1000"},
		{"repeats: 2.0", "c.yaml:6:10: repeats: 2.0, want " + wholeAbove0 + "; write 2"},
		{`repeats: "3"`, `c.yaml:6:10: repeats: "3", want ` + wholeAbove0 + "; remove the quotes"},
		{"repeats: 010", "c.yaml:6:10: repeats: 010, want " + wholeAbove0 + "; write 10, or 8 if it was meant in octal"},
		{"repeats: 08", "c.yaml:6:10: repeats: 08, want " + wholeAbove0 + "; write 8"},
		{"repeats: 0x10", "c.yaml:6:10: repeats: 0x10, want " + wholeAbove0 + "; write 16"},
		{"repeats: 0o17", "c.yaml:6:10: repeats: 0o17, want " + wholeAbove0 + "; write 15"},
		{"repeats: 99999999999999999999", "c.yaml:6:10: repeats: 99999999999999999999, want " + wholeAbove0},
		{"repeats: 10001", "c.yaml:6:10: repeats: 10001, want a whole number above 0, at most 10000"},
		{"repeats: [1]", "c.yaml:6:10: repeats: [1], want " + wholeAbove0},
		{"repeats: !!int x", "c.yaml:6:10: repeats: the tag !!int is not supported; remove it"},
		{"repeats: ${N}", "c.yaml:6:10: repeats: ${N} is not set; set it in the environment, or write ${N:-default}"},
		{"repeats: ${TEXT}", "c.yaml:6:10: repeats: ${TEXT}, want " + wholeAbove0},
		{"\n  \nrepeats:\n   many", "c.yaml:9:4: repeats: many, want " + wholeAbove0},
		{"proxy: ${TEXT}", "c.yaml:6:8: proxy: ${TEXT}, want none, env or a proxy's URL, such as http://proxy:3128"},
		{"request_rate: 0", "c.yaml:6:15: request_rate: 0, want requests/s from 0.001 to 1000000, or inf"},
		{"request_rate: -.inf", "c.yaml:6:15: request_rate: -.inf, want requests/s from 0.001 to 1000000, or inf"},
		{"request_rate: []", "c.yaml:6:15: request_rate: [], want requests/s from 0.001 to 1000000, or inf, or a list of them, at least one"},
		{"request_rate: [4, inf, 4.0]", "c.yaml:6:24: request_rate[2]: 4.0, want each value once (it is on line 6 already)"},
		{"burstiness: .nan", "c.yaml:6:13: burstiness: .nan, want a number above 0, or inf; 1 = Poisson arrivals, inf = even ones"},
		{"burstiness: -inf", "c.yaml:6:13: burstiness: -inf, want a number above 0, or inf; 1 = Poisson arrivals, inf = even ones"},
		{"ramp: 5", "c.yaml:6:7: ramp: 5, want " + aRamp},
		{"ramp: {from: 1}", "c.yaml:6:7: ramp: a mapping, want " + aRamp},
		{"ramp: {kind: cubic}", "c.yaml:6:14: ramp.kind: cubic, want linear, exponential or steps"},
		{"ramp: {kind: linear, from: 1}", "c.yaml:6:7: ramp.to: missing, want " + aRamp},
		{"ramp: {kind: linear, from: 0, to: 3}", "c.yaml:6:28: ramp.from: 0, want requests/s from 0.001 to 1000000"},
		{"ramp: {kind: linear, from: 1, to: inf}", "c.yaml:6:35: ramp.to: inf, want requests/s from 0.001 to 1000000"},
		{"ramp: {kind: linear, from: 1, to: 2, every: 3}", "c.yaml:6:38: ramp.every: unknown key; known here are kind, from, to"},
		{"ramp: {kind: steps, rates: [1, 0], every: 3}", "c.yaml:6:32: ramp.rates[1]: 0, want requests/s from 0.001 to 1000000"},
		{"ramp: {kind: steps, rates: [], every: 3}", "c.yaml:6:28: ramp.rates: [], want a list of requests/s from 0.001 to 1000000, at least one"},
		{"ramp: {kind: steps, rates: [1], every: 0}", "c.yaml:6:40: ramp.every: 0, want a duration of 1ms or more: 30s, 5m, 1h, or a number of seconds"},
		{"request_rate: 4\nramp: {kind: linear, from: 1, to: 2}", "c.yaml:7:1: ramp: stands beside request_rate, whose place it takes; keep one"},
		{"duration: -1s", "c.yaml:6:11: duration: -1s, want a duration of 0 or more: 30s, 5m, 1h, or a number of seconds"},
		{"abort: {error_share: 2}", "c.yaml:6:22: abort.error_share: 2, want a share from 0 to 1; 0 = never"},
		{"abort: {over_saturation: maybe}", "c.yaml:6:26: abort.over_saturation: maybe, want true or false"},
		{"timeouts: {case: soon}", "c.yaml:6:18: timeouts.case: soon, want a duration of 0 or more: 30s, 5m, 1h, or a number of seconds"},
		{"warmup: -30s", "c.yaml:6:9: warmup: -30s, want auto, a number of requests, 0 or more, or a time such as 30s"},
		{"warmup: 1.5", "c.yaml:6:9: warmup: 1.5, want auto, a number of requests, 0 or more, or a time such as 30s"},
		{"failures_allowed: 1.01", "c.yaml:6:19: failures_allowed: 1.01, want a share from 0 to 1"},
		{`failures_allowed: "0.5"`, `c.yaml:6:19: failures_allowed: "0.5", want a share from 0 to 1; remove the quotes`},
		{"percentiles: []", "c.yaml:6:14: percentiles: [], want a list, at least one: a number above 0 and below 100"},
		{"percentiles: 99", "c.yaml:6:14: percentiles: 99, want a list, at least one: a number above 0 and below 100"},
		{"timeouts: 5s", "c.yaml:6:11: timeouts: 5s, want a mapping with keys of connect, first_token, idle, request, case"},
		{"timeouts: {conect: 5s}", "c.yaml:6:12: timeouts.conect: unknown key; did you mean connect?"},
		{"ready_timeout: 5 minutes", "c.yaml:6:16: ready_timeout: 5 minutes, want a duration of 0 or more: 30s, 5m, 1h, or a number of seconds"},
		{"ready_timeout: 1e300", "c.yaml:6:16: ready_timeout: 1e300, want a duration of 0 or more: 30s, 5m, 1h, or a number of seconds"},
		{"warmup_drain: no", "c.yaml:6:15: warmup_drain: no, want true or false"},
		{"ignore_eos: sometimes", "c.yaml:6:13: ignore_eos: sometimes, want auto, true or false"},
		{"backend: vlm", "c.yaml:6:10: backend: vlm, want openai, vllm, lmdeploy, scalellm, sglang-oai, llama.cpp, openai-chat, openai-responses, sglang, tgi, tensorrt-llm, deepspeed-mii, ollama, anthropic, embeddings or rerank; did you mean vllm?"},
		{"timeouts: {first_token: 5 minutes}", "c.yaml:6:25: timeouts.first_token: 5 minutes, want a duration of 0 or more: 30s, 5m, 1h, or a number of seconds"},
		{"slo: {p99_ttft: 5}", "c.yaml:6:7: slo.p99_ttft: unknown key; did you mean p99_ttft_ms?"},
		{"dataset: {type: randm}", "c.yaml:6:17: dataset.type: randm, want random, sharegpt, sonnet, custom, prefix_repetition, conversation, trace, random_mm or mix; did you mean random?"},
		{"tokenizer: builtin:gpt2", "c.yaml:6:12: tokenizer: builtin:gpt2, want a hub id, a path that begins with / or ., builtin:qwen3, server, or ids:FROM-TO"},
		{"endpoint: v1/completions", "c.yaml:6:11: endpoint: v1/completions, want a path that begins with /, such as /v1/completions"},
		{"results_dir: 20261122", "c.yaml:6:14: results_dir: 20261122, want a folder; write it in quotes"},
		{"proxy: http://u:pw@h:x", "c.yaml:6:8: proxy: http://***@h:x, want none, env or a proxy's URL, such as http://proxy:3128"},
		{"headers: {X-Token: [pw]}", "c.yaml:6:20: headers.X-Token: ***, want text"},
		{"headers: {X-A: \"a\\nb\"}", "c.yaml:6:16: headers.X-A: ***, want text on one line"},
		{"sampling: [1]", "c.yaml:6:12: sampling: 1, want a mapping of body fields to values"},
		{"sampling: {top_k: 010}", "c.yaml:6:19: sampling.top_k: 010, want a number that JSON has; write 10, or 8 if it was meant in octal"},
		{"extra_body: {a: [1, .inf]}", "c.yaml:6:21: extra_body.a[1]: .inf, want a number that JSON has"},
		{"extra_body: {password: .nan}", "c.yaml:6:24: extra_body.password: ***, want a number that JSON has"},
		{"labels: {a: {b: c}}", "c.yaml:6:13: labels.a: a mapping, want text"},
		{"slo: {p99_tfft_ms: 3}", "c.yaml:6:7: slo.p99_tfft_ms: unknown key; did you mean p99_ttft_ms?"},
		{"slo: {p99_ttft_ms: fast}", "c.yaml:6:20: slo.p99_ttft_ms: fast, want a limit, a number of 0 or more"},
		{"slo: 3", "c.yaml:6:6: slo: 3, want a mapping of figures to limits, as in {p99_ttft_ms: 500}"},
		{"percentiles: [50]\nslo: {p95_ttft_ms: 3}", "c.yaml:7:20: slo.p95_ttft_ms: 3, want a percentile that is among percentiles, [50]"},
		{"matrix: {slo.p99_ttft_ms: [1, 2]}", "c.yaml:6:10: matrix.slo.p99_ttft_ms: belongs to the whole run and cannot vary within it; set it once, outside of matrix"},
		{"cost: {gpu_hour: 2}", "c.yaml:6:1: cost.gpus: missing, want how many GPUs gpu_hour is for; servers[].gpus can say it too, as a number"},
		{"cost: {gpu_hour: 0, gpus: 1}", "c.yaml:6:18: cost.gpu_hour: 0, want the price of one GPU for an hour, a number above 0"},
		{"cost: {gpu_hour: 2, machine_hour: 2}", "c.yaml:6:7: cost: a mapping, want either gpu_hour with gpus, or machine_hour"},
		{"cost: {gpus: 1.5}", "c.yaml:6:14: cost.gpus: 1.5, want a whole number above 0"},
		{"goodput: {p99: 3}", "c.yaml:6:11: goodput.p99: unknown key; known here are ttft, tpot, itl, e2el"},
		{"Repeat: 2", "c.yaml:6:1: Repeat: unknown key; did you mean repeats?"},
		{"num_prompts: 2", "c.yaml:6:1: num_prompts: unknown key; did you mean concurrency_prompts?"},
		{"xylophone: 2", "c.yaml:6:1: xylophone: unknown key; `llmsweep init` prints all keys"},
		{"model: n", "c.yaml:6:1: model: written twice, first on line 1; keep one"},
		{"? [a]\n: 1", "c.yaml:6:3: a key is a list or a mapping; a key is a word"},
		{"extra_body: {a: &s [*s]}", "c.yaml:6:21: extra_body.a[0]: *s stands inside of what it names; write the value out"},
		{"timeouts: {<<: 5}", "c.yaml:6:16: timeouts.<<: a merge names a mapping, or a list of mappings, by *alias"},
	} {
		_, err := Parse("c.yaml", []byte(base+tt.yaml+"\n"), testEnv(map[string]string{"TEXT": "secret text"}))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s\ngot:  %v\nwant: %s", tt.yaml, err, tt.want)
		}
	}
}

// What is wrong with a whole file.
func TestFileFault(t *testing.T) {
	for _, tt := range []struct{ name, yaml, want string }{
		{"empty", "", "c.yaml:1:1: the config is empty; `llmsweep init` writes one"},
		{"comments alone", "# nothing\n", "c.yaml:1:1: the config is empty; `llmsweep init` writes one"},
		{"no mapping", "- a\n- b\n", "c.yaml:1:1: [a, b], want keys with values, as in model: NAME; `llmsweep init` prints all keys"},
		{"two documents", "model: m\n---\nmodel: n\n", "c.yaml:2:1: a second YAML document begins here; write one document a file"},
		{"tab", "goodput:\n\tttft: 1\n", "c.yaml:2:1: a tab in the indentation; YAML wants spaces"},
		{"open bracket", "model: m\ninput_output: [[1, 2]\nseed: 1\n", "c.yaml:2: not YAML: did not find expected ',' or ']'; a [ is not closed, or a comma is missing"},
		{"two colons", "model: a: b\n", "c.yaml:1: not YAML: mapping values are not allowed in this context; indent this line as those before it, or put a text with a colon in quotes"},
		{"left over", "{model: m}}\n", "c.yaml:1: not YAML: did not find expected <document start>"},
		{"at sign", "seed: 1\nmodel: @m\n", "c.yaml:2: not YAML: found character that cannot start any token; put a text that begins with @, % or ` in quotes"},
		{"unknown alias", "seed: 1\nmodel: *m\n", "c.yaml:2:8: *m names nothing; write &m before the value that it stands for"},
		{"Latin-1", "model: caf\xe9\n", "c.yaml:1:11: not UTF-8; save the file as UTF-8"},
		{"control character", "model: é\x01\n", "c.yaml:1:9: the control character 0x01; remove it"},
		{"nothing given", "seed: 1\n", "c.yaml:1:1: model: missing, want the model's name as the server knows it\n" +
			"c.yaml:1:1: base_url: missing, want http://host:port of the server, or sim:default for the simulator\n" +
			"c.yaml:1:1: input_output: missing, want a list of [input length, output length] pairs, tokens\n" +
			"c.yaml:1:1: concurrency_prompts: missing, want a list of [max concurrency, number of prompts] pairs"},
		{"a key left empty", base[9:] + "model:\n", "c.yaml:5:1: model: empty, want the model's name as the server knows it"},
		{"too many cases", "model: m\nbase_url: http://h\ninput_output: [[1, 1], [2, 2]]\nconcurrency_prompts: [[1, 1], [2, 2], [3, 3]]\nrequest_rate: [1, 2]\nrepeats: 10_000\n",
			"c.yaml:1:1: the config asks for 120000 cases, more than 100000; shorten a list or repeats"},
		{"too deep", base + "sampling: {a: " + strings.Repeat("[", 100) + strings.Repeat("]", 100) + "}",
			"c.yaml:6:78: sampling.a" + strings.Repeat("[0]", 12) + "[…: more than 64 lists and mappings within each other; write it flatter"},
	} {
		_, err := Parse("c.yaml", []byte(tt.yaml), testEnv(nil))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s\ngot:  %v\nwant: %s", tt.name, err, tt.want)
		}
	}
	if _, err := Read("testdata/config/none.yaml", testEnv(nil)); err == nil || err.Error() != "there is no config testdata/config/none.yaml; `llmsweep init` writes one" {
		t.Errorf("a missing file: %v", err)
	}
}

// What may stand for base_url.
func TestBaseURL(t *testing.T) {
	const want = "http://host:port, https://host:port, unix:///path/of.sock or sim:default"
	for _, tt := range []struct{ url, fault string }{
		{"http://localhost:8010", ""},
		{"https://[::1]:8010/prefix", ""},
		{"sim:default", ""},
		{"unix:///run/vllm.sock", ""},
		{"http://a:1,http://b:2", ""},
		{"unix://vllm.sock", "unix://vllm.sock, want " + want + "; a socket's path is absolute, as in unix:///run/server.sock; a prefix of the server's paths belongs to endpoint"},
		{"http://a:1,http://a:1", "http://a:1,http://a:1, want " + want + "; http://a:1 stands there twice"},
		{"http://a:1,sim:fast", "http://a:1,sim:fast, want " + want + "; a simulator of the sweep's own is one alone: start several by llmsweep simulate"},
		{"localhost:8010", "localhost:8010, want " + want + "; did you mean http://localhost:8010?"},
		{"gpu-7", "gpu-7, want " + want + "; did you mean http://gpu-7?"},
		{"sim:", "\"sim:\", want " + want},
		{"ftp://host", "ftp://host, want " + want},
		{"http://", "http://, want " + want},
		{"http://h:0", "http://h:0, want " + want + "; a port is a number from 1 to 65535"},
		{"http://h:70000", "http://h:70000, want " + want + "; a port is a number from 1 to 65535"},
		{"http://me:pw@h", "http://***@h, want " + want + "; a password does not belong here: send it by headers, as ${NAME}"},
		{"http://h/?key=pw", "http://h/?***, want " + want + "; it ends with the path, before any ? or #"},
	} {
		written := tt.url
		if strings.HasSuffix(written, ":") { // a key, to YAML
			written = `"` + written + `"`
		}
		_, err := Parse("c", []byte(base), testEnv(nil), "base_url="+written)
		got := ""
		if err != nil {
			_, got, _ = strings.Cut(err.Error(), ": base_url: ")
		}
		if got != tt.fault {
			t.Errorf("%s\ngot:  %s\nwant: %s", tt.url, got, tt.fault)
		}
	}
}

// A hint repeats no variable's value.
func TestBaseURLFromVariable(t *testing.T) {
	_, err := Parse("c", []byte(base), testEnv(map[string]string{"URL": "gpu-7:8000"}), "base_url=${URL}")
	const want = "--set base_url=${URL}: base_url: ${URL}, want http://host:port, https://host:port, unix:///path/of.sock or sim:default"
	if err == nil || err.Error() != want {
		t.Errorf("got:  %v\nwant: %s", err, want)
	}
}
