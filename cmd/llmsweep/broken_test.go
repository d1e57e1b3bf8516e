package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"llmsweep/aggregate"
	"llmsweep/metrics"
	"llmsweep/runlog"
)

// Sweeps here that must end with status 0 have fewer prompts than 3 × concurrency:
// too few to judge by Little's law whether a busy machine held the load up.

// simulator starts `llmsweep simulate` and returns its base URL and process.
func simulator(t *testing.T, args ...string) (string, *exec.Cmd) {
	t.Helper()
	cmd := llmsweep(t, t.TempDir(), append([]string{"simulate", "--exit-with-stdin"}, args...)...)
	return startSimulator(t, cmd), cmd
}

// smallSimulator is a simulator with the small tokenizer.
func smallSimulator(t *testing.T, args ...string) (string, *exec.Cmd) {
	t.Helper()
	return simulator(t, append(args, "--tokenizer", smallPath(t))...)
}

// startSimulator starts a command that is a simulator, ends it with the test, and
// returns its base URL.
func startSimulator(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the simulator said nothing: %v", err)
	}
	var hello struct {
		BaseURL string `json:"base_url"`
	}
	if err := json.Unmarshal(line, &hello); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return hello.BaseURL
}

// sweepIn runs `llmsweep run config.yaml` in dir and wants the exit status.
func sweepIn(t *testing.T, dir string, want int, args ...string) (stdout, stderr string) {
	t.Helper()
	cmd := llmsweep(t, dir, append([]string{"run", "config.yaml"}, args...)...)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	if got := cmd.ProcessState.ExitCode(); got != want {
		t.Fatalf("exit status %d, want %d\n%s\n%s", got, want, out.String(), errs.String())
	}
	return out.String(), errs.String()
}

func writeConfig(t *testing.T, dir, format string, args ...any) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), fmt.Appendf(nil, format, args...), 0o644); err != nil {
		t.Fatal(err)
	}
}

