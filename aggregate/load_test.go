package aggregate

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

func check(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644))
}

// minimal is the least that passes for a result file of vLLM's.
const minimal = `{"model_id":"m","num_prompts":4,"request_rate":"inf","max_concurrency":2,"duration":2.0,"completed":4,
	"total_input_tokens":40,"total_output_tokens":10,"request_throughput":2.0}`

// What vLLM 0.32 wrote on 2026-11-22, as its own consoles print it (rounded to
// two digits there).
func TestPublishedFiles(t *testing.T) {
	rows, broken := Load([]string{"../runlog/testdata/vllm"})
	if len(broken) > 0 || len(rows) != 3 {
		t.Fatalf("%d rows, broken %v; want 3 and none", len(rows), broken)
	}
	for i, want := range []string{
		"vllm_bench_chat_c4 72x32 mc4 np20 inf 20/0 dur 2.61 req 7.66 out 244.98 tot 796.17 ttft 285.98 340.66 486.67 tpot 7.56 itl 7.33 e2el 520.40 peak 264.00 12",
		"vllm_bench_guidellmmock_c4 -x64 mc4 np32 inf 32/0 dur 11.98 req 2.67 out 170.95 tot 367.62 ttft 132.96 120.27 196.79 tpot 21.63 itl 21.29 e2el 1495.34 peak 195.00 8",
		"vllm_bench_small_chat_c4 72x64 mc4 np16 inf 16/0 dur 15.13 req 1.06 out 67.67 tot 143.79 ttft 340.81 340.48 570.42 tpot 54.49 itl 53.85 e2el 3773.49 peak 116.00 8",
	} {
		r := rows[i]
		got := fmt.Sprintf("%s %sx%s mc%s np%d %s %d/%d dur %s req %s out %s tot %s ttft %s %s %s tpot %s itl %s e2el %s peak %s %d",
			r.Case, whole(r.InputLen), whole(r.OutputLen), whole(r.MaxConcurrency), r.NumPrompts, r.RequestRate, r.Completed, r.Failed,
			two(r.Duration), two(r.RequestThroughput), two(r.OutputThroughput), two(r.TotalTokenThroughput),
			two(r.MeanTTFT), two(r.MedianTTFT), two(r.P99TTFT), two(r.MeanTPOT), two(r.MeanITL), two(r.MeanE2EL),
			two(r.MaxOutputTokensPerS), r.MaxConcurrentRequests)
		if got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if r.Status != "" || r.Validity != "" || r.Hash != "" || r.Seed != nil || r.RequestGoodput != nil || r.Definitions != "vllm-0.32" {
			t.Errorf("%s claims more than vLLM's file says: %+v", r.Case, r)
		}
	}
}

func two(v *float64) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprintf("%.2f", *v)
}

func whole(v *int) string {
	if v == nil {
		return "-"
	}
	return fmt.Sprint(*v)
}

func TestForeignLengths(t *testing.T) {
	for _, tt := range []struct {
		name, file, keys string
		want             string
	}{
		{"the sweep script's name", "bench_io256x128_mc1_np10", "", "256x128"},
		{"a name with more axes", "bench_io256x128_mc1_np10_rate4", "", "256x128"},
		{"equal arrays", "x", `,"input_lens":[7,7],"output_lens":[3,3]`, "7x3"},
		{"arrays that differ", "x", `,"input_lens":[7,8],"output_lens":[3,4]`, "-x-"},
		{"40 ÷ 4 is whole, 10 ÷ 4 is not", "x", "", "10x-"},
	} {
		path := filepath.Join(t.TempDir(), tt.file+".json")
		write(t, path, strings.TrimSuffix(minimal, "}")+tt.keys+"}")
		rows, broken := Load([]string{path})
		if len(broken) > 0 || len(rows) != 1 {
			t.Fatalf("%s: %v", tt.name, broken)
		}
		if got := whole(rows[0].InputLen) + "x" + whole(rows[0].OutputLen); got != tt.want || rows[0].Case != tt.file {
			t.Errorf("%s: %s of case %s, want %s of %s", tt.name, got, rows[0].Case, tt.want, tt.file)
		}
	}
}

func TestLoadFolder(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"bench_io1024x1_mc2_np1.json", "bench_io256x1_mc10_np1.json", "bench_io256x1_mc2_np1.json", "mine.json",
		".run/bench_x.json", "history/20261122T183602Z/bench_x.json", ".bench_y.json",
	} {
		write(t, filepath.Join(dir, name), minimal)
	}
	alone := filepath.Join(t.TempDir(), "alone.json")
	write(t, alone, minimal)
	write(t, filepath.Join(dir, "package.json"), `{"name":"x"}`)
	write(t, filepath.Join(dir, "bench_other.json"), `{"name":"x"}`)
	write(t, filepath.Join(dir, "bench_cut.json"), minimal[:50])
	write(t, filepath.Join(dir, "notes.txt"), "x")
	rows, broken := Load([]string{dir, filepath.Join(dir, "none.json"), filepath.Join(dir, "package.json"), filepath.Join(dir, "mine.json"), alone})
	want := []string{"bench_io256x1_mc2_np1", "bench_io256x1_mc10_np1", "bench_io1024x1_mc2_np1", "mine", "alone"}
	if diff := cmp.Diff(want, cases(rows)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	var named []string
	for _, err := range broken {
		for _, name := range []string{"bench_cut.json", "bench_other.json", "none.json", "package.json"} {
			if strings.Contains(err.Error(), name) {
				named = append(named, name)
			}
		}
	}
	if want := []string{"bench_cut.json", "bench_other.json", "none.json", "package.json"}; !slices.Equal(named, want) || len(broken) != 4 {
		t.Errorf("broken %v; want one each of %v", broken, want)
	}
}

