package main

import (
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"llmsweep/runlog"
)

// TestHangup: a run whose terminal closes ends in order, as with Ctrl-C, however many
// hangups it gets, and its server with it. Under nohup it goes on.
func TestHangup(t *testing.T) {
	const third = "bench_io32x8_mc4_np400"
	started := func(t *testing.T, dir, more string, command ...string) (cmd *exec.Cmd, stderr *strings.Builder) {
		writeConfig(t, dir, "%s%sservers:\n%s", strings.Replace(threeLoads, "[4, 4]", "[4, 400]", 1), more, entry(t, dir, "one", "--preset slow"))
		cmd = llmsweep(t, dir, "run", "config.yaml")
		cmd.Path, cmd.Args = command[0], append(command, cmd.Args...)
		stderr = new(strings.Builder)
		cmd.Stderr = stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		waitFor(t, "the third case's requests", func() bool {
			info, err := os.Stat(filepath.Join(dir, "results", third+".requests.jsonl"))
			return err == nil && info.Size() > 0
		})
		return cmd, stderr
	}
	t.Run("a terminal closes", func(t *testing.T) {
		t.Parallel()
		hangups := make(chan os.Signal, 1)
		signal.Notify(hangups, syscall.SIGHUP) // the tests may run under nohup, which a child would inherit
		defer signal.Stop(hangups)
		dir := t.TempDir()
		cmd, stderr := started(t, dir, "", "/usr/bin/env")
		for range 5 {
			cmd.Process.Signal(syscall.SIGHUP)
		}
		cmd.Wait()
		if got := cmd.ProcessState.ExitCode(); got != exitInterrupted || !strings.Contains(stderr.String(), "interrupted by the end of its terminal: 1 case of 3 missing; the same command goes on from here; under nohup") {
			t.Errorf("exit status %d, want %d and a word on how to go on:\n%s", got, exitInterrupted, stderr)
		}
		f := readCase(t, dir, third)
		if f.Status != runlog.StatusInterrupted || len(f.Validity.Reasons) != 1 || !strings.Contains(f.Validity.Reasons[0], "stopped by the end of its terminal after ") || !strings.HasSuffix(f.Validity.Reasons[0], " of 400 requests") {
			t.Errorf("%s: %q; want interrupted, after how many of 400 requests, and no other reason", f.Status, f.Validity.Reasons)
		}
		checkNoServers(t, dir)
	})
	t.Run("nohup", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		cmd, stderr := started(t, dir, "timeouts: {case: 5s}\n", "/usr/bin/env", "sh", "-c", `trap "" HUP; exec "$@"`, "sh")
		cmd.Process.Signal(syscall.SIGHUP)
		cmd.Wait()
		if got := cmd.ProcessState.ExitCode(); got != exitFailed {
			t.Errorf("exit status %d:\n%s", got, stderr)
		}
		if f := readCase(t, dir, third); f.Status != runlog.StatusFailed || !strings.Contains(strings.Join(f.Notes, ""), "timeouts.case") {
			t.Errorf("%s, %q; want its end by timeouts.case", f.Status, f.Notes)
		}
		checkNoServers(t, dir)
	})
}

// TestNobodyReads: a run does not end because those who read it do, `| head -1` or a
// tee that was killed: its files are what counts.
func TestNobodyReads(t *testing.T) {
	dir := t.TempDir()
	writeConfig(t, dir, "%sservers:\n%s", threeLoads, entry(t, dir, "one", "--preset fast"))
	cmd := llmsweep(t, dir, "run", "config.yaml")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	r.Close()
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitOK || len(rows(t, dir)) != 3 {
		t.Errorf("%s, %d rows; want exit status 0 and 3", cmd.ProcessState, len(rows(t, dir)))
	}
	checkNoServers(t, dir)
}