func readCase(t *testing.T, dir, name string) *runlog.CaseFile {
	t.Helper()
	f, err := runlog.ReadCase(filepath.Join(dir, "results", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func recordsOf(t *testing.T, dir, name string) (rs []metrics.Record) {
	t.Helper()
	for r, err := range runlog.ReadRecords(filepath.Join(dir, "results", name+".requests.jsonl.gz")) {
		if err != nil {
			t.Fatal(err)
		}
		rs = append(rs, r)
	}
	return rs
}

func rows(t *testing.T, dir string) []aggregate.Row {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "results", "aggregate_results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rs, err := aggregate.ReadCSV(f)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

// TestFaultFailsItsCaseAlone: a server's fault fails the case that it hits, with
// its class and the server's words; the others are measured, and the next run
// does only what is missing.
func TestFaultFailsItsCaseAlone(t *testing.T) {
	for i, tt := range []struct {
		fault, class, words string
	}{
		{"status:code=500,times=4", "http_5xx", "Internal Server Error"},
		{"status:code=429,retry_after=1,times=4", "http_4xx", "Too Many Requests"},
		{"html:times=4", "http_5xx", "502 Bad Gateway"},
		{"html:code=200,times=4", "protocol", "did not stream"},
		{"stall_first:times=4", "timeout_first_token", "no token"},
		{"stall_first:ping=true,times=4", "timeout_first_token", "no token"},
		{"stall:after=2,times=4", "timeout_idle", "no event"},
		{"stall:after=2,ping=true,times=4", "timeout_idle", "no event"},
		{"truncate:after=2,times=4", "truncated", "closed the connection"},
		{"reset:after=2,times=4", "reset", ""},
		{"error_event:after=2,times=4", "in_band_error", "EngineCore"},
		{"malformed:after=2,times=4", "protocol", "not a JSON object"},
		{"empty:times=4", "protocol", "sent no token"},
		{"garbage:times=4", "protocol", "does not speak HTTP/1.1"},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			t.Parallel()
			if i%4 > 0 {
				slow(t)
			}
			dir := t.TempDir()
			url, _ := smallSimulator(t, "--preset", "fast", "--model", "m", "--fault", tt.fault)
			writeConfig(t, dir, `
model: m
tokenizer: ${SMALL_TOKENIZER}
base_url: %s
input_output: [[32, 8]]
concurrency_prompts: [[2, 4], [3, 6]]
warmup: 0
timeouts: {first_token: 0.4, idle: 0.4}
prompt_overhead: tokenizer # a probe would take the first fault
`, url)
			_, stderr := sweepIn(t, dir, exitFailed)
			failed := readCase(t, dir, "bench_io32x8_mc2_np4")
			if failed.Status != runlog.StatusFailed || failed.Failures.ByClass[tt.class] != 4 || !strings.HasPrefix(failed.Failures.First, tt.class) {
				t.Errorf("status %s, failures %+v; want failed, 4 of %s", failed.Status, failed.Failures, tt.class)
			}
			if !strings.Contains(failed.Failures.First, tt.words) {
				t.Errorf("the first failure is %q, want %q in it", failed.Failures.First, tt.words)
			}
			if !strings.Contains(stderr, tt.class) {
				t.Errorf("stderr does not name %s:\n%s", tt.class, stderr)
			}
			for _, r := range recordsOf(t, dir, "bench_io32x8_mc2_np4") {
				if took := time.Duration(r.End - r.Sent); r.Sent == 0 || took < 0 || took > 20*time.Second {
					t.Errorf("request %s took %v: its timeout is 0.4 s", r.ID, took)
				}
			}
			if f := readCase(t, dir, "bench_io32x8_mc3_np6"); f.Status != runlog.StatusMeasured || f.Completed != 6 {
				t.Errorf("the case after it: status %s, %d completed", f.Status, f.Completed)
			}
			if n := len(rows(t, dir)); n != 2 {
				t.Errorf("%d rows in the CSV, want 2", n)
			}

			_, stderr = sweepIn(t, dir, exitOK)
			if !strings.Contains(stderr, "1 of 2 cases stay") || strings.Contains(stderr, "] bench_io32x8_mc3_np6") {
				t.Errorf("the next run did more than what was missing:\n%s", stderr)
			}
			if f := readCase(t, dir, "bench_io32x8_mc2_np4"); f.Status != runlog.StatusMeasured || f.Case.Attempt != 2 {
				t.Errorf("second attempt: status %s, attempt %d", f.Status, f.Case.Attempt)
			}
			for _, r := range rows(t, dir) {
				if r.Status != runlog.StatusMeasured {
					t.Errorf("%s: %s in the CSV", r.Case, r.Status)
				}
			}
		})
	}
}

// TestClosedIdleConnections: a server that announces keep-alive and closes after
// each answer costs reconnects, and no failure.
func TestClosedIdleConnections(t *testing.T) {
	dir := t.TempDir()
	url, _ := smallSimulator(t, "--preset", "fast", "--model", "m", "--fault", "close_idle")
	writeConfig(t, dir, "model: m\ntokenizer: ${SMALL_TOKENIZER}\nbase_url: %s\ninput_output: [[32, 8]]\nconcurrency_prompts: [[4, 11]]\nwarmup: 0\n", url)
	sweepIn(t, dir, exitOK)
	f := readCase(t, dir, "bench_io32x8_mc4_np11")
	if f.Status != runlog.StatusMeasured || f.Completed != 11 || len(f.Failures.ByClass) != 0 {
		t.Errorf("status %s, %d completed, failures %+v; want 11 and none", f.Status, f.Completed, f.Failures)
	}
	// 11 connections end, one an answer; the last 1 to 4 are never asked for again.
	if n := f.Client.Reconnects; n < 7 || n > 10 {
		t.Errorf("%d reconnects, want 7 to 10", n)
	}
}

// TestTooManySockets: a plan with more connections than the process may have is
// the config's fault, found before anything is sent.
func TestTooManySockets(t *testing.T) {
	dir := t.TempDir()
	url, _ := smallSimulator(t, "--preset", "fast", "--model", "m")
	writeConfig(t, dir, "model: m\ntokenizer: ${SMALL_TOKENIZER}\nbase_url: %s\ninput_output: [[32, 8]]\nconcurrency_prompts: [[1, 2], [300, 300]]\n", url)
	cmd := llmsweep(t, dir, "-c", `ulimit -n 200 && exec "$0" run config.yaml`)
	cmd.Args = append([]string{"sh"}, append(cmd.Args[1:], cmd.Path)...)
	cmd.Path = "/bin/sh"
	out, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != exitUsage || !strings.Contains(string(out), "300 connections at once need") {
		t.Errorf("exit status %d, want %d, and a word on what is needed:\n%s", got, exitUsage, out)
	}
	if all := truths(t, url); len(all) != 0 {
		t.Errorf("%d requests were sent", len(all))
	}
}

// TestWrongModel: a model that the server does not list ends the run before it
// begins, with the names that there are; where that is not to be, the server's own
// words reach the case file.
func TestWrongModel(t *testing.T) {
	dir := t.TempDir()
	url, _ := smallSimulator(t, "--preset", "fast", "--model", "org/right")
	config := fmt.Sprintf("model: other/Right\ntokenizer: ${SMALL_TOKENIZER}\nbase_url: %s\ninput_output: [[32, 8]]\nconcurrency_prompts: [[1, 2], [2, 3]]\n", url)
	writeConfig(t, dir, "%s", config)
	_, stderr := sweepIn(t, dir, exitUsage)
	if !strings.Contains(stderr, "model: other/Right is not served at "+url+", which lists org/right; did you mean org/right?") || len(truths(t, url)) != 0 {
		t.Errorf("%d requests were sent, or it is not told which models there are:\n%s", len(truths(t, url)), stderr)
	}
	writeConfig(t, dir, "%smodel_check: false\n", config)
	_, stderr = sweepIn(t, dir, exitFailed)
	if !strings.Contains(stderr, "model: other/Right is not served at") {
		t.Errorf("no early doubt about the model:\n%s", stderr)
	}
	for _, name := range []string{"bench_io32x8_mc1_np2", "bench_io32x8_mc2_np3"} {
		f := readCase(t, dir, name)
		if f.Status != runlog.StatusFailed || f.Failures.ByClass["http_4xx"] == 0 || !strings.Contains(f.Failures.First, "does not exist") {
			t.Errorf("%s: %s, %+v", name, f.Status, f.Failures)
		}
	}
}

// TestServerDies: cases of a dead server fail by connect or reset; when it is
// back on its port, the next run does what is missing.
func TestServerDies(t *testing.T) {
	dir := t.TempDir()
	url, server := smallSimulator(t, "--preset", "default", "--model", "m")
	writeConfig(t, dir, "model: m\ntokenizer: ${SMALL_TOKENIZER}\nbase_url: %s\ninput_output: [[32, 100]]\nconcurrency_prompts: [[1, 2], [40, 119], [3, 5]]\nwarmup: 0\n", url)
	cmd := llmsweep(t, dir, "run", "config.yaml")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the second case's first record", func() bool {
		info, err := os.Stat(filepath.Join(dir, "results", "bench_io32x100_mc40_np119.requests.jsonl"))
		return err == nil && info.Size() > 0
	})
	server.Process.Kill()
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitFailed {
		t.Fatalf("exit status %d, want %d", got, exitFailed)
	}
	if f := readCase(t, dir, "bench_io32x100_mc1_np2"); f.Status != runlog.StatusMeasured {
		t.Errorf("the case before: %s", f.Status)
	}
	died := readCase(t, dir, "bench_io32x100_mc40_np119")
	for class := range died.Failures.ByClass {
		if !slices.Contains([]string{"connect", "reset", "truncated"}, class) {
			t.Errorf("failures of a killed server: %+v, want connect, reset and truncated", died.Failures)
		}
	}
	if n := len(recordsOf(t, dir, "bench_io32x100_mc40_np119")); n != 119 || died.Completed >= 119 || died.Failures.Sent != 119 {
		t.Errorf("the case at work: %d records, %d completed, %d sent; want all of 119 recorded, not all completed", n, died.Completed, died.Failures.Sent)
	}
	if f := readCase(t, dir, "bench_io32x100_mc40_np119"); f.Status != runlog.StatusFailed || len(f.Notes) == 0 || !strings.Contains(f.Notes[len(f.Notes)-1], "the server died during the case") {
		t.Errorf("the case that it died in: %s, notes %q", f.Status, f.Notes)
	}
	f := readCase(t, dir, "bench_io32x100_mc3_np5")
	if f.Status != runlog.StatusFailed || f.Failures.ByClass["connect"] != 5 {
		t.Errorf("the case after: %s, %+v", f.Status, f.Failures)
	}
	port := url[strings.LastIndex(url, ":")+1:]
	smallSimulator(t, "--preset", "default", "--model", "m", "--port", port)
	_, stderr := sweepIn(t, dir, exitOK)
	if strings.Contains(stderr, "] bench_io32x100_mc1_np2") {
		t.Errorf("a measured case was run again:\n%s", stderr)
	}
}