func cases(rows []Row) []string {
	var names []string
	for _, r := range rows {
		names = append(names, r.Case)
	}
	return names
}

func TestNaturalOrder(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"mc2", "mc10", -1},
		{"io1024", "io256", 1},
		{"a1b10", "a1b9", 1},
		{"a", "a1", -1},
		{"a01", "a1", 0},
		{"a", "b", -1},
		{"x", "x", 0},
		{"", "a", -1},
		{"bench_io256x256_mc1_np10", "bench_io256x256_mc1_np10_run2", -1},
	} {
		if got, back := natural(tt.a, tt.b), natural(tt.b, tt.a); got != tt.want || back != -tt.want {
			t.Errorf("%s, %s: %d and %d back, want %d", tt.a, tt.b, got, back, tt.want)
		}
	}
}

// ownRun writes a run of three cases, of which the last failed and has no figures.
func ownRun(t *testing.T) (dir string, run runlog.Run) {
	t.Helper()
	dir = t.TempDir()
	d, err := runlog.Open(dir)
	check(t, err)
	defer d.Close()
	for i, load := range [][2]int{{10, 20}, {2, 4}, {1, 2}} {
		run.Cases = append(run.Cases, runlog.Case{
			Name: fmt.Sprintf("bench_io256x128_mc%d_np%d", load[0], load[1]), Hash: fmt.Sprintf("hash%d", i), Seed: 1 << 63, Attempt: 1,
			Axes: runlog.Axes{
				InputLen: 256, OutputLen: 128, MaxConcurrency: load[0], NumPrompts: load[1], RequestRate: runlog.Inf(),
				Dataset: "random", Server: "TP2", Repeat: 1, More: map[string]string{"zone": "b", "kv": "fp8"},
			},
		})
	}
	check(t, d.Begin(run))
	for i, c := range run.Cases {
		s, info := metrics.Summary{Percentiles: []float64{50, 90, 95, 99}, Sent: c.Axes.NumPrompts}, runlog.Info{
			Date: time.Date(2026, 11, 22, 18, 36, 2, 0, time.UTC), Model: "tiny, model", Backend: "openai",
			TokenizerID: "builtin:qwen3", Status: runlog.StatusFailed, Labels: map[string]string{"git": "459f43c", "image": "a"},
		}
		s.Duration, s.RequestThroughput, s.OutputThroughput, s.TotalTokenThroughput = math.NaN(), math.NaN(), math.NaN(), math.NaN()
		s.Validity = metrics.Validity{Verdict: "invalid", Reasons: []string{"no request completed", "server restarted"}}
		if i < 2 {
			measured(&s, c.Axes.NumPrompts)
			info.Status = runlog.StatusMeasured
		} else {
			s.Failed = c.Axes.NumPrompts
		}
		w, err := d.NewCase(c, runlog.RecordsNone)
		check(t, err)
		check(t, w.Finish(runlog.NewCaseFile(c, s, info)), w.Close())
	}
	return dir, run
}

func measured(s *metrics.Summary, n int) {
	d := func(base float64) metrics.Dist {
		return metrics.Dist{N: n, Mean: base, Median: base + 0.125, Std: 0.5, P: []float64{base + 0.125, base + 1, base + 2, base + 3}}
	}
	s.Completed, s.Duration, s.InputTokens, s.OutputTokens = n, 2, int64(n)*256, int64(n)*128
	s.RequestThroughput, s.OutputThroughput, s.TotalTokenThroughput = float64(n)/2, float64(n)*64, float64(n)*192
	s.TTFT, s.TPOT, s.ITL, s.E2EL = d(10), d(20), d(30), d(40)
	s.Goodput = &metrics.Goodput{Requests: n / 2, PerSecond: float64(n) / 4, Share: 0.5}
	s.MaxOutputTokensPerS, s.MaxConcurrentRequests = 99, n
	s.SteadyState = &metrics.SteadyState{RequestThroughput: 3, OutputThroughput: 4, TotalTokenThroughput: 5, MeanInFlight: 6, LittleResidual: 0.01}
	s.Client = metrics.Client{KernelStamps: true, LagP99: 0.02, SendP99: 0.03}
	s.Lengths = metrics.Lengths{InputAsked: 256, OutputAsked: 128, InputWorst: 0, OutputWorst: 1}
	s.Validity = metrics.Validity{Verdict: "valid"}
}

func TestPlanOrdersAndFilters(t *testing.T) {
	dir, run := ownRun(t)
	write(t, filepath.Join(dir, "bench_io1x1_mc1_np1.json"), minimal) // of no plan
	rows, broken := Load([]string{dir})
	want := []string{"bench_io256x128_mc10_np20", "bench_io256x128_mc2_np4", "bench_io256x128_mc1_np2"}
	if diff := cmp.Diff(want, cases(rows)); diff != "" || len(broken) > 0 {
		t.Errorf("rows (-want +got):\n%s broken %v", diff, broken)
	}
	// The config changed and the run was resumed: what was not run again does not count.
	run.Cases[0].Hash = "another"
	d, err := runlog.Open(dir)
	check(t, err)
	check(t, d.Update(run), d.Close())
	rows, _ = Load([]string{dir})
	if diff := cmp.Diff(want[1:], cases(rows)); diff != "" {
		t.Errorf("after a changed config (-want +got):\n%s", diff)
	}
	write(t, filepath.Join(dir, ".run", "run.json"), "{")
	rows, broken = Load([]string{dir})
	if len(rows) != 4 || len(broken) != 1 || !strings.Contains(broken[0].Error(), "run.json") {
		t.Errorf("damaged manifest: %d rows, %v; want all 4, and its name", len(rows), broken)
	}
}
