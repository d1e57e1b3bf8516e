package main

import (
	"strings"
	"testing"
)

// `validate --online` says what it found: each server's version and model, and by what
// prompts are counted.
func TestValidateOnlineTells(t *testing.T) {
	a, _ := smallSimulator(t, "--preset", "fast", "--model", "m", "--max-model-len", "4096")
	b, _ := smallSimulator(t, "--preset", "fast", "--model", "m", "--max-model-len", "2048")
	for _, tt := range []struct {
		url  string
		want []string
	}{
		{a, []string{a + ": version llmsweep-simulator; model m (" + smallPath(t) + "), at most 4096 tokens; tokenizer " + smallPath(t) + ", 2 tokens around a prompt (special tokens)"}},
		{"[" + a + ", " + b + "]", []string{a + ": version llmsweep-simulator; ", b + ": version llmsweep-simulator; ", "at most 4096 tokens", "at most 2048 tokens"}},
	} {
		dir := t.TempDir()
		writeConfig(t, dir, "model: m\nbase_url: %s\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 8]]\nconcurrency_prompts: [[1, 2]]\n", tt.url)
		cmd := llmsweep(t, dir, "validate", "--online")
		var stdout, stderr strings.Builder
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil {
			t.Fatalf("%v\n%s", err, &stderr)
		}
		for _, want := range tt.want {
			if strings.Count(stderr.String(), want) != 1 {
				t.Errorf("want once: %s\n%s", want, &stderr)
			}
		}
		if !strings.Contains(stdout.String(), "no faults, 1 case") {
			t.Errorf("stdout %s", &stdout)
		}
	}
}
