package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"llmsweep/runlog"
)

// freePort is a port that nobody listens at just now.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// entry is an entry of servers that launches a simulator, which has dir in its
// environment.
func entry(t *testing.T, dir, name, flags string) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("  - {name: '%s', base_url: 'http://127.0.0.1:%d', launch: '%s simulate --model ${model} --tokenizer ${SMALL_TOKENIZER} --port ${port} %s', env: {TEST_DIR: '%s'}}\n", name, freePort(t), exe, flags, dir)
}

// Their cases are too short for Little's law to judge them, which a busy machine
// would break.
const threeLoads = "model: m\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 8]]\nconcurrency_prompts: [[2, 4], [3, 4], [4, 4]]\nwarmup: 0\nprompt_overhead: tokenizer\n"

// statuses are those of a server's three cases.
func statuses(t *testing.T, dir, server string) (list []string) {
	t.Helper()
	for _, mc := range []int{2, 3, 4} {
		list = append(list, readCase(t, dir, fmt.Sprintf("bench_io32x8_mc%d_np4_srv%s", mc, server)).Status)
	}
	return list
}

// checkNoServers: nothing that was launched runs on, and none is on record.
func checkNoServers(t *testing.T, dir string) {
	t.Helper()
	if left := processesWith(dir); len(left) > 0 {
		t.Errorf("left over: %q", left)
	}
	if records, _ := filepath.Glob(filepath.Join(dir, "results/.run/pids/*")); len(records) > 0 {
		t.Errorf("on record still: %q", records)
	}
}

// TestServers: two launched servers are compared in one table, each started once a
// round.
func TestServers(t *testing.T) {
	dir := t.TempDir()
	writeConfig(t, dir, "%srepeats: 2\norder: shuffled\nmatrix: {speed: [fast, slow]}\nservers:\n%s%s", threeLoads,
		entry(t, dir, "A-${speed}", "--preset ${speed}"), entry(t, dir, "B", "--preset slow --ttft 400ms"))
	sweepIn(t, dir, exitOK)
	all := rows(t, dir)
	if len(all) != 24 {
		t.Fatalf("%d rows, want 2 rounds × 2 servers × 2 speeds × 3 loads", len(all))
	}
	ttft := map[string]float64{}
	for _, r := range all {
		ttft[r.Server] += *r.MeanTTFT
	}
	if len(ttft) != 3 || ttft["A-fast"] >= ttft["A-slow"] || ttft["A-slow"] >= ttft["B"] {
		t.Errorf("summed TTFT by server %v, ms; want A-fast < A-slow < B", ttft)
	}
	for name, starts := range map[string]int{"A-fast": 2, "A-slow": 2, "B": 2} {
		log, err := os.ReadFile(filepath.Join(dir, "results/.run/logs/server-"+name+".log"))
		if err != nil || strings.Count(string(log), "starting ") != starts {
			t.Errorf("%s: %v; log\n%s\nwant %d starts", name, err, log, starts)
		}
	}
	checkNoServers(t, dir)
}

// TestLaunchedServerDies: its case fails with the end of its log, it is started
// again, twice at most, and the others' cases are run.
func TestLaunchedServerDies(t *testing.T) {
	dir := t.TempDir()
	writeConfig(t, dir, "%srepeats: 1\nservers:\n%s%s%s", threeLoads,
		entry(t, dir, "once", "--preset fast --fault exit:skip=6,times=1"),
		entry(t, dir, "always", "--preset fast --fault exit"),
		entry(t, dir, "well", "--preset fast"))
	_, stderr := sweepIn(t, dir, exitFailed)
	const ok, failed = runlog.StatusMeasured, runlog.StatusFailed
	if got := statuses(t, dir, "once"); !slices.Equal(got, []string{ok, failed, ok}) {
		t.Errorf("dies once: %q", got)
	}
	if got := statuses(t, dir, "always"); !slices.Equal(got, []string{failed, failed, failed}) {
		t.Errorf("dies always: %q", got)
	}
	if got := statuses(t, dir, "well"); !slices.Equal(got, []string{ok, ok, ok}) {
		t.Errorf("lives: %q", got)
	}
	notes := strings.Join(readCase(t, dir, "bench_io32x8_mc3_np4_srvonce").Notes, "\n")
	if !strings.Contains(notes, "server once ended during the case: ") || !strings.Contains(notes, "server-once.log, ends:\n") {
		t.Errorf("notes of the case that it died in: %s", notes)
	}
	if n := strings.Count(stderr, "ended; starting it again"); n != 3 {
		t.Errorf("started again %d times, want once and twice:\n%s", n, stderr)
	}
	checkNoServers(t, dir)
}

