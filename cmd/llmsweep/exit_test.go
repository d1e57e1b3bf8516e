package main

import (
	"context"
	"net"
	"os"
	"strings"
	"testing"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep"
)

// TestExitStatus: each way to end has its status. A sweep in which every request
// failed never ends with 0, whatever is allowed, kept, chosen or left out.
func TestExitStatus(t *testing.T) {
	small := smallPath(t)
	good, _ := smallSimulator(t, "--preset", "fast", "--model", "m")
	bad, _ := smallSimulator(t, "--preset", "fast", "--model", "m", "--fault", "status:code=500")
	faulty := func(fault string) string {
		url, _ := smallSimulator(t, "--preset", "fast", "--model", "m", "--fault", fault)
		return url
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := "http://" + listener.Addr().String()
	listener.Close()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	bench := func(url string) []string {
		return []string{"bench", "-q", "--model", "m", "--tokenizer", small, "--base-url", url, "--random-input-len", "32", "--random-output-len", "8",
			"--num-prompts", "5", "--max-concurrency", "2", "--ignore-eos", "--seed", "1"}
	}
	for _, tt := range []struct {
		name, url, config string
		args              []string // nil = run -q
		ctx               context.Context
		want              int
		says              string // on stderr
	}{
		{name: "all measured", url: good},
		{name: "some chosen and measured", url: good, args: []string{"run", "-q", "--only", "*_mc1_*"}},
		{name: "some left out by a rule", url: good, config: "stop_when: max_concurrency == 1"},
		{name: "left out for time", url: good, config: "budget: 100ms"}, // the first case begins, as its time is not known
		{name: "no records", url: good, config: "records: none"},
		{name: "suspect", url: faulty("status:code=500,times=1"), config: "failures_allowed: 1"},
		{name: "plan", url: dead, args: []string{"plan"}},
		{name: "dry run", url: dead, args: []string{"run", "--dry-run"}},
		{name: "dry run of a part", url: dead, args: []string{"run", "--dry-run", "--only", "bench_*"}},
		{name: "dry run of what failed, where there is nothing", url: dead, args: []string{"run", "--dry-run", "--only-failed"}, want: exitUsage, says: "nothing in results to measure again: it holds no run"},
		{name: "validate", url: dead, args: []string{"validate"}},
		{name: "bench", args: bench(good)},

		{name: "every request failed", url: bad, want: exitFailed, says: "2 cases of 2 without a result; the same command runs what is missing"},
		{name: "failures allowed", url: bad, config: "failures_allowed: 1", want: exitFailed, says: "without a result"},
		{name: "failures allowed, no records", url: bad, config: "failures_allowed: 1\nrecords: none", want: exitFailed, says: "without a result"},
		{name: "chosen ones failed", url: bad, config: "failures_allowed: 1", args: []string{"run", "-q", "--only", "*_mc2_*"}, want: exitFailed, says: "1 case of 2 without a result"},
		{name: "the rest left out", url: bad, config: "failures_allowed: 1\nstop_when: status == 'failed'", want: exitFailed, says: "1 case of 2 without a result"},
		{name: "ended by errors", url: bad, config: "abort: {error_share: 0.5}\nconcurrency_prompts: [[2, 400]]", want: exitFailed, says: "ended by its errors"},
		{name: "with a duration", url: bad, config: "duration: 200ms\nrequest_rate: 50", want: exitFailed, says: "without a result"},
		{name: "nothing sent in time", url: good, config: "duration: 1ms\nrequest_rate: 0.01\nburstiness: inf\nconcurrency_prompts: [[1, 2]]", want: exitFailed, says: "no request was sent before the case ended"},
		{name: "all left out", url: good, config: "budget: 1ns", want: exitFailed, says: "nothing was measured: 2 cases of 2 left out"},
		{name: "invalid", url: faulty("status:code=500,times=1"), want: exitFailed, says: "invalid: bench_io32x8_mc1_np2"},
		{name: "suspect, strictly", url: faulty("status:code=500,times=1"), config: "failures_allowed: 1", args: []string{"run", "-q", "--strict"}, want: exitFailed, says: "--strict: suspect: bench_io32x8_mc1_np2"},
		{name: "no server", url: dead, want: exitFailed, says: "refused"},
		{name: "no server, online", url: dead, args: []string{"validate", "--online"}, want: exitFailed, says: "refused"},
		{name: "bench, every request failed", args: bench(bad), want: exitFailed, says: "failed: http_5xx: "},
		{name: "bench, no server", args: bench(dead), want: exitFailed, says: "refused"},

		{name: "a misspelt key", url: good, config: "recrds: none", want: exitUsage, says: "did you mean records?"},
		{name: "no such config", args: []string{"run", "other.yaml"}, want: exitUsage, says: "there is no config other.yaml"},
		{name: "no such flag", url: good, args: []string{"run", "--onyl"}, want: exitUsage, says: "--onyl"},
		{name: "no such command", args: []string{"rum"}, want: exitUsage, says: "rum"},
		{name: "no such case", url: good, args: []string{"run", "-q", "--only", "x"}, want: exitUsage, says: "no case has such a name"},
		{name: "nothing to go on with", url: good, args: []string{"run", "-q", "--only-failed"}, want: exitUsage, says: "nothing in results to measure again: it holds no run"},
		{name: "bench of a model that is not there", args: append(bench(good), "--model", "org/other"), want: exitUsage, says: "model"},

		{name: "interrupted before it began", url: good, ctx: ended, want: exitInterrupted, says: "interrupted before anything was measured"},
		{name: "bench, interrupted", args: bench(good), ctx: ended, want: exitInterrupted, says: "interrupted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if tt.url != "" {
				loads := "concurrency_prompts: [[1, 2], [2, 4]]\n"
				if strings.Contains(tt.config, "concurrency_prompts") {
					loads = ""
				}
				config := "model: m\ntokenizer: " + small + "\ninput_output: [[32, 8]]\nwarmup: 0\nprompt_overhead: tokenizer\nbase_url: " + tt.url + "\n" + loads + tt.config + "\n"
				if err := os.WriteFile(configFile, []byte(config), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			args, ctx := tt.args, tt.ctx
			if args == nil {
				args = []string{"run", "-q"}
			}
			if ctx == nil {
				ctx = t.Context()
			}
			var stdout, stderr strings.Builder
			if got := run(ctx, args, strings.NewReader(""), &stdout, &stderr); got != tt.want || !strings.Contains(stderr.String(), tt.says) {
				t.Errorf("exit status %d, want %d and %q on stderr:\n%s\n%s", got, tt.want, tt.says, &stdout, &stderr)
			}
		})
	}
}

// A case without a result is never told of without a reason.
func TestBenchEnding(t *testing.T) {
	for _, tt := range []struct {
		res  sweep.Result
		want string
	}{
		{sweep.Result{Status: runlog.StatusFailed, Failure: "the server died"}, "failed: the server died"},
		{sweep.Result{Status: runlog.StatusFailed, Summary: metrics.Summary{FirstError: "connect: refused"}}, "failed: connect: refused"},
		{sweep.Result{Status: runlog.StatusFailed}, "failed: no request was answered; see the server's log"},
	} {
		if err := benchEnding(t.Context(), &tt.res, nil); err == nil || err.Error() != tt.want || statusOf(err) != exitFailed {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}
