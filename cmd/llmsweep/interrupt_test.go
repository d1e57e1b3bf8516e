package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"llmsweep/runlog"
)

// TestInterruptTwice: a user who will not wait for what hangs ends the run at once.
// No process is left, and the folder can be gone on with.
func TestInterruptTwice(t *testing.T) {
	if _, err := os.Stat("/proc/self"); err != nil {
		t.Skip("looks for what is left in /proc")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const hang = "trap : TERM; while :; do sleep 300; done" // as a command that has a child of its own
	for _, tt := range []struct {
		name, config string
		first        string // a file that is there when the first signal is due
		second       string // and the second
	}{
		{"a hook", "base_url: sim:fast\nafter_case: 'touch hook; " + hang + "'\n", "hook", "hook"},
		{"a server that does not end", fmt.Sprintf(`servers:
  - name: a
    base_url: http://127.0.0.1:%d
    launch: '%s simulate --preset fast --model m --tokenizer ${SMALL_TOKENIZER} --port ${port} & %s'
    stop: 'test -e stopping || { touch stopping; %s; }'
    stop_wait: 5m
before_case: touch hook; sleep 300
`, freePort(t), exe, hang, hang), "hook", "stopping"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeConfig(t, dir, "%s%s", "model: m\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 4]]\nconcurrency_prompts: [[1, 2], [2, 3]]\nwarmup: 0\nprompt_overhead: tokenizer\n", tt.config)
			cmd := llmsweep(t, dir, "run", "config.yaml")
			mark := "LLMSWEEP_TWICE_TEST=" + dir
			cmd.Env = append(cmd.Env, mark)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			for _, file := range []string{tt.first, tt.second} {
				waitFor(t, file, func() bool { _, err := os.Stat(filepath.Join(dir, file)); return err == nil })
				time.Sleep(100 * time.Millisecond) // two signals at once are one
				if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
					t.Fatal(err)
				}
			}
			second := time.Now()
			cmd.Wait()
			// What hangs would take 30 s and 5 min to be given up.
			if got := cmd.ProcessState.ExitCode(); got != exitInterrupted || time.Since(second) > 20*time.Second {
				t.Errorf("exit status %d after %v, want %d at once\n%s", got, time.Since(second), exitInterrupted, &stderr)
			}
			if !strings.Contains(stderr.String(), "interrupted twice: ended at once") {
				t.Errorf("it does not say so:\n%s", &stderr)
			}
			waitFor(t, "the end of all children", func() bool { return len(processesWith(mark)) == 0 })

			_, said := sweepIn(t, dir, exitOK, "--set", "after_case=", "--set", "before_case=", "--set", "servers=[]", "--set", "base_url=sim:fast")
			if !strings.Contains(said, "going on: ") {
				t.Errorf("not gone on with:\n%s", said)
			}
			for _, r := range rows(t, dir) {
				if r.Status != runlog.StatusMeasured {
					t.Errorf("%s: %s", r.Case, r.Status)
				}
			}
		})
	}
}
