package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestStoppedAndContinued: a case in which llmsweep itself was stopped, by Ctrl-Z say, is
// doubted for that reason.
func TestStoppedAndContinued(t *testing.T) {
	dir := t.TempDir()
	writeConfig(t, dir, "base_url: sim:slow\nmodel: m\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 64]]\nconcurrency_prompts: [[2, 6]]\nwarmup: 0\nprompt_overhead: tokenizer\n")
	cmd := llmsweep(t, dir, "run", "config.yaml", "--quiet")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	records := filepath.Join(dir, "results", "bench_io32x64_mc2_np6.requests.jsonl")
	waitFor(t, "the first record", func() bool { info, err := os.Stat(records); return err == nil && info.Size() > 0 })
	cmd.Process.Signal(syscall.SIGSTOP)
	time.Sleep(2 * time.Second)
	cmd.Process.Signal(syscall.SIGCONT)
	cmd.Wait()
	f := readCase(t, dir, "bench_io32x64_mc2_np6")
	if reasons := strings.Join(f.Validity.Reasons, "\n"); f.Validity.Verdict == "valid" || !strings.Contains(reasons, "llmsweep stood still for ") {
		t.Errorf("%s, %s: %s; want it to say that it was stopped", f.Status, f.Validity.Verdict, reasons)
	}
}
