package report

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// A testRun is a run that a test makes: every pair of lengths at every concurrency.
type testRun struct {
	model    string
	lengths  [][2]int
	loads    []int
	requests int // a case
	suspect  string
	invalid  string // names of cases with these verdicts
}

// make writes the run's files: manifest, case JSONs and compressed records.
func (r testRun) make(t testing.TB) (dir string) {
	t.Helper()
	dir = t.TempDir()
	run := runlog.Run{
		Schema: runlog.RunSchema, Tool: "llmsweep test", StartUnixNS: time.Date(2026, 11, 22, 18, 36, 2, 0, time.UTC).UnixNano(), Complete: true,
		Config: map[string]any{"model": r.model, "base_url": "sim:default", "headers": map[string]string{"Authorization": "***"}},
		Host:   map[string]any{"os": "linux", "cpus": 2}, Server: map[string]any{"base_url": "sim:default", "gpus": []string{"H200"}},
	}
	for _, l := range r.lengths {
		for _, n := range r.loads {
			c := runlog.Case{
				Name: fmt.Sprintf("bench_io%dx%d_mc%d_np%d", l[0], l[1], n, r.requests), Hash: "abc", Attempt: 1,
				Axes: runlog.Axes{InputLen: l[0], OutputLen: l[1], MaxConcurrency: n, NumPrompts: r.requests, RequestRate: runlog.Inf(), Dataset: "random", Repeat: 1},
			}
			run.Cases = append(run.Cases, c)
			r.writeCase(t, dir, c)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, ".run"), 0o755); err != nil {
		t.Fatal(err)
	}
	writeTestJSON(t, filepath.Join(dir, ".run", "run.json"), run)
	return dir
}

func (r testRun) writeCase(t testing.TB, dir string, c runlog.Case) {
	t.Helper()
	records := testRecords(c.Axes)
	slo := metrics.SLO{TTFT: 400, TPOT: 15}
	s := metrics.Summarize(records, metrics.Options{MaxConcurrency: c.Axes.MaxConcurrency, SLO: slo, Percentiles: []float64{50, 90, 95, 99}})
	s.Validity = metrics.Validity{Verdict: metrics.Valid}
	switch c.Name {
	case r.suspect:
		s.Validity.Add(metrics.Suspect, "reader lag p99 3.1 ms, limit 1 ms")
	case r.invalid:
		s.Validity.Add(metrics.Invalid, "12 of 64 requests failed (18.8 %), allowed 1 %")
	}
	f := runlog.NewCaseFile(c, s, runlog.Info{
		Date: time.Date(2026, 11, 22, 18, 40, 0, 0, time.UTC), Model: r.model, Status: runlog.StatusMeasured, SLO: slo, Backend: "openai",
		Notes: []string{"ignore_eos was dropped"},
	})
	writeTestJSON(t, filepath.Join(dir, c.Name+".json"), f)
	writeTestRecords(t, filepath.Join(dir, c.Name+".requests.jsonl.gz"), records)
}

// testRecords are a closed loop's on a server whose steps take longer the more
// requests it serves. The fifth request's TTFT is ten times as long.
func testRecords(a runlog.Axes) []metrics.Record {
	random := rand.New(rand.NewPCG(uint64(a.InputLen), uint64(a.MaxConcurrency)))
	free := make([]int64, a.MaxConcurrency)
	var out []metrics.Record
	for i := range a.NumPrompts {
		slot := 0
		for k, at := range free {
			if at < free[slot] {
				slot = k
			}
		}
		sent := free[slot] + 1_000_000
		ttft := (10 + 0.05*float64(a.InputLen)) * (1 + float64(a.MaxConcurrency)/16) * (0.8 + 0.4*random.Float64())
		if i == 5 {
			ttft *= 10
		}
		step := (5 + 0.15*float64(a.MaxConcurrency)) * (0.9 + 0.2*random.Float64())
		r := metrics.Record{
			ID: fmt.Sprint(i), Due: free[slot], Queued: free[slot], Sent: sent, Written: sent,
			InputAsked: a.InputLen, InputClient: a.InputLen, InputServer: a.InputLen, OutputAsked: a.OutputLen, OutputTokens: a.OutputLen, OutputSource: "usage",
			Status: 200, FinishReason: "length", PromptHash: uint64(i + 1), Warmup: i < a.MaxConcurrency/2,
		}
		for k := range a.OutputLen {
			r.Arrivals = append(r.Arrivals, sent+int64(1e6*(ttft+float64(k)*step)))
		}
		r.LastToken = r.Arrivals[len(r.Arrivals)-1]
		r.First, r.FirstContent, r.End = r.Arrivals[0], r.Arrivals[0], r.LastToken
		free[slot] = r.End
		out = append(out, r)
	}
	return out
}

func writeTestJSON(t testing.TB, path string, v any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = os.WriteFile(path, b, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func writeTestRecords(t testing.TB, path string, records []metrics.Record) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := gzip.NewWriter(f)
	e := json.NewEncoder(z)
	for i := range records {
		if err := e.Encode(&records[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}
