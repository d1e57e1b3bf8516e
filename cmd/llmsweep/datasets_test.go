package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"llmsweep/metrics"
	"llmsweep/tokenizer"
)

// writeFile writes a dataset's file and returns its path.
func writeFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// writeRows writes a custom dataset of n rows.
func writeRows(t *testing.T, dir string, n int) string {
	t.Helper()
	var rows strings.Builder
	for i := range n {
		fmt.Fprintf(&rows, `{"prompt": "Tell me story number %d of the sea.", "output_tokens": %d}`+"\n", i, 3+i%3)
	}
	return writeFile(t, dir, "rows.jsonl", rows.String())
}

// TestDatasets sweeps every dataset that the simulator takes: each prompt is as
// long by the server's own count as was asked for, and no two are the same.
func TestDatasets(t *testing.T) {
	files := t.TempDir()
	conversations, trace := filepath.Join(files, "sharegpt.json"), filepath.Join(files, "trace.jsonl")
	writeConversations(t, conversations, 40)
	writeTrace(t, trace, 12)
	rows := writeRows(t, files, 30)
	const lengths = "input_output: [[32, 3], [127, 3]]\n"
	for i, tt := range []struct {
		name, keys string
		chat, text bool // backends
		cases      int
		free       bool // some requests have no length that was asked for
	}{
		{"random", lengths + "dataset: {type: random, prefix_len: 16}\n", true, true, 2, false},
		{"random, lengths drawn", "dataset: {type: random, lengths: {input: {uniform: [20, 90]}, output: {values: [2, 5]}}}\n", true, true, 1, false},
		{"random, lengths spread", lengths + "dataset: {type: random, range_ratio: 0.25}\n", true, true, 2, false},
		{"sonnet", lengths + "dataset: {type: sonnet, prefix_len: 12}\n", true, true, 2, false},
		{"prefix_repetition", lengths + "dataset: {type: prefix_repetition, prefixes: 3, prefix_len: 16}\n", true, true, 2, false},
		{"sharegpt", "dataset: {type: sharegpt, path: " + conversations + ", max_prompt_len: 2000, max_total_len: 3000, output_len: 3}\n", true, true, 1, false},
		{"sharegpt, cut", lengths + "dataset: {type: sharegpt, path: " + conversations + "}\n", true, true, 2, false},
		{"custom", "dataset: {type: custom, path: " + rows + "}\n", true, true, 1, false},
		{"trace, its times", "dataset: {type: trace, path: " + trace + ", speed: 10}\n", true, true, 1, false},
		{"trace, its lengths", "dataset: {type: trace, path: " + trace + ", replay: lengths}\n", true, true, 1, false},
		{"conversation", "input_output: [[40, 3]]\ndataset: {type: conversation, turns: [2, 4], next_len: 12, think: 0.01}\n", true, false, 1, true},
		{"token ids", lengths + "prompt_token_ids: true\n", false, true, 2, false},
		{"mix", "dataset:\n  type: mix\n  scenarios:\n" +
			"    - {name: short, weight: 3, input_output: [40, 3], goodput: {ttft: 5000}, dataset: random}\n" +
			"    - {name: long, input_output: [300, 2], concurrency_share: 0.5, dataset: sonnet}\n" +
			"    - {name: own, dataset: {type: custom, path: " + rows + "}}\n", true, true, 1, false},
	} {
		for backend, has := range map[string]bool{"openai": tt.text, "openai-chat": tt.chat} {
			if !has {
				continue
			}
			t.Run(tt.name+"/"+backend, func(t *testing.T) {
				t.Parallel()
				if i%4 > 0 {
					slow(t)
				}
				dir := t.TempDir()
				writeConfig(t, dir, "base_url: sim:fast\nbackend: %s\nconcurrency_prompts: [[4, 9]]\n%s", backend, tt.keys)
				sweepIn(t, dir, exitOK)
				cases := caseNames(t, dir)
				if len(cases) != tt.cases {
					t.Fatalf("cases %v, want %d", cases, tt.cases)
				}
				for _, name := range cases {
					f := readCase(t, dir, name)
					if l := f.Lengths; f.Completed != 9 || l.InputWorstOff != 0 || l.ClientWorstOff != 0 || l.OutputWorstOff != 0 || l.DistinctPrompts != 9 || l.InputSource != "usage" {
						t.Errorf("%s: %d of 9 completed, lengths %+v", name, f.Completed, l)
					}
					asked := 0
					for _, r := range recordsOf(t, dir, name) {
						if r.InputAsked > 0 {
							asked++
						}
						if r.InputServer == 0 || r.InputServer != r.InputClient || r.InputAsked != r.InputServer && r.InputAsked != 0 {
							t.Errorf("%s: prompt of %d tokens, by the server %d, by us %d", r.ID, r.InputAsked, r.InputServer, r.InputClient)
						}
					}
					if records := len(recordsOf(t, dir, name)); asked == 0 || !tt.free && asked != records {
						t.Errorf("%s: %d of %d records tell the length asked for", name, asked, records)
					}
				}
			})
		}
	}
}

