package sweep

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// A forecast says of each case what the next run then does, and touches nothing.
func TestForecast(t *testing.T) {
	b := newBench(t, "input_output: [[8, 2]]\nconcurrency_prompts: [[1, 2], [2, 2], [3, 2], [4, 2]]\nresults_dir: DIR/out\n")
	forecast := func(change func(*Runner), sets ...string) string {
		t.Helper()
		c, err := plan.Read(filepath.Join(b.dir, "config.yaml"), plan.Env{}, sets...)
		if err != nil {
			t.Fatal(err)
		}
		r := Runner{Config: c, Getenv: func(string) string { return "" }, Now: func() time.Time { return b.now }}
		if change != nil {
			change(&r)
		}
		text, err := r.Forecast(t.Context())
		if err != nil {
			return err.Error()
		}
		return text
	}
	want := func(got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
	want(forecast(nil), "would run now: 4 of 4 cases, as a new run\n")
	if _, err := os.Stat(filepath.Join(b.dir, "out")); err == nil {
		t.Error("the results folder was made")
	}
	b.broken.Store(true)
	b.caseStarted = func() { b.broken.Store(len(b.ran) != 2) } // the second case is measured, the third broken off
	b.breakOff(3)
	b.broken.Store(false)
	b.caseStarted = nil
	out := filepath.Join(b.dir, "out")
	const rest = "  failed: bench_io8x2_mc1_np2\n  broken off: bench_io8x2_mc3_np2\n  not run yet: bench_io8x2_mc4_np2\n"
	want(forecast(nil), "would run now: 3 of 4 cases, going on with the run in "+out+"\n"+rest)
	want(forecast(nil, "sampling.temperature=0.5", "concurrency_prompts=[[2, 2], [4, 2]]"), "would run now: 2 of 2 cases, going on with the run in "+out+"\n  changed since: bench_io8x2_mc2_np2\n  not run yet: bench_io8x2_mc4_np2\n")
	want(forecast(func(r *Runner) { r.OnlyFailed = true }), "would run now: 1 of 4 cases, going on with the run in "+out+"\n  failed: bench_io8x2_mc1_np2\n")
	want(forecast(func(r *Runner) { r.Fresh, r.Only = true, "*mc4*" }), "would run now: 1 of 4 cases, as a new run: the run before was broken off, and --fresh starts anew; its files would move to history\n")
	b.wantRun()
	if len(b.ran) != 3 {
		t.Errorf("ran %v, want the three that were forecast", b.ran)
	}
	want(forecast(nil), "would run now: 4 of 4 cases, as a new run: the run before was complete; its files would move to history\n")
	want(forecast(func(r *Runner) { r.OnlyFailed = true }), "--only-failed: nothing in "+out+" to measure again: the run before was complete, and no case of it is invalid")
	want(forecast(nil, "search={vary: request_rate, objective: output_throughput, slo: {p99_ttft_ms: 500}, min: 1, max: 8}"),
		"would run now: 4 of 4 cases, and those that are still to be added, as a new run: the run before was complete; its files would move to history\n")
	if got := fate(&plan.Case{}, runlog.Entry{Status: runlog.StatusMeasured, Invalid: true}); got != "invalid" {
		t.Error(got)
	}
}
