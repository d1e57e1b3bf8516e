package main

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"llmsweep/runlog"
	"llmsweep/stats"
)

// TestE2EConstantRate sends 10,000 requests at a constant 2,000/s: they leave at
// that rate within 0.5 %, and p99 of them less than 1 ms after they were due.
// Best of 3: the figures are the program's only where nothing else runs.
func TestE2EConstantRate(t *testing.T) {
	e2e(t)
	const rate, n, tries = 2000.0, 10_000, 3
	for try := 1; ; try++ {
		achieved, lag := constantRate(t, rate, n)
		if math.Abs(achieved/rate-1) <= 0.005 && lag.Percentile(99) < 1 {
			return
		}
		if try == tries {
			t.Fatalf("sent at %.1f/s, want %.0f ± 0.5 %%; send lag p99 %.3f ms, want less than 1", achieved, rate, lag.Percentile(99))
		}
	}
}

// constantRate is one run: requests/s from the first send to the last, and the
// send lags (sent − due) in ms.
func constantRate(t *testing.T, rate float64, n int) (achieved float64, lag stats.Sorted) {
	t.Helper()
	url, _ := simulator(t, "--preset", "flood", "--model", "m")
	dir := t.TempDir()
	writeConfig(t, dir, `model: m
tokenizer: builtin:qwen3
base_url: %s
input_output: [[16, 1]]
concurrency_prompts: [[1024, %d]]
request_rate: %v
burstiness: inf
failures_allowed: 0
`, url, n, rate)
	if out, err := llmsweep(t, dir, "run", "config.yaml").CombinedOutput(); err != nil {
		t.Logf("%v\n%s", err, out) // invalid, on a busy machine: the figures below say so, too
	}
	f := readCase(t, dir, "bench_io16x1_mc1024_np10000")
	var sent []int64
	var lags []float64
	for r, err := range runlog.ReadRecords(filepath.Join(dir, "results", "bench_io16x1_mc1024_np10000.requests.jsonl.gz")) {
		if err != nil {
			t.Fatal(err)
		}
		if !r.Warmup {
			sent = append(sent, r.Sent)
			lags = append(lags, float64(r.Sent-r.Due)/1e6)
		}
	}
	if f.Completed != n || len(sent) != n {
		t.Fatalf("%d of %d requests completed, %d records", f.Completed, n, len(sent))
	}
	achieved = float64(n-1) / (float64(slices.Max(sent)-slices.Min(sent)) / 1e9)
	lag = stats.Sort(lags)
	t.Logf("%d requests at %.2f/s (asked %.0f, off by %+.3f %%); send lag p50 %.3f, p90 %.3f, p99 %.3f, p99.9 %.3f, max %.3f ms; %d in flight at most; %s %q",
		n, achieved, rate, 100*(achieved/rate-1), lag.Percentile(50), lag.Percentile(90), lag.Percentile(99), lag.Percentile(99.9), lag.Max(),
		f.MaxConcurrentRequests, f.Validity.Verdict, f.Validity.Reasons)
	return achieved, lag
}