func caseNames(t *testing.T, dir string) (names []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "results", "bench_*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".json"))
	}
	return names
}

// TestMix: a mixed case has its scenarios' figures apart in its JSON and on the
// screen, each with its exact share of the prompts; together they are the case's.
func TestMix(t *testing.T) {
	dir := t.TempDir()
	writeConfig(t, dir, `base_url: sim:fast
tokenizer: ${SMALL_TOKENIZER}
concurrency_prompts: [[4, 9]]
dataset:
  type: mix
  scenarios:
    - {name: short, weight: 2, input_output: [40, 3], goodput: {ttft: 60000}, dataset: random}
    - {name: long, input_output: [300, 2], concurrency_share: 0.5, dataset: sonnet}
`)
	stdout, _ := sweepIn(t, dir, exitOK)
	f := readCase(t, dir, "bench_mix_mc4_np9")
	if len(f.Scenarios) != 2 {
		t.Fatalf("%d scenarios, want 2", len(f.Scenarios))
	}
	short, long := f.Scenarios[0], f.Scenarios[1]
	if short.Name != "short" || short.Completed != 6 || short.TotalInputTokens != 6*40 || short.SLO == nil || short.SLO.Requests != 6 {
		t.Errorf("short: %d requests, %d tokens of input, SLO %+v; want 6, 240, all good", short.Completed, short.TotalInputTokens, short.SLO)
	}
	if long.Name != "long" || long.Completed != 3 || long.TotalInputTokens != 3*300 || long.SLO != nil {
		t.Errorf("long: %d requests, %d tokens of input, SLO %+v; want 3, 900, none", long.Completed, long.TotalInputTokens, long.SLO)
	}
	if f.TotalInputTokens != 6*40+3*300 || !matches(`short +6/6`, stdout) {
		t.Errorf("%d tokens of input in all, want 1140; on the screen:\n%s", f.TotalInputTokens, stdout)
	}
}

// TestImages: each request of random_mm carries its images, in parts.
func TestImages(t *testing.T) {
	dir := t.TempDir()
	s := countingServer{around: 8}
	writeConfig(t, dir, "model: m\nbase_url: %s\ntokenizer: builtin:qwen3\nbackend: openai-chat\ninput_output: [[28, 3]]\nconcurrency_prompts: [[2, 5]]\nwarmup: 0\n"+
		"dataset: {type: random_mm, images: {count: 2, sizes: [[32, 16]]}}\n", s.serve(t, "builtin:qwen3"))
	sweepIn(t, dir, exitOK)
	sent := s.prompts()
	if len(sent) != 5 {
		t.Fatalf("%d prompts sent, want 5", len(sent))
	}
	for _, a := range sent {
		if n, err := s.tok.Count(a.messages[0].Content, false); a.images != 2 || n != 20 || err != nil {
			t.Errorf("%s: %d images, a text of %d tokens (%v); want 2 and 28 - 8", a.id, a.images, n, err)
		}
	}
}

