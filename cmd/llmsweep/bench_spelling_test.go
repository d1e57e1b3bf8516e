package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Of vLLM's lists each value gets its flag; what stands alone stays alone.
func TestBenchArgs(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"bench --goodput ttft:200 tpot:50 e2el:9 --seed 3", "bench --goodput ttft:200 --goodput tpot:50 --goodput e2el:9 --seed 3"},
		{"bench --metadata=a=1 b=2 --header X-A=1 X-B=2", "bench --metadata=a=1 --metadata b=2 --header X-A=1 --header X-B=2"},
		{"bench --lora_modules a b --goodput", "bench --lora_modules a --lora-modules b --goodput"},
		{"bench --seed 3 b --save-result c", "bench --seed 3 b --save-result c"},
		{"bench", "bench"},
		{"http --header A=1 b", "http --header A=1 b"},
	} {
		if got := strings.Join(benchArgs(strings.Fields(tt.args)), " "); got != tt.want {
			t.Errorf("%s\ngot:  %s\nwant: %s", tt.args, got, tt.want)
		}
	}
	if got := benchArgs(nil); len(got) != 0 {
		t.Errorf("%q", got)
	}
}

// Several words behind a flag are all its own, as in vLLM; so are those of a flag
// that is repeated.
func TestBenchWords(t *testing.T) {
	c, err := flagConfig("--goodput ttft:500 tpot:50 --seed 3 --metadata gpu=H200 night=1 --header X-A=1 X-B=2 --lora-modules a b --metadata tp=2 --goodput e2el:9000 --ignore-eos")
	if err != nil {
		t.Fatal(err)
	}
	if g := c.Goodput; g.TTFT != 500 || g.TPOT != 50 || g.E2EL != 9000 || g.ITL != 0 {
		t.Errorf("goodput %+v", g)
	}
	if diff := cmp.Diff(map[string]string{"gpu": "H200", "night": "1", "tp": "2"}, c.Labels); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"X-A": "1", "X-B": "2"}, c.Headers); diff != "" {
		t.Error(diff)
	}
	if c.Seed != 3 || len(c.LoRA) != 2 {
		t.Errorf("seed %d, adapters %v", c.Seed, c.LoRA)
	}
	for args, want := range map[string]string{
		"--goodput ttft:500 tpot":        "--goodput tpot: want key:value",
		"--metadata gpu=H200 --header X": "--header X: want key=value",
	} {
		if _, err := flagConfig(args); err == nil || err.Error() != want {
			t.Errorf("%s\ngot:  %v\nwant: %s", args, err, want)
		}
	}
}

// Other spellings of a flag come to the same config.
func TestBenchSpelling(t *testing.T) {
	for _, tt := range []struct{ args, same string }{
		{"--random_input_len 64 --max_concurrency 3", "--random-input-len 64 --max-concurrency 3"},
		{"--endpoint-type vllm-chat", "--backend openai-chat"},
		{"--random-input 64 --random-output 8 --warmup-requests 2", "--random-input-len 64 --random-output-len 8 --num-warmups 2"},
		{"--tokenizer t --served-model-name m --model org/other", "--tokenizer t --model m"},
		{"--model org/m --served-model-name m", "--model m --tokenizer org/m"},
		{"--trust-remote-code --tokenizer-mode hf --lora-assignment random --no-stream --skip-chat-template", "--seed 0"},
		{"--extra-request-body={\"a\":1}", "--extra-body={\"a\":1}"},
	} {
		got, err := flagConfig(tt.args)
		want, wantErr := flagConfig(tt.same)
		if err != nil || wantErr != nil {
			t.Errorf("%s: %v, %v", tt.args, err, wantErr)
			continue
		}
		if diff := cmp.Diff(want.Redacted(), got.Redacted()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.args, diff)
		}
	}
}