// TestServerNeverReady: its cases fail with the reason, the others' are run.
func TestServerNeverReady(t *testing.T) {
	dir := t.TempDir()
	never := strings.Replace(entry(t, dir, "never", "--preset fast"), "launch:", "ready: /no/such/page, ready_timeout: 1s, launch:", 1)
	ends := fmt.Sprintf("  - {name: ends, base_url: 'http://127.0.0.1:%d', launch: 'echo no GPU here; exit 3', tokenizer: server}\n", freePort(t))
	well := strings.Replace(entry(t, dir, "well", "--preset fast"), "launch:", "tokenizer: server, launch:", 1)
	writeConfig(t, dir, "%sservers:\n%s%s%s", threeLoads, never, ends, well)
	sweepIn(t, dir, exitFailed)
	const ok, failed = runlog.StatusMeasured, runlog.StatusFailed
	for server, want := range map[string][]string{"never": {failed, failed, failed}, "ends": {failed, failed, failed}, "well": {ok, ok, ok}} {
		if got := statuses(t, dir, server); !slices.Equal(got, want) {
			t.Errorf("%s: %q", server, got)
		}
	}
	for server, want := range map[string]string{"never": "was not ready within 1s", "ends": "no GPU here"} {
		for _, mc := range []int{2, 4} {
			f := readCase(t, dir, fmt.Sprintf("bench_io32x8_mc%d_np4_srv%s", mc, server))
			if notes := strings.Join(f.Notes, "\n"); !strings.Contains(notes, want) {
				t.Errorf("%s: notes %q, want %q", server, notes, want)
			}
		}
	}
	checkNoServers(t, dir)
}

// TestLeftoverServer: what a killed run left is ended by the next one.
func TestLeftoverServer(t *testing.T) {
	dir := t.TempDir()
	writeConfig(t, dir, "%sservers:\n%s", strings.Replace(threeLoads, "[4, 4]", "[4, 400]", 1), entry(t, dir, "left", "--preset slow"))
	cmd := llmsweep(t, dir, "run", "config.yaml")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the server's first case", func() bool {
		_, err := os.Stat(filepath.Join(dir, "results", "bench_io32x8_mc2_np4.json"))
		return err == nil
	})
	cmd.Process.Kill()
	cmd.Wait()
	if len(processesWith(dir)) == 0 {
		t.Fatal("the server ended with the run that was killed: nothing is left to be ended")
	}
	_, stderr := sweepIn(t, dir, exitOK, "--set", "concurrency_prompts=[[2, 4], [3, 4]]")
	if !strings.Contains(stderr, "left over from an earlier run: ending it") {
		t.Errorf("nothing is said of the leftover:\n%s", stderr)
	}
	checkNoServers(t, dir)
}

// TestServersInterrupted: after Ctrl-C the server is stopped in order; the next run
// goes on, and starts it for what is left.
func TestServersInterrupted(t *testing.T) {
	dir := t.TempDir()
	writeConfig(t, dir, "%sservers:\n%s", strings.Replace(threeLoads, "[4, 4]", "[4, 400]", 1), entry(t, dir, "one", "--preset slow"))
	cmd := llmsweep(t, dir, "run", "config.yaml")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the third case", func() bool {
		_, err := os.Stat(filepath.Join(dir, "results", "bench_io32x8_mc4_np400.requests.jsonl"))
		return err == nil
	})
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
		t.Errorf("exit status %d, want %d", got, exitInterrupted)
	}
	checkNoServers(t, dir)
	_, stderr := sweepIn(t, dir, exitOK, "--set", "concurrency_prompts=[[2, 4], [3, 4], [4, 8]]")
	if !strings.Contains(stderr, "going on: 2 of 3 cases stay as they are, 1 to run") {
		t.Errorf("not gone on with:\n%s", stderr)
	}
	checkNoServers(t, dir)
}