// TestConversation: a session's requests come on one connection with its header,
// and each carries all that was said before, the server's own answers among it.
func TestConversation(t *testing.T) {
	dir := t.TempDir()
	s := countingServer{around: 8}
	writeConfig(t, dir, "model: m\nbase_url: %s\ntokenizer: builtin:qwen3\nprompt_overhead: tokenizer\nbackend: openai-chat\ninput_output: [[28, 3]]\nconcurrency_prompts: [[5, 12]]\nwarmup: 0\n"+
		"dataset: {type: conversation, turns: 3, next_len: 9, think: 0.02}\n", s.serve(t, "builtin:qwen3"))
	_, stderr := sweepIn(t, dir, exitOK)
	sessions := map[string][]askedPrompt{}
	for _, a := range s.prompts() {
		sessions[a.session] = append(sessions[a.session], a)
	}
	if len(sessions) != 4 {
		t.Fatalf("%d sessions of 12 requests, want 4 of 3\n%s", len(sessions), stderr)
	}
	for id, turns := range sessions {
		if len(turns) != 3 || id == "" {
			t.Errorf("session %q has %d requests, want 3", id, len(turns))
		}
		for i, a := range turns {
			if a.from != turns[0].from {
				t.Errorf("%s came from %s, its session began at %s", a.id, a.from, turns[0].from)
			}
			if len(a.messages) != 2*i+1 {
				t.Fatalf("%s has %d messages, want %d", a.id, len(a.messages), 2*i+1)
			}
			if i == 0 {
				continue
			}
			before := turns[i-1].messages
			if !slices.Equal(a.messages[:len(before)], before) {
				t.Errorf("%s does not begin with what was said before", a.id)
			}
			if answer := a.messages[len(before)]; answer != (tokenizer.Message{Role: "assistant", Content: " w0 w1 w2"}) {
				t.Errorf("%s: the answer before is %+v", a.id, answer)
			}
		}
	}
}

// TestDatasetFaults: what is wrong with a dataset is one clear error with its
// place, before anything is sent; results of before stay where they are.
func TestDatasetFaults(t *testing.T) {
	slow(t)
	dir := t.TempDir()
	url, _ := simulator(t, "--preset", "fast", "--model", "m", "--max-model-len", "100")
	writeConfig(t, dir, "model: m\nbase_url: %s\ntokenizer: builtin:qwen3\nprompt_overhead: tokenizer\ninput_output: [[28, 3]]\nconcurrency_prompts: [[2, 5]]\nwarmup: 1\n", url)
	sweepIn(t, dir, exitOK)
	before := len(truths(t, url))
	broken := writeFile(t, dir, "broken.json", "[\n{\"conversations\": [{\"from\": \"human\",,\n")
	binary := writeFile(t, dir, "binary.jsonl", "\x7fELF\x00\x00\x00\x01\x02")
	empty := writeFile(t, dir, "empty.jsonl", "")
	noColumn := writeFile(t, dir, "rows.csv", "question,answer\na,b\n")
	rows := writeRows(t, dir, 11)
	conversations := filepath.Join(dir, "sharegpt.json")
	writeConversations(t, conversations, 5)
	for _, tt := range []struct{ name, dataset, says string }{
		{"no file", "{type: sharegpt, path: nothere.json}", "nothere.json"},
		{"malformed", "{type: sharegpt, path: " + broken + "}", "broken.json:2: "},
		{"binary", "{type: custom, path: " + binary + "}", "binary.jsonl:1: "},
		{"empty", "{type: custom, path: " + empty + "}", "empty.jsonl"},
		{"no column", "{type: custom, path: " + noColumn + "}", "rows.csv:1: .*question"},
		{"too few rows", "{type: custom, path: " + rows + "}", "rows.jsonl: .*bench_custom_mc2_np6.*allow_repeat: true"},
		{"too few conversations", "{type: sharegpt, path: " + conversations + "}", "sharegpt.json: .*allow_repeat: true"},
		{"a prefix longer than the input", "{type: prefix_repetition, prefix_len: 28}", "prefix_len.*28"},
		{"longer than the context", "{type: random, range_ratio: {input: 0.5, output: 0}}", "case bench_io80x3_mc2_np6: the longest request of dataset random has input 115 \\+ output 3 = 118 tokens, and model m takes 100"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lengths := "input_output: [[28, 3], [80, 3]]\n"
			if strings.Contains(tt.dataset, "custom") {
				lengths = ""
			}
			writeConfig(t, dir, "model: m\nbase_url: %s\ntokenizer: builtin:qwen3\nprompt_overhead: tokenizer\n%sconcurrency_prompts: [[2, 5], [2, 6]]\nwarmup: 1\ndataset: %s\n", url, lengths, tt.dataset)
			_, stderr := sweepIn(t, dir, exitUsage)
			if !matches(tt.says, stderr) {
				t.Errorf("stderr has no %q:\n%s", tt.says, stderr)
			}
			if n := len(truths(t, url)); n != before {
				t.Errorf("%d requests were sent", n-before)
			}
			if _, err := os.Stat(filepath.Join(dir, "results", "history")); err == nil || len(caseNames(t, dir)) != 1 {
				t.Errorf("the results of before were moved")
			}
		})
	}
	// With rows sent more than once there are enough.
	writeConfig(t, dir, "model: m\nbase_url: %s\ntokenizer: builtin:qwen3\nconcurrency_prompts: [[2, 5], [2, 6]]\nwarmup: 1\ndataset: {type: custom, path: %s, allow_repeat: true}\n", url, rows)
	sweepIn(t, dir, exitOK)
}

