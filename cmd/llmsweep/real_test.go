package main

import (
	"path/filepath"
	"testing"

	"llmsweep/runlog"
)

// TestRealTokenizersAreExact sweeps 12 cases with each real tokenizer: the
// server's own count of every prompt and every answer is the length asked for.
func TestRealTokenizersAreExact(t *testing.T) {
	slow(t)
	for _, tt := range []struct{ tokenizer, backend string }{
		{"builtin:qwen3", "openai"},
		{"builtin:qwen3", "openai-chat"},
		{"deepseek_v3", "openai"},
		{"deepseek_v3", "openai-chat"},
		{"gptoss", "openai"}, // it has no chat template
	} {
		t.Run(tt.tokenizer+"/"+tt.backend, func(t *testing.T) {
			t.Parallel()
			spec := tt.tokenizer
			if spec != "builtin:qwen3" {
				abs, err := filepath.Abs(filepath.Join("..", "..", "testdata", "tokenizers", tt.tokenizer))
				if err != nil {
					t.Fatal(err)
				}
				spec = abs
			}
			dir := t.TempDir()
			writeConfig(t, dir, `
base_url: sim:fast
model: m
tokenizer: %s
backend: %s
input_output: [[32, 4], [127, 16], [1025, 2]]
concurrency_prompts: [[2, 4], [4, 8], [8, 16], [16, 32]]
`, spec, tt.backend)
			sweepIn(t, dir, exitOK)
			files, err := filepath.Glob(filepath.Join(dir, "results", "bench_*.requests.jsonl.gz"))
			if err != nil || len(files) != 12 {
				t.Fatalf("%d files of records (%v), want 12", len(files), err)
			}
			n := 0
			for _, file := range files {
				for r, err := range runlog.ReadRecords(file) {
					if err != nil {
						t.Fatal(err)
					}
					n++
					if r.InputServer != r.InputAsked || r.InputClient != r.InputAsked || r.OutputTokens != r.OutputAsked || r.OutputSource != "usage" {
						t.Errorf("%s: prompt of %d tokens, by the server %d, by us %d; answer of %d, got %d (by %s)",
							r.ID, r.InputAsked, r.InputServer, r.InputClient, r.OutputAsked, r.OutputTokens, r.OutputSource)
					}
				}
			}
			if want := 3 * ((4 + 8 + 16 + 32) + (2 + 4 + 8 + 16)); n != want { // measured, and warm-up
				t.Errorf("%d records, want %d", n, want)
			}
		})
	}
}
