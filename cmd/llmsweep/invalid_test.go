package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/metrics"
)

// TestInvalidAgain: an invalid case of a complete run is measured again alone; its first
// attempt is kept aside.
func TestInvalidAgain(t *testing.T) {
	dir := t.TempDir()
	base, _ := smallSimulator(t, "--preset", "fast", "--model", "m", "--fault", "status:code=500,times=1")
	writeConfig(t, dir, "model: m\nbase_url: %s\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 8]]\nconcurrency_prompts: [[1, 2], [2, 3]]\nwarmup: 0\nprompt_overhead: tokenizer\n", base)
	_, stderr := sweepIn(t, dir, exitFailed)
	if !strings.Contains(stderr, "invalid: bench_io32x8_mc1_np2; run --only-failed measures what is invalid again") {
		t.Errorf("no word on how to go on:\n%s", stderr)
	}
	second := filepath.Join(dir, "results", "bench_io32x8_mc2_np3.json")
	before, err := os.ReadFile(second)
	if err != nil {
		t.Fatal(err)
	}
	_, stderr = sweepIn(t, dir, exitOK, "--only-failed")
	if !strings.Contains(stderr, "going on: 1 of 2 cases stay as they are, 1 to run") {
		t.Errorf("it does not say what stays:\n%s", stderr)
	}
	if f := readCase(t, dir, "bench_io32x8_mc1_np2"); f.Validity.Verdict == metrics.Invalid || f.Case.Attempt != 2 {
		t.Errorf("%s, attempt %d; want it not invalid any more, at the second attempt", f.Validity.Verdict, f.Case.Attempt)
	}
	if after, err := os.ReadFile(second); err != nil || string(after) != string(before) {
		t.Errorf("the valid case's file has changed, or %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "results/.run/aside/bench_io32x8_mc1_np2.attempt1.json")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "results/history")); err == nil {
		t.Error("the run was moved to history")
	}
	_, stderr = sweepIn(t, dir, exitUsage, "--only-failed")
	if !strings.Contains(stderr, "the run before was complete, and no case of it is invalid") {
		t.Errorf("with nothing invalid left:\n%s", stderr)
	}
}