// TestDatasetResumed: a sweep that goes on after a break sends the rows that it
// would have sent without one, each once.
func TestDatasetResumed(t *testing.T) {
	whole, broken := t.TempDir(), t.TempDir()
	for _, dir := range []string{whole, broken} {
		writeRows(t, dir, 30)
		writeConfig(t, dir, "base_url: sim:fast\ntokenizer: ${SMALL_TOKENIZER}\nconcurrency_prompts: [[1, 2], [3, 8], [4, 9]]\nwarmup: 1\ndataset: {type: custom, path: rows.jsonl}\n")
	}
	sweepIn(t, whole, exitOK)
	sweepIn(t, broken, exitOK, "--only", "*_np8")
	_, stderr := sweepIn(t, broken, exitOK)
	if !strings.Contains(stderr, "going on: 1 of 3 cases stay") {
		t.Fatalf("the run was not gone on with:\n%s", stderr)
	}
	seen := map[uint64]string{}
	for _, name := range caseNames(t, whole) {
		prompts := func(dir string) (hashes []uint64) {
			for _, r := range byID(recordsOf(t, dir, name)) {
				hashes = append(hashes, r.PromptHash)
			}
			return hashes
		}
		want := prompts(whole)
		if got := prompts(broken); !slices.Equal(got, want) {
			t.Errorf("%s: prompts %x after a break, %x without", name, got, want)
		}
		for _, hash := range want {
			if other, again := seen[hash]; again {
				t.Errorf("%s and %s sent the same row", name, other)
			}
			seen[hash] = name
		}
	}
	if len(seen) != 2+8+9+3 {
		t.Errorf("%d rows sent, want those of 19 requests and 3 warm-ups", len(seen))
	}
}

func byID(rs []metrics.Record) []metrics.Record {
	slices.SortFunc(rs, func(a, b metrics.Record) int { return cmp.Compare(a.ID, b.ID) })
	return rs
}

// TestValidateDataset: validate reads the dataset's files, and online makes sure
// of the prompts, too; it makes no results folder.
func TestValidateDataset(t *testing.T) {
	slow(t)
	dir := t.TempDir()
	writeRows(t, dir, 8)
	for _, tt := range []struct {
		name, keys string
		args       []string
		exit       int
		says       string
	}{
		{"offline", "base_url: http://127.0.0.1:1\nmodel: m\ntokenizer: nobody/nothing\ndataset: {type: custom, path: rows.jsonl}\n", nil, exitOK, "no faults, 1 case"},
		{"no file", "base_url: sim:fast\ndataset: {type: custom, path: nothere.jsonl}\n", nil, exitUsage, "nothere.jsonl"},
		{"online", "base_url: sim:fast\nwarmup: 1\ndataset: {type: custom, path: rows.jsonl}\n", []string{"--online"}, exitOK, "no faults"},
		{"online, too few rows", "base_url: sim:fast\nwarmup: 2\ndataset: {type: custom, path: rows.jsonl}\n", []string{"--online"}, exitUsage, "allow_repeat"},
		{"online, too short", "base_url: sim:fast\nbackend: openai-chat\ninput_output: [[8, 1]]\n", []string{"--online"}, exitUsage, `input_output\[0\]: input length 8, want at least 9`},
		{"online, too short and excluded", "base_url: sim:fast\nbackend: openai-chat\ninput_output: [[8, 1], [9, 1]]\nexclude: [input_len < 9]\n", []string{"--online"}, exitOK, "no faults, 1 case"},
		{"online, no server", "base_url: http://127.0.0.1:1\nmodel: m\ntokenizer: builtin:qwen3\ninput_output: [[8, 1]]\n", []string{"--online"}, exitFailed, "refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			writeConfig(t, dir, "%sconcurrency_prompts: [[2, 7]]\n", tt.keys)
			cmd := llmsweep(t, dir, append([]string{"validate", "config.yaml"}, tt.args...)...)
			out, _ := cmd.CombinedOutput()
			if got := cmd.ProcessState.ExitCode(); got != tt.exit || !matches(tt.says, string(out)) {
				t.Errorf("exit status %d, want %d and %q:\n%s", got, tt.exit, tt.says, out)
			}
			if _, err := os.Stat(filepath.Join(dir, "results")); err == nil {
				t.Error("a results folder was made")
			}
		})
	}
}
