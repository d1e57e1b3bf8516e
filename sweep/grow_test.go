package sweep

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// A grownRun is a growth without a server: what each case measures is a function of
// its load, and its file says just that.
type grownRun struct {
	*growth
	tb testing.TB
}

// growOn begins a run of the config in a folder, or goes on with it.
func growOn(tb testing.TB, c *plan.Config, dir string) *grownRun {
	tb.Helper()
	d, err := runlog.Open(dir)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { d.Close() })
	r := &Runner{Config: c, plan: c.Cases(), hashed: map[*plan.Config]hashedConfig{}, dir: d}
	for _, pc := range r.plan {
		r.hashed[pc.Config] = hashedConfig{*pc.Config, "tokens"}
	}
	r.inputs = newInputSet(r.plan, nil, nil)
	for i := range r.plan {
		if r.plan[i].Hash, err = r.hashOf(&r.plan[i]); err != nil {
			tb.Fatal(err)
		}
	}
	r.leave.stop = newStopWhen(c, r.plan, nil, dir, nil)
	g := r.newGrowth(d)
	r.growth = g
	old, err := d.Run()
	if err == nil && old != nil {
		err = g.recall()
	}
	if err != nil {
		tb.Fatal(err)
	}
	r.run = runlog.Run{Cases: plan.Listed(r.plan)}
	write := d.Update
	if old == nil {
		write = d.Begin
	}
	if err := write(r.run); err != nil {
		tb.Fatal(err)
	}
	return &grownRun{g, tb}
}

// measure runs at most n cases, and returns how many there were.
func (g *grownRun) measure(n int) (ran int) {
	g.tb.Helper()
	for ran < n {
		cases, err := g.grow()
		if err != nil {
			g.tb.Fatal(err)
		}
		if len(cases) == 0 {
			return ran
		}
		for _, pc := range cases {
			f := toldCase{p99: 10 * float64(pc.MaxConcurrency)}.file(pc)
			w, err := g.dir.NewCase(pc.Case, runlog.RecordsNone)
			if err == nil {
				err = w.Finish(f)
			}
			if err != nil {
				g.tb.Fatal(err)
			}
			w.Close()
			g.heard(pc, f)
			ran++
		}
	}
	return ran
}

// searchesOf is a config with n searches, of which each finds 16 of 1 to 32 in
// flight in 9 cases.
func searchesOf(tb testing.TB, n int) *plan.Config {
	tb.Helper()
	values := make([]string, n)
	for i := range values {
		values[i] = strconv.Itoa(i + 1)
	}
	c, err := plan.Parse("c.yaml", []byte(searchBase+"search: {vary: max_concurrency, slo: {p99_ttft_ms: 165}, max: 32, precision: 0.05, repeats: 1}\n"+
		"matrix: {sampling.top_k: ["+strings.Join(values, ", ")+"]}\n"), testEnv(nil))
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

// A run of many searches that is killed has nearly all of its cases in the manifest,
// and when it is gone on with all of them: none is measured again.
func TestGrowGoesOn(t *testing.T) {
	const searches, each, before = 20, 9, 130
	c, dir := searchesOf(t, searches), t.TempDir()
	inManifest := func() int {
		run, err := runlog.ReadRun(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(run.Cases)
	}
	g := growOn(t, c, dir)
	if ran := g.measure(before); ran != before {
		t.Fatalf("%d cases ran, want %d", ran, before)
	}
	planned := len(g.r.plan) // the searches to come with their first case each
	if n := inManifest(); planned-n < 1 || planned-n > planned/64 {
		t.Errorf("%d of %d cases in the manifest, want it behind by 1 or 2", n, planned)
	}
	if err := g.dir.Close(); err != nil { // as a kill does
		t.Fatal(err)
	}
	g = growOn(t, c, dir)
	if n := inManifest(); n != planned {
		t.Errorf("%d cases in the manifest after the kill, want %d", n, planned)
	}
	if ran := g.measure(1000); ran != searches*each-before {
		t.Errorf("%d cases ran after the kill, want %d", ran, searches*each-before)
	}
	if err := g.note(true); err != nil {
		t.Fatal(err)
	}
	if n := inManifest(); n != searches*each {
		t.Errorf("%d cases in the manifest at the end, want %d", n, searches*each)
	}
	for _, res := range g.results().Searches {
		if !res.Done || res.Meets != 16 {
			t.Errorf("%s", res.Text)
		}
	}
}

// BenchmarkGrow is what it takes to decide on the cases of many searches, to plan
// them and to note them down.
func BenchmarkGrow(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprintf("%d searches", n), func(b *testing.B) {
			c := searchesOf(b, n)
			for b.Loop() {
				dir, err := os.MkdirTemp("/dev/shm", "llmsweep-grow-")
				if err != nil {
					b.Skip(err)
				}
				g := growOn(b, c, dir)
				ran := g.measure(1 << 30)
				found := g.results().Searches
				if len(found) != n || !strings.Contains(found[n-1].Text, "16 in flight meets") {
					b.Errorf("%d searches, %s", len(found), found[len(found)-1].Text)
				}
				b.ReportMetric(float64(ran), "cases")
				os.RemoveAll(dir)
			}
		})
	}
}

// A run that was broken off says that its search goes on; the manifest has what was
// added until then.
func TestGoingOnWithASearch(t *testing.T) {
	b := newBench(t, "input_output: [[8, 8]]\nresults_dir: DIR/out\nsearch: {vary: max_concurrency, slo: {p99_ttft_ms: 60000}, max: 4, prompts: 2x}\n")
	b.breakOff(2)
	if n := len(b.manifest("out").Cases); n != 2 {
		t.Errorf("%d cases in the manifest, want 2", n)
	}
	out := b.wantRun()
	if want := "going on: 1 of 1 cases stay as they are, 0 to run, and those that are still to be added"; !b.said(want) {
		t.Errorf("%q, want %q", b.notes, want)
	}
	if len(b.ran) != 2 || len(out.Searches) != 1 || out.Searches[0].Meets != 4 {
		t.Errorf("ran %v, %+v", b.ran, out.Searches)
	}
}