// Flags that are not bench's are told with what does their job.
func TestBenchSpellingFault(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"--profile", "--profile: bench has no such flag; run the case by a config whose before_case and after_case"},
		{"--request_id_prefix x-", "--request-id-prefix: bench has no such flag; each request is sent with an id of its own"},
		{"--tokenizer-mode mistral", "--tokenizer-mode mistral: want auto or hf"},
		{"--lora-assignment round-robin", "--lora-assignment round-robin: want random"},
		{"--goodput ttft:5 --seed 3 x", `"x" is no flag: bench takes flags alone`},
		{"--percentile-metrics ttft,client_queue_time", "--percentile-metrics client_queue_time: want of ttft, tpot, itl, e2el, with commas between"},
		{"--logprobs 2 --backend openai-chat", `--extra-body '{"logprobs": true, "top_logprobs": 2}'`},
		{"--ramp-up-end-rps 2", "--ramp-up-strategy: missing, want linear or exponential"},
		{"--ramp-up-strategy linear --ramp-up-end-rps 2", "--ramp-up-strategy linear: want --ramp-up-start-rps and --ramp-up-end-rps with it"},
		{"--ramp-up-strategy linear --ramp-up-start-rps 1 --ramp-up-end-rps 2 --request-rate 4", "the ramp has its own rates; leave out --request-rate"},
		{"--ramp-up-strategy cubic --ramp-up-start-rps 1 --ramp-up-end-rps 2", "ramp.kind: cubic, want linear, exponential or steps"},
	} {
		var stdout, stderr strings.Builder
		args := append(strings.Fields("bench --base-url sim:default "), strings.Fields(tt.args)...)
		if code := run(t.Context(), args, nil, &stdout, &stderr); code != exitUsage || !strings.Contains(stderr.String(), tt.want) {
			t.Errorf("%s: status %d\ngot:  %swant: %s", tt.args, code, stderr.String(), tt.want)
		}
	}
}

// A command line for vLLM as it stands: its lists and its ramp are honoured, and a
// second result is added behind the first.
func TestBenchAsWritten(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		cmd := llmsweep(t, dir, strings.Fields("bench --base-url sim:default --num-prompts 4 --random_input_len 16 --random-output-len 3 --goodput ttft:60000 e2el:60000 --metadata tp=2 gpu=h100 "+
			"--logprobs 1 --ramp-up-strategy linear --ramp-up-start-rps 200 --ramp-up-end-rps 400 --disable-tqdm --append-result --result-dir out --result-filename all.json")...)
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "Request goodput") || strings.Contains(string(out), "[1/1]") {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "out", "all.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"tp": "2"`, `"gpu": "h100"`, `"completed": 4`, "linear 200 to 400", `"ttft":60000`} {
		if n := strings.Count(string(text), want); n != 2 {
			t.Errorf("%s stands %d times in two results", want, n)
		}
	}
	if out, err := llmsweep(t, dir, "aggregate", "out").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	table, err := os.ReadFile(filepath.Join(dir, "out", "aggregate_results.csv"))
	if err != nil || strings.Count(string(table), "\n") != 3 || !strings.Contains(string(table), "np4#1,") || !strings.Contains(string(table), "np4#2,") {
		t.Errorf("%v, want a row for each of two results:\n%s", err, table)
	}
}

// Without a model the first one that the server lists is asked for.
func TestBenchFirstModel(t *testing.T) {
	dir := t.TempDir()
	url := startSimulator(t, llmsweep(t, dir, "simulate", "--exit-with-stdin", "--preset", "fast", "--model", "org/listed"))
	bench := func(args ...string) (string, error) {
		out, err := llmsweep(t, dir, append(strings.Fields("bench --tokenizer builtin:qwen3 --num-prompts 2 --random-input-len 16 --random-output-len 3 -q --save-result --result-filename a.json --base-url"), args...)...).CombinedOutput()
		return string(out), err
	}
	if out, err := bench(url); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "a.json")); err != nil || !strings.Contains(string(text), `"model_id": "org/listed"`) {
		t.Errorf("%v\n%.400s", err, text)
	}
	if out, err := bench("http://127.0.0.1:1"); err == nil || !strings.Contains(out, "connection refused; start the server") {
		t.Errorf("%v\n%s", err, out)
	}
	empty := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"data":[]}`) }))
	defer empty.Close()
	if out, err := bench(empty.URL); err == nil || !strings.Contains(out, "--model: missing, and the server lists none") {
		t.Errorf("%v\n%s", err, out)
	}
}
