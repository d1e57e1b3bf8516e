package main

import (
	"bufio"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"llmsweep/runlog"
	"llmsweep/stats"
)

// e2e skips what takes long, or depends on time, unless `make e2e` runs it.
func e2e(t *testing.T) {
	t.Helper()
	if os.Getenv("LLMSWEEP_E2E") == "" {
		t.Skip("depends on the machine's speed: run by `make e2e`")
	}
}

// A truth is what the simulator knows of a request.
type truth struct {
	ID           string  `json:"id"`
	FirstWrite   int64   `json:"first_write_unix_ns"`
	Writes       []int64 `json:"writes_unix_ns"`
	OutputTokens int     `json:"completion_tokens"`
}

func truths(t *testing.T, url string) map[string]truth {
	t.Helper()
	resp, err := http.Get(url + "/sim/truth")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	all := map[string]truth{}
	for sc := bufio.NewScanner(resp.Body); sc.Scan(); {
		var tr truth
		if err := json.Unmarshal(sc.Bytes(), &tr); err != nil {
			t.Fatalf("%s: %v", sc.Bytes(), err)
		}
		all[tr.ID] = tr
	}
	return all
}

// TestE2EGroundTruth compares what was measured at 64 streams with what the
// simulator says that it did: mean TTFT within 1 ms, mean TPOT within 1 %.
func TestE2EGroundTruth(t *testing.T) {
	e2e(t)
	for _, preset := range []string{"default", "paced"} {
		t.Run(preset, func(t *testing.T) {
			args := []string{"--preset", "default", "--model", "m"}
			if preset == "paced" {
				args = append(args, "--ttft", "100ms", "--itl", "10ms")
			}
			url, _ := simulator(t, args...)
			dir := t.TempDir()
			writeConfig(t, dir, "model: m\ntokenizer: builtin:qwen3\nbase_url: %s\ninput_output: [[128, 128]]\nconcurrency_prompts: [[64, 640]]\n", url)
			sweepIn(t, dir, exitOK)
			all := truths(t, url)
			const name = "bench_io128x128_mc64_np640"
			f := readCase(t, dir, name)
			start := f.Case.StartUnixNS
			var ttft, ttftTrue, tpot, tpotTrue, off []float64
			for r, err := range runlog.ReadRecords(filepath.Join(dir, "results", name+".requests.jsonl.gz")) {
				if err != nil {
					t.Fatal(err)
				}
				if r.Warmup || !r.Completed() {
					continue
				}
				tr, ok := all[r.ID]
				if !ok || len(tr.Writes) < 2 {
					t.Fatalf("request %s is not in the truth", r.ID)
				}
				n := len(r.Arrivals)
				ttft = append(ttft, float64(r.Arrivals[0]-r.Sent)/1e6)
				ttftTrue = append(ttftTrue, float64(tr.FirstWrite-start-r.Sent)/1e6)
				off = append(off, math.Abs(float64(r.Arrivals[0]+start-tr.FirstWrite)/1e6))
				tpot = append(tpot, float64(r.Arrivals[n-1]-r.Arrivals[0])/1e6/float64(r.OutputTokens-1))
				tpotTrue = append(tpotTrue, float64(tr.Writes[len(tr.Writes)-1]-tr.Writes[0])/1e6/float64(tr.OutputTokens-1))
			}
			if len(ttft) != 640 {
				t.Fatalf("%d requests compared, want 640", len(ttft))
			}
			dTTFT := stats.Mean(ttft) - stats.Mean(ttftTrue)
			dTPOT := stats.Mean(tpot)/stats.Mean(tpotTrue) - 1
			t.Logf("mean TTFT %.3f ms, true %.3f (off by %.3f ms; p50 %.3f, p99 %.3f); mean TPOT %.4f ms, true %.4f (off by %.3f %%); reader lag p99 %.3f ms; shared events %.2f %%",
				stats.Mean(ttft), stats.Mean(ttftTrue), dTTFT, stats.Sort(off).Percentile(50), stats.Sort(off).Percentile(99),
				stats.Mean(tpot), stats.Mean(tpotTrue), 100*dTPOT, float64(f.Client.ReaderLagP99), 100*float64(f.Client.SharedEventsShare))
			if math.Abs(dTTFT) > 1 {
				t.Errorf("mean TTFT is off by %.3f ms, want at most 1", dTTFT)
			}
			if math.Abs(dTPOT) > 0.01 {
				t.Errorf("mean TPOT is off by %.3f %%, want at most 1", 100*dTPOT)
			}
			if math.Abs(float64(f.TTFT.Mean)-stats.Mean(ttft)) > 1e-6 {
				t.Errorf("case JSON says mean TTFT %v, its records say %v", f.TTFT.Mean, stats.Mean(ttft))
			}
		})
	}
}
