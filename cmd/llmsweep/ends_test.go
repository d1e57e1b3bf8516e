package main

import (
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/runlog"
)

// How a case can end before its prompts are all answered. Figures that hang on the
// machine's speed are not asked, and the case that ends by duration has too few
// requests for Little's law, which would find a busy machine.
func TestCaseEnds(t *testing.T) {
	for _, tt := range []struct {
		name, sim, load string
		exit            int
		check           func(t *testing.T, f *runlog.CaseFile)
	}{
		{"duration", "--ttft 300ms --itl 5ms", "concurrency_prompts: [[4, 5000]]\nduration: 1s\n", exitOK,
			func(t *testing.T, f *runlog.CaseFile) {
				if f.Status != runlog.StatusMeasured || f.Completed == 0 || f.Failed != 0 || f.Completed+f.Failures.Censored != f.Failures.Sent {
					t.Errorf("%s: %d sent, %d completed, %d failed, %d censored; want no failure", f.Status, f.Failures.Sent, f.Completed, f.Failed, f.Failures.Censored)
				}
				if f.Failures.Censored < 1 || f.Failures.Censored > 4 {
					t.Errorf("%d requests were cut off, want 1 to 4: those in flight", f.Failures.Censored)
				}
				if f.Duration < 0.9 || f.Case.Axes.More["duration"] != "1s" {
					t.Errorf("duration %v s, axes %v", f.Duration, f.Case.Axes.More)
				}
			}},
		{"ramp, warm-up by time", "--ttft 1ms --itl 1ms", "concurrency_prompts: [[4, 40]]\nramp: {kind: linear, from: 20, to: 200}\nburstiness: inf\nwarmup: 300ms\n", exitOK,
			func(t *testing.T, f *runlog.CaseFile) {
				if f.Status != runlog.StatusMeasured || f.Completed != 40 || !f.RequestRate.Unbounded() || f.Case.Axes.More["ramp"] != "linear 20 to 200" {
					t.Errorf("%s: %d of 40 completed at rate %v, axes %v", f.Status, f.Completed, f.RequestRate, f.Case.Axes.More)
				}
				if _, ok := f.Distributions["ttft_from_due"]; !ok {
					t.Error("a ramp is an open loop: want latencies from due")
				}
			}},
		{"error share", "--fault status:code=503,share=1", "concurrency_prompts: [[4, 20000]]\nabort: {error_share: 0.5}\n", exitFailed,
			func(t *testing.T, f *runlog.CaseFile) {
				if f.Status != runlog.StatusFailed || f.Failures.Sent == 20_000 || f.Failures.ByClass["http_5xx"] < 20 {
					t.Errorf("%s: %d of 20000 sent, failures %v", f.Status, f.Failures.Sent, f.Failures.ByClass)
				}
				if len(f.Notes) == 0 || !strings.Contains(f.Notes[len(f.Notes)-1], "of the first 20 requests failed (100 %)") {
					t.Errorf("notes %q: want why it ended, with figures", f.Notes)
				}
			}},
		{"case timeout", "--ttft 10ms --itl 1ms", "concurrency_prompts: [[4, 5000]]\ntimeouts: {case: 1s}\n", exitFailed,
			func(t *testing.T, f *runlog.CaseFile) {
				if f.Status != runlog.StatusFailed || f.Failures.ByClass["timeout_case"] == 0 || f.Failures.ByClass["cancelled"] != 0 {
					t.Errorf("%s: failures %v, want those in flight by timeout_case", f.Status, f.Failures.ByClass)
				}
				if f.Completed == 0 || len(f.Notes) == 0 || f.Notes[len(f.Notes)-1] != "ended by timeouts.case, after 1s" {
					t.Errorf("%d completed, notes %q", f.Completed, f.Notes)
				}
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url, _ := smallSimulator(t, append([]string{"--model", "m"}, strings.Fields(tt.sim)...)...)
			dir := t.TempDir()
			writeConfig(t, dir, "model: m\ntokenizer: ${SMALL_TOKENIZER}\nbase_url: %s\ninput_output: [[16, 10]]\n%s", url, tt.load)
			sweepIn(t, dir, tt.exit)
			files, err := filepath.Glob(filepath.Join(dir, "results", "bench_*.json"))
			if err != nil || len(files) != 1 {
				t.Fatalf("case files %q, error %v; want one", files, err)
			}
			name := strings.TrimSuffix(filepath.Base(files[0]), ".json")
			f := readCase(t, dir, name)
			tt.check(t, f)
			censored, measured := 0, 0
			for r, err := range runlog.ReadRecords(filepath.Join(dir, "results", name+".requests.jsonl.gz")) {
				if err != nil {
					t.Fatal(err)
				}
				if r.Warmup {
					continue
				}
				measured++
				if r.Censored {
					censored++
					if r.ErrorClass != "" || r.Completed() || r.Failed() {
						t.Errorf("%+v is censored: neither completed nor failed", r)
					}
				}
			}
			if measured != f.Failures.Sent || censored != f.Failures.Censored {
				t.Errorf("%d records, %d censored; the case says %d and %d", measured, censored, f.Failures.Sent, f.Failures.Censored)
			}
		})
	}
}
