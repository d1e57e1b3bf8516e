package plan

import (
	"math"
	"slices"
	"testing"
	"time"

	"llmsweep/dataset"
)

func names(cases []Case) []string {
	var ns []string
	for _, p := range cases {
		ns = append(ns, p.Name)
	}
	return ns
}

// The names that the Python script's users parse already; input_output is the
// outer axis.
func TestPlanGrid(t *testing.T) {
	want := []string{
		"bench_io256x256_mc1_np10", "bench_io256x256_mc4_np40", "bench_io256x256_mc16_np160", "bench_io256x256_mc64_np640",
		"bench_io1024x256_mc1_np10", "bench_io1024x256_mc4_np40", "bench_io1024x256_mc16_np160", "bench_io1024x256_mc64_np640",
		"bench_io4096x512_mc1_np10", "bench_io4096x512_mc4_np40", "bench_io4096x512_mc16_np160", "bench_io4096x512_mc64_np640",
	}
	cases := read(t, "testdata/config/grid.yaml", testEnv(nil)).Cases()
	if got := names(cases); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	p := cases[7]
	if p.Input != 1024 || p.Output != 256 || p.MaxConcurrency != 64 || p.NumPrompts != 640 || !math.IsInf(p.Rate, 1) || p.Warmup != 64 {
		t.Errorf("case 8: %+v", p)
	}
	if a := p.Axes; a.InputLen != 1024 || a.OutputLen != 256 || a.MaxConcurrency != 64 || a.NumPrompts != 640 || a.Dataset != "random" || a.Repeat != 1 || !math.IsInf(float64(a.RequestRate), 1) {
		t.Errorf("axes of case 8: %+v", a)
	}
	if p.Attempt != 1 || p.Hash != "" || p.Seed != dataset.CaseSeed(0, p.Name, 1) {
		t.Errorf("case 8: attempt %d, hash %q, seed %d", p.Attempt, p.Hash, p.Seed)
	}
}

// Repeats are outermost, rates innermost; an axis of one value is in no name.
func TestPlanOrder(t *testing.T) {
	for _, tt := range []struct {
		name string
		more string
		want []string
	}{
		{"one rate, one repeat", "request_rate: 4", []string{"bench_io1x1_mc1_np1"}},
		{"rates", "request_rate: [4, 0.5, inf]", []string{
			"bench_io1x1_mc1_np1_rate4", "bench_io1x1_mc1_np1_rate0.5", "bench_io1x1_mc1_np1_rateinf",
		}},
		{"large and small rates have no exponent", "request_rate: [1e6, 0.001]", []string{
			"bench_io1x1_mc1_np1_rate1000000", "bench_io1x1_mc1_np1_rate0.001",
		}},
		{"repeats", "repeats: 2", []string{"bench_io1x1_mc1_np1_run1", "bench_io1x1_mc1_np1_run2"}},
		{"both", "repeats: 2\nrequest_rate: [1, 2]", []string{
			"bench_io1x1_mc1_np1_rate1_run1", "bench_io1x1_mc1_np1_rate2_run1",
			"bench_io1x1_mc1_np1_rate1_run2", "bench_io1x1_mc1_np1_rate2_run2",
		}},
	} {
		if got := names(parse(t, tt.more).Cases()); !slices.Equal(got, tt.want) {
			t.Errorf("%s\ngot  %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

// No two cases draw the same prompts.
func TestPlanSeeds(t *testing.T) {
	seen := map[uint64]string{}
	for _, p := range read(t, "testdata/config/everything.yaml", testEnv(everythingEnv)).Cases() {
		if other, twice := seen[p.Seed]; twice {
			t.Errorf("%s and %s share the seed %d", other, p.Name, p.Seed)
		}
		seen[p.Seed] = p.Name
	}
	if len(seen) != 6 { // 3 rates × 2 repeats
		t.Errorf("%d cases, want 6", len(seen))
	}
}

// auto = min(max concurrency, number of prompts, 256).
func TestWarmupCount(t *testing.T) {
	for _, tt := range []struct {
		w    Warmup
		load Load
		want int
	}{
		{Warmup{Auto: true}, Load{8, 100}, 8},
		{Warmup{Auto: true}, Load{100, 8}, 8},
		{Warmup{Auto: true}, Load{1000, 2000}, 256},
		{Warmup{Requests: 3}, Load{8, 100}, 3},
		{Warmup{}, Load{8, 100}, 0},
		{Warmup{For: time.Minute}, Load{8, 100}, 0}, // by time
	} {
		if got := tt.w.count(tt.load); got != tt.want {
			t.Errorf("%+v at %+v: %d, want %d", tt.w, tt.load, got, tt.want)
		}
	}
}

// A trace's times are a schedule, as a rate is; its lengths alone are none.
func TestPlanOfReplay(t *testing.T) {
	for _, tt := range []struct {
		dataset string
		open    bool
		axis    string
	}{
		{"{type: trace, path: f, speed: 2.5}", true, "times x2.5"},
		{"{type: trace, path: f, replay: lengths}", false, ""},
	} {
		c, err := Parse("c.yaml", []byte(ownBase+"dataset: "+tt.dataset+"\n"), testEnv(nil))
		if err != nil {
			t.Fatal(err)
		}
		if p := c.Cases()[0]; p.OpenLoop() != tt.open || c.open() != tt.open || p.Axes.More["replay"] != tt.axis {
			t.Errorf("%s: open %v and %v, axes %v", tt.dataset, p.OpenLoop(), c.open(), p.Axes.More)
		}
	}
}

// Fewer prompts than the cap are allowed, and said.
func TestNotes(t *testing.T) {
	c := parse(t, "", "concurrency_prompts=[[8, 8], [16, 4]]")
	want := []string{"concurrency_prompts [16, 4]: with 4 prompts no more than 4 are ever in flight"}
	if got := c.Notes(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