// TestInterrupt: Ctrl-C ends the case in order, with status 130; the next run
// goes on.
func TestInterrupt(t *testing.T) {
	dir := t.TempDir()
	writeConfig(t, dir, "base_url: sim:slow\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 64]]\nconcurrency_prompts: [[1, 1], [2, 400]]\nwarmup: 0\n")
	cmd := llmsweep(t, dir, "run", "config.yaml")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	records := filepath.Join(dir, "results", "bench_io32x64_mc2_np400.requests.jsonl")
	waitFor(t, "the second case's first record", func() bool { // the next requests are in flight
		info, err := os.Stat(records)
		return err == nil && info.Size() > 0
	})
	cmd.Process.Signal(syscall.SIGINT)
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
		t.Fatalf("exit status %d, want %d\n%s", got, exitInterrupted, stderr.String())
	}
	if !strings.Contains(stderr.String(), "1 case of 2 missing; the same command goes on") {
		t.Errorf("no word on how to go on:\n%s", stderr.String())
	}
	f := readCase(t, dir, "bench_io32x64_mc2_np400")
	if f.Status != runlog.StatusInterrupted || f.Failures.ByClass["cancelled"] == 0 {
		t.Errorf("status %s, failures %+v; want interrupted, with cancelled requests", f.Status, f.Failures)
	}
	if got, want := f.Failures.First, "cancelled: stopped by Ctrl-C"; got != want {
		t.Errorf("the first failure is %q, want %q", got, want)
	}
	n := 0
	for _, err := range runlog.ReadRecords(records + ".gz") {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != f.Failures.Sent {
		t.Errorf("%d records of %d requests sent", n, f.Failures.Sent)
	}
	_, stderrNext := sweepIn(t, dir, exitOK, "--set", "concurrency_prompts=[[1, 1], [2, 2]]")
	if strings.Contains(stderrNext, "] bench_io32x64_mc1_np1") {
		t.Errorf("a measured case was run again:\n%s", stderrNext)
	}
}

// processesWith lists the processes whose environment holds mark.
func processesWith(mark string) []string {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	var pids []string
	for _, f := range files {
		pid := filepath.Base(filepath.Dir(f))
		if b, err := os.ReadFile(f); err == nil && strings.Contains(string(b), mark) && pid != strconv.Itoa(os.Getpid()) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// waitFor waits for something that other processes do.
func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			t.Fatalf("waited 60 s for %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
