package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/runlog"
)

// TestServerDiesInEveryCase: it is started three times and no more, each case has
// the end of its log, and the next server's cases are run.
func TestServerDiesInEveryCase(t *testing.T) {
	dir := t.TempDir()
	dies := strings.Replace(entry(t, dir, "dies", "--preset fast --fault exit"), "launch: '", "launch: 'echo CUDA out of memory; exec ", 1)
	writeConfig(t, dir, "%sconcurrency_prompts: [[1, 4], [2, 4], [3, 4], [4, 4], [5, 4]]\nservers:\n%s%s",
		strings.Replace(threeLoads, "concurrency_prompts: [[2, 4], [3, 4], [4, 4]]\n", "", 1), dies, entry(t, dir, "well", "--preset fast"))
	stdout, stderr := sweepIn(t, dir, exitFailed)
	for mc := 1; mc <= 5; mc++ {
		want := "server dies ended during the case: exit status "
		if mc > 3 {
			want = "server dies died 3 times and is not started again; its log, "
		}
		f := readCase(t, dir, fmt.Sprintf("bench_io32x8_mc%d_np4_srvdies", mc))
		if notes := strings.Join(f.Notes, "\n"); f.Status != runlog.StatusFailed || !strings.Contains(notes, want) || !strings.Contains(notes, "ends:\nCUDA out of memory\n") {
			t.Errorf("case %d: %s, notes %q; want %q and the log's end", mc, f.Status, notes, want)
		}
		if f := readCase(t, dir, fmt.Sprintf("bench_io32x8_mc%d_np4_srvwell", mc)); f.Status != runlog.StatusMeasured {
			t.Errorf("case %d of the server that lives: %s", mc, f.Status)
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, "results/.run/logs/server-dies.log"))
	if err != nil || strings.Count(string(log), " starting dies: ") != 3 {
		t.Errorf("%v; log\n%s\nwant 3 starts", err, log)
	}
	if !strings.Contains(stderr, "5 cases of 10 without a result") || !strings.Contains(stdout, "bench_io32x8_mc5_np4_srvdies failed: ") {
		t.Errorf("stdout\n%s\nstderr\n%s\nwant the failed cases told", stdout, stderr)
	}
	checkNoServers(t, dir)
}

// TestKilledWhileWaiting: a run that is killed while it waits for a server leaves
// it to the next run, which ends it first.
func TestKilledWhileWaiting(t *testing.T) {
	dir := t.TempDir()
	loading := fmt.Sprintf("  - {name: one, base_url: 'http://127.0.0.1:%d', launch: 'touch loading; sleep 1000 & sleep 1000', env: {TEST_DIR: '%s'}}\n", freePort(t), dir)
	writeConfig(t, dir, "%sservers:\n%s", threeLoads, loading)
	cmd := llmsweep(t, dir, "run", "config.yaml")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the server to begin to load", func() bool {
		_, err := os.Stat(filepath.Join(dir, "loading"))
		return err == nil && len(processesWith(dir)) >= 3
	})
	cmd.Process.Kill()
	cmd.Wait()
	writeConfig(t, dir, "%sservers:\n%s", threeLoads, entry(t, dir, "one", "--preset fast"))
	_, stderr := sweepIn(t, dir, exitOK)
	if !strings.Contains(stderr, "left over from an earlier run: ending it") {
		t.Errorf("nothing is said of the leftover:\n%s", stderr)
	}
	checkNoServers(t, dir)
}

// TestKilledOnAnotherDay: what a killed run left is ended by the next one in a folder
// of another date, too; a run that is at work there keeps its server.
func TestKilledOnAnotherDay(t *testing.T) {
	slow(t)
	dir := t.TempDir()
	writeConfig(t, dir, "%sservers:\n%s", strings.Replace(threeLoads, "[4, 4]", "[4, 4000]", 1), entry(t, dir, "before", "--preset slow"))
	cmd := llmsweep(t, dir, "run", "config.yaml", "--set", "results_dir=results-20261122")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the server's first case", func() bool {
		_, err := os.Stat(filepath.Join(dir, "results-20261122", "bench_io32x8_mc2_np4.json"))
		return err == nil
	})
	next := func() (stderr string, left int) {
		writeConfig(t, dir, "%sresults_dir: results-${date}\nservers:\n%s", threeLoads, entry(t, dir, "next", "--preset fast"))
		_, stderr = sweepIn(t, dir, exitOK)
		return stderr, len(processesWith(dir))
	}
	if stderr, left := next(); left == 0 || strings.Contains(stderr, "left over") {
		t.Errorf("the server of a run at work was ended:\n%s", stderr)
	}
	cmd.Process.Kill()
	cmd.Wait()
	if stderr, left := next(); left != 0 || !strings.Contains(stderr, "server before, pid ") || !strings.Contains(stderr, "left over from an earlier run: ending it") {
		t.Errorf("%d processes are left:\n%s", left, stderr)
	}
}
