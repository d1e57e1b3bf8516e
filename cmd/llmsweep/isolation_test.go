package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"llmsweep/runlog"
)

// Another client's requests during a case make it suspect, by the server's own
// counters; our warm-up and the requests that a case cuts off do not.
func TestForeignTraffic(t *testing.T) {
	for _, tt := range []struct {
		name, ttft string
		foreign    bool
		load       string
	}{
		{"alone", "10ms", false, "concurrency_prompts: [[2, 5], [4, 11]]\nwarmup: 3\n"},
		{"cut off", "100ms", false, "concurrency_prompts: [[4, 5000], [8, 5000]]\nduration: 1s\n"},
		{"another client", "10ms", true, "concurrency_prompts: [[4, 11]]\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url, _ := smallSimulator(t, "--model", "m", "--ttft", tt.ttft, "--itl", "2ms")
			if tt.foreign {
				disturb(t, url)
			}
			dir := t.TempDir()
			writeConfig(t, dir, "model: m\ntokenizer: ${SMALL_TOKENIZER}\nbase_url: %s\ninput_output: [[16, 40]]\n%s", url, tt.load)
			stdout, stderr := sweepIn(t, dir, exitOK)
			seen := regexp.MustCompile(`foreign traffic: the server finished [0-9]+ requests during the case, at most [0-9]+ were ours`).MatchString(stdout)
			if seen != tt.foreign {
				t.Errorf("foreign traffic seen: %v, want %v\n%s", seen, tt.foreign, stdout)
			}
			if tt.foreign {
				checkDisturbed(t, dir, stderr)
			}
		})
	}
}

// disturb keeps two long requests of another client in flight until the test ends,
// and has two more end and begin anew all the while.
func disturb(t *testing.T, url string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var clients sync.WaitGroup
	t.Cleanup(func() { cancel(); clients.Wait() })
	const long, short = 20_000, 20 // tokens
	begun, answered := make(chan struct{}, 2), make(chan struct{}, 1)
	for _, tokens := range []int{long, long, short, short} {
		clients.Go(func() {
			for ctx.Err() == nil {
				body := fmt.Sprintf(`{"model":"m","prompt":"Hello","max_tokens":%d,"stream":true}`, tokens)
				req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/completions", strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				resp, err := http.DefaultClient.Do(req)
				if err != nil {
					continue // the test has ended
				}
				if tokens == long {
					notify(begun)
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
				notify(answered)
			}
		})
	}
	<-begun
	<-begun
	<-answered
}

func notify(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// checkDisturbed: the manifest has the note of the start, the case the counters.
func checkDisturbed(t *testing.T, dir, stderr string) {
	t.Helper()
	run, err := runlog.ReadRun(filepath.Join(dir, "results"))
	if err != nil {
		t.Fatal(err)
	}
	works := regexp.MustCompile(`^the server works on [234] requests before the first case`)
	if len(run.Warnings) != 1 || !strings.Contains(stderr, run.Warnings[0]) || !works.MatchString(run.Warnings[0]) {
		t.Errorf("warnings %q, want that the server works on 2 to 4 requests, as told on stderr\n%s", run.Warnings, stderr)
	}
	f := readCase(t, dir, "bench_io16x40_mc4_np11")
	counted, _ := f.Server["server_counters"].(map[string]any)
	finished, _ := counted["requests_finished"].(float64)
	if finished <= 15 {
		t.Errorf("server_counters %v: want more than our 11 requests and 4 of warm-up", counted)
	}
}

// Ctrl-C ends a hook with all that it has started; the after hooks still run, and
// hear why.
func TestInterruptedHook(t *testing.T) {
	dir := t.TempDir()
	writeConfig(t, dir, `base_url: sim:fast
tokenizer: ${SMALL_TOKENIZER}
input_output: [[32, 8]]
concurrency_prompts: [[2, 4]]
before_case: "touch started; sleep 1000 & sleep 1000"
after_case: echo $LLMSWEEP_CASE $LLMSWEEP_STATUS
after_sweep: echo sweep $LLMSWEEP_STATUS
`)
	mark := "LLMSWEEP_HOOK_TEST=" + dir
	cmd := llmsweep(t, dir, "run", "config.yaml")
	cmd.Env = append(cmd.Env, mark)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the hook", func() bool { _, err := os.Stat(filepath.Join(dir, "started")); return err == nil })
	cmd.Process.Signal(syscall.SIGINT)
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
		t.Fatalf("exit status %d, want %d\n%s", got, exitInterrupted, stderr.String())
	}
	log, err := os.ReadFile(filepath.Join(dir, "results", ".run", "logs", "hooks.log"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nbench_io32x8_mc2_np4 interrupted\n", "\nsweep interrupted\n"} {
		if !strings.Contains(string(log), want) {
			t.Errorf("the hooks did not say %q:\n%s", want, log)
		}
	}
	if f := readCase(t, dir, "bench_io32x8_mc2_np4"); f.Status != runlog.StatusInterrupted {
		t.Errorf("status %s, want interrupted", f.Status)
	}
	waitFor(t, "the hook's processes to end", func() bool { return len(processesWith(mark)) == 0 })
}

// A pause between cases ends with Ctrl-C, too.
func TestInterruptedCooldown(t *testing.T) {
	dir := t.TempDir()
	writeConfig(t, dir, "base_url: sim:fast\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 8]]\nconcurrency_prompts: [[1, 1], [2, 4]]\ncooldown: 1h\n")
	cmd := llmsweep(t, dir, "run", "config.yaml")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	first := filepath.Join(dir, "results", "bench_io32x8_mc1_np1.json")
	waitFor(t, "the first case", func() bool { _, err := os.Stat(first); return err == nil })
	cmd.Process.Signal(syscall.SIGINT)
	cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitInterrupted {
		t.Errorf("exit status %d, want %d", got, exitInterrupted)
	}
}

// A killed run leaves no hook behind.
func TestKilledHook(t *testing.T) {
	if _, err := os.Stat("/proc/self"); err != nil {
		t.Skip("the kernel ends a child with its parent on Linux alone")
	}
	dir := t.TempDir()
	writeConfig(t, dir, "base_url: sim:fast\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 8]]\nconcurrency_prompts: [[1, 1]]\nbefore_sweep: touch started; exec sleep 1000\n")
	mark := "LLMSWEEP_HOOK_TEST=" + dir
	cmd := llmsweep(t, dir, "run", "config.yaml")
	cmd.Env = append(cmd.Env, mark)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the hook", func() bool { _, err := os.Stat(filepath.Join(dir, "started")); return err == nil })
	cmd.Process.Kill()
	cmd.Wait()
	waitFor(t, "the hook to end", func() bool { return len(processesWith(mark)) == 0 })
}
