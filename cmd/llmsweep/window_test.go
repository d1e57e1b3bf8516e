package main

import (
	"os"
	"path/filepath"
	"testing"
)

// Where the lengths are the dataset's own, a request that does not fit the model's
// context is found before any is sent, and what to do is said by the dataset's type.
func TestWindowOfOwnLengths(t *testing.T) {
	slow(t)
	const (
		rows  = `{"prompt":"one two three","output_tokens":9}` + "\n" + `{"prompt":"one two","output_tokens":5}` + "\n"
		chat  = `[{"conversations":[{"from":"human","value":"one two three"},{"from":"gpt","value":"four five six seven"}]}]`
		trace = "Timestamp,Request tokens,Response tokens\n0,8,4\n1,3,1\n"
	)
	for _, tt := range []struct {
		name, file, keys string
		prompts          int
		window           int // tokens of the longest request
		says             string
	}{
		{"custom", rows, "dataset: {type: custom, path: FILE}", 2, 12,
			"case bench_custom_mc1_np2: the longest request of dataset custom has input 3 \\+ output 9 = 12 tokens, and model m takes 11 at .*: take its longest rows out, or lower output_tokens, or start the server with more"},
		{"sharegpt", chat, "dataset: {type: sharegpt, path: FILE, min_prompt_len: 1}", 1, 7,
			"dataset sharegpt has input 3 \\+ output 4 = 7 tokens, and model m takes 6 at .*: lower its max_total_len"},
		{"trace", trace, "dataset: {type: trace, path: FILE, replay: lengths}", 2, 12,
			"dataset trace has input 8 \\+ output 4 = 12 tokens, and model m takes 11"},
		{"mix", rows, "dataset: {type: mix, scenarios: [{name: a, dataset: random, input_output: [4, 4]}, {name: b, dataset: {type: custom, path: FILE}}]}", 4, 12,
			"dataset custom \\(scenario b\\) has input 3 \\+ output 9 = 12 tokens, and model m takes 11"},
	} {
		for _, short := range []int{1, 0} { // by so many tokens
			s := &countingServer{window: tt.window - short}
			url := s.serve(t, "builtin:qwen3")
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "FILE"), []byte(tt.file), 0o666); err != nil {
				t.Fatal(err)
			}
			writeConfig(t, dir, "model: m\nbase_url: %s\ntokenizer: builtin:qwen3\nwarmup: 0\nconcurrency_prompts: [[1, %d]]\n%s\n", url, tt.prompts, tt.keys)
			if short > 0 {
				_, stderr := sweepIn(t, dir, exitUsage)
				if !matches(tt.says, stderr) || len(s.prompts()) != 0 {
					t.Errorf("%s: %d prompts sent, stderr has no %q:\n%s", tt.name, len(s.prompts()), tt.says, stderr)
				}
				continue
			}
			out, _ := llmsweep(t, dir, "run").CombinedOutput() // the verdict on a case this short is no matter
			if n := len(s.prompts()); n != tt.prompts {
				t.Errorf("%s: %d prompts sent where they just fit, want %d:\n%s", tt.name, n, tt.prompts, out)
			}
		}
	}
}
