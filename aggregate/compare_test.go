package aggregate

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// sideOf has a row a value of p99_ttft_ms and output_throughput, a repeat each.
func sideOf(name string, change func(*Row), values ...float64) *Side {
	s := &Side{Name: name, Path: name}
	for i, v := range values {
		in, mc, repeat, x, thr := 256, 8, i+1, v, 1e5/v
		r := Row{
			Case: "bench_io256x128_mc8_np80_run" + string(rune('1'+i)), Model: "m", InputLen: &in, MaxConcurrency: &mc, NumPrompts: 80,
			RequestRate: "inf", Dataset: "random", Repeat: &repeat, Status: runlog.StatusMeasured, Validity: metrics.Valid,
			Definitions: runlog.DefinitionsOurs, P99TTFT: &x, OutputThroughput: &thr,
		}
		if change != nil {
			change(&r)
		}
		s.Rows = append(s.Rows, r)
	}
	return s
}

func compare(t *testing.T, o CompareOptions, sides ...*Side) *Comparisons {
	t.Helper()
	all, err := Compare(sides, o)
	check(t, err)
	return all
}

func gates(t *testing.T, texts ...string) (o CompareOptions) {
	t.Helper()
	for _, text := range texts {
		g, err := runlog.ParseGate(text)
		check(t, err)
		o.Gates = append(o.Gates, g)
	}
	return o
}

func (c *Comparison) figure(t *testing.T, metric string) *Change {
	t.Helper()
	for i := range c.Cases[0].Changes {
		if ch := &c.Cases[0].Changes[i]; ch.Metric == metric {
			return ch
		}
	}
	t.Fatalf("no %s", metric)
	return nil
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*math.Max(1, math.Abs(want)) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// By hand: logarithms of e², e³, e⁴ are 2, 3, 4, and 4, 5, 6 on the other side: a
// difference of 2, each with variance 1, so SE = √(2/3), 4 degrees of freedom,
// t = 2.449, two-sided p = 0.07048 (tables of Student's t), t₀.₉₇₅ = 2.77645.
func TestChangeByHand(t *testing.T) {
	e := math.Exp
	c := compare(t, CompareOptions{}, sideOf("a", nil, e(2), e(3), e(4)), sideOf("b", nil, e(4), e(5), e(6))).Pairs[0]
	ch := c.figure(t, "p99_ttft_ms")
	near(t, "share", ch.Share, e(2)-1)
	near(t, "old", ch.Old, (e(2)+e(3)+e(4))/3)
	if math.Abs(ch.P-0.07048) > 1e-5 || ch.By != ByWelch {
		t.Errorf("p %v by %s, want 0.07048 by Welch", ch.P, ch.By)
	}
	half := 2.7764451 * math.Sqrt(2.0/3)
	if math.Abs(math.Log1p(ch.Low)-(2-half)) > 1e-6 || math.Abs(math.Log1p(ch.High)-(2+half)) > 1e-6 {
		t.Errorf("interval %v … %v of the logarithm, want 2 ± %v", math.Log1p(ch.Low), math.Log1p(ch.High), half)
	}
	near(t, "Mann–Whitney, one tie", ch.RankP, 0.2)
}

// Repeats that drift alike hide a change of 2 % from Welch's test, not from pairs.
func TestPairedSeesThroughDrift(t *testing.T) {
	a, b := sideOf("a", nil, 100, 120, 150, 200), sideOf("b", nil, 102, 122.5, 152.8, 204.2)
	if ch := compare(t, CompareOptions{}, a, b).Pairs[0].figure(t, "p99_ttft_ms"); ch.P < 0.5 {
		t.Errorf("Welch: p %v", ch.P)
	}
	ch := compare(t, CompareOptions{Paired: true}, a, b).Pairs[0].figure(t, "p99_ttft_ms")
	if ch.P > 1e-4 || ch.By != ByPaired || ch.Verdict() != VerdictWorse {
		t.Errorf("paired: p %v by %s, %s", ch.P, ch.By, ch.Verdict())
	}
	// A repeat that one side does not have has no pair.
	b.Rows = b.Rows[1:]
	ch = compare(t, CompareOptions{Paired: true}, a, b).Pairs[0].figure(t, "p99_ttft_ms")
	near(t, "old mean of the pairs", ch.Old, (120.0+150+200)/3)
}

func TestOneRunAgainstSeveral(t *testing.T) {
	five := []float64{100, 101, 99, 100.5, 99.5}
	for _, tt := range []struct {
		old, new []float64
		verdict  string
	}{{five, []float64{120}, VerdictWorse}, {[]float64{120}, five, VerdictBetter}, {five, []float64{101}, ""}} {
		ch := compare(t, CompareOptions{}, sideOf("a", nil, tt.old...), sideOf("b", nil, tt.new...)).Pairs[0].figure(t, "p99_ttft_ms")
		if ch.By != ByOne || ch.Verdict() != tt.verdict || !math.IsNaN(ch.RankP) {
			t.Errorf("%v → %v: %s by %s, want %q", tt.old, tt.new, ch.Verdict(), ch.By, tt.verdict)
		}
	}
}

// What cannot be tested says why, and is no change.
func TestChangesThatCannotBeTested(t *testing.T) {
	undefined := func(r *Row) { r.P99TTFT = nil }
	for _, tt := range []struct {
		a, b *Side
		why  string
	}{
		{sideOf("a", nil, 1), sideOf("b", nil, 2), "one run, and no records beside a CSV: name the results folder"},
		{sideOf("a", undefined, 1, 2), sideOf("b", nil, 1, 2), "undefined in BASE"},
		{sideOf("a", nil, 1, 2), sideOf("b", undefined, 1, 2), "undefined in NEW"},
		{sideOf("a", nil, 0, 2), sideOf("b", nil, 1, 2), "a value is 0, of which there is no change in per cent"},
	} {
		ch := compare(t, CompareOptions{}, tt.a, tt.b).Pairs[0].figure(t, "p99_ttft_ms")
		if ch.Why != tt.why || !math.IsNaN(ch.P) || ch.Verdict() != "" {
			t.Errorf("%q, p %v, %s; want %q", ch.Why, ch.P, ch.Verdict(), tt.why)
		}
	}
}

// What differs between the sides as a whole is what is compared; what varies within
// one tells its cases apart.
func TestMatching(t *testing.T) {
	model := func(name string) func(*Row) { return func(r *Row) { r.Model = name } }
	mc := func(n int) func(*Row) { return func(r *Row) { r.MaxConcurrency = &n; r.Case = "bench_mc" + cell(&n) } }
	join := func(sides ...*Side) *Side {
		all := &Side{Name: sides[0].Name, Path: sides[0].Path}
		for _, s := range sides {
			all.Rows = append(all.Rows, s.Rows...)
		}
		return all
	}
	for name, tt := range map[string]struct {
		a, b              *Side
		cases             int
		onlyA, onlyB, was []string
	}{
		"another model": {a: sideOf("a", model("x"), 1, 2), b: sideOf("b", model("y"), 1, 2), cases: 1, was: []string{"model x → y"}},
		"two models, one of them gone": {
			a: join(sideOf("a", model("x"), 1, 2), sideOf("a", model("y"), 1, 2)), b: sideOf("b", model("y"), 1, 2),
			cases: 1, onlyA: []string{"io256x128_mc8_np80"},
		},
		"another load beside": {
			a: sideOf("a", nil, 1, 2), b: join(sideOf("b", nil, 1, 2), sideOf("b", mc(16), 3)), cases: 1, onlyB: []string{"mc16"},
		},
		"no dataset told": {a: sideOf("a", func(r *Row) { r.Dataset = "" }, 1, 2), b: sideOf("b", nil, 1, 2), cases: 1},
	} {
		c := compare(t, CompareOptions{}, tt.a, tt.b).Pairs[0]
		if len(c.Cases) != tt.cases || !cmp.Equal(c.OnlyBase, tt.onlyA) || !cmp.Equal(c.OnlyNew, tt.onlyB) || !cmp.Equal(c.Changed, tt.was) {
			t.Errorf("%s: %d cases, only %v and %v, changed %v", name, len(c.Cases), c.OnlyBase, c.OnlyNew, c.Changed)
		}
	}
	_, err := Compare([]*Side{sideOf("a", mc(1), 1), sideOf("b", mc(2), 1)}, CompareOptions{})
	if !errors.Is(err, ErrNothingMatched) || !strings.Contains(err.Error(), "a has mc1 (input 256, concurrency 1, prompts 80, rate inf, dataset random); b has mc2 (input 256, concurrency 2") {
		t.Errorf("nothing in common: %v", err)
	}
	_, err = Compare([]*Side{sideOf("a", nil, 1), sideOf("b", func(r *Row) { r.Dataset = "sonnet" }, 1)}, CompareOptions{})
	if !errors.Is(err, ErrNothingMatched) {
		t.Errorf("another dataset: %v", err)
	}
	_, err = Compare([]*Side{sideOf("a", nil, 1), sideOf("b", func(r *Row) { r.Definitions = runlog.DefinitionsVLLM }, 1)}, CompareOptions{})
	if err == nil || !strings.Contains(err.Error(), "a has llmsweep-1, b has vllm-0.32; with --definitions vllm") {
		t.Errorf("other definitions: %v", err)
	}
	_, err = Compare([]*Side{sideOf("a", nil, 1), sideOf("b", func(r *Row) { r.Definitions = "" }, 1)}, CompareOptions{})
	if err == nil || !strings.Contains(err.Error(), "b does not tell by which definitions its figures are") {
		t.Errorf("no definitions: %v", err)
	}
}

func TestResolve(t *testing.T) {
	dir := t.TempDir()
	manifest := func(sub string, complete bool) {
		text := `{"schema":1,"complete":false,"cases":[]}`
		if complete {
			text = strings.Replace(text, "false", "true", 1)
		}
		write(t, filepath.Join(dir, sub, ".run", "run.json"), text)
	}
	if _, _, err := Resolve(Latest, dir); err == nil || !strings.Contains(err.Error(), "there are 0 runs") {
		t.Errorf("nothing there: %v", err)
	}
	older, newer := filepath.Join("history", "20261120T000000Z"), filepath.Join("history", "20261121T000000Z")
	manifest(older, true)
	manifest(newer, true)
	manifest("", true)
	for _, tt := range []struct{ name, want string }{{Latest, ""}, {Prev, newer}} {
		if got, note, err := Resolve(tt.name, dir); err != nil || note != "" || got != filepath.Join(dir, tt.want) {
			t.Errorf("complete: %s is %s, %q, %v", tt.name, got, note, err)
		}
	}
	manifest("", false) // a run that is under way
	for _, tt := range []struct{ name, want string }{{Latest, newer}, {Prev, older}} {
		if got, note, err := Resolve(tt.name, dir); err != nil || !strings.Contains(note, "not complete") || got != filepath.Join(dir, tt.want) {
			t.Errorf("not complete: %s is %s, %q, %v", tt.name, got, note, err)
		}
	}
	if got, _, err := Resolve("some/folder", dir); err != nil || got != "some/folder" {
		t.Errorf("a path: %s, %v", got, err)
	}
	if _, _, err := Resolve("@last", dir); err == nil || !strings.Contains(err.Error(), "want @prev, @latest or a path") {
		t.Errorf("@last: %v", err)
	}
}

// Single runs with records are told apart by their requests, throughput is not.
func TestBootstrapOfSingleRuns(t *testing.T) {
	sample := filepath.Join("..", "results", "sample")
	s, broken, err := ReadSide("sample", sample, false)
	check(t, err, errors.Join(broken...))
	s.Rows = slices.DeleteFunc(s.Rows, func(r Row) bool { return *r.Repeat > 1 })
	c := compare(t, CompareOptions{}, s, s).Pairs[0]
	if len(c.Cases) != 6 {
		t.Fatalf("%d cases", len(c.Cases))
	}
	ch := c.figure(t, "mean_ttft_ms")
	if ch.By != ByBootstrap || ch.P != 1 || ch.Share != 0 || !(ch.Low < 0 && ch.High > 0) {
		t.Errorf("a run with itself: %+v", ch)
	}
	if ch := c.figure(t, "output_throughput"); ch.By != "" || !strings.Contains(ch.Why, "one run, and only repeats tell") {
		t.Errorf("throughput: by %q, %s", ch.By, ch.Why)
	}
	// The bootstrap's standard error of a mean is near σ/√n of its requests.
	r := &s.Rows[5] // 32 requests
	records, err := recordsOf(r.File)
	check(t, err)
	var ttfts []float64
	for i := range records {
		if ms, ok := metrics.TTFT(&records[i]); ok && !records[i].Warmup {
			ttfts = append(ttfts, ms)
		}
	}
	want := *r.StdTTFT / math.Sqrt(float64(len(ttfts))) / *r.MeanTTFT
	if se, err := r.spreadOf("mean_ttft_ms"); err != nil || math.Abs(se/want-1) > 0.1 {
		t.Errorf("standard error %v, %v; want near %v of %d requests", se, err, want, len(ttfts))
	}
}

// The same from the arrays that vLLM writes, where there are no records.
func TestBootstrapOfArrays(t *testing.T) {
	f, err := os.ReadFile(filepath.Join("testdata", "detailed.json"))
	check(t, err)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.json"), string(f))
	s, broken, err := ReadSide("a", filepath.Join(dir, "a.json"), false)
	check(t, err, errors.Join(broken...))
	for _, metric := range []string{"mean_ttft_ms", "median_tpot_ms", "p99_itl_ms", "mean_e2el_ms"} {
		if se, err := s.Rows[0].spreadOf(metric); err != nil || !(se > 0) {
			t.Errorf("%s: %v, %v", metric, se, err)
		}
	}
}

// What a figure is to be read with: the sides' worse verdict, which no word in a reason
// can change, and the fewest requests where a percentile needs more.
func TestDoubtsOfAFigure(t *testing.T) {
	few := func(verdict string, completed int) func(*Row) {
		return func(r *Row) {
			r.Validity, r.ValidityReasons, r.Completed = verdict, `1 request failed: http_4xx: "invalid model"`, completed
		}
	}
	o := gates(t, "p99_ttft_ms > +5%", "p99_ttft_ms > 50", "output_throughput < -5%")
	all := compare(t, o, sideOf("a", few(metrics.Suspect, 700), 10, 11, 12), sideOf("b", few(metrics.Valid, 80), 20, 21, 22))
	c := all.Pairs[0]
	if got, want := c.figure(t, "p99_ttft_ms").Doubt, "suspect; from 80 requests, 662 needed"; got != want {
		t.Errorf("p99: %q, want %q", got, want)
	}
	if got := c.figure(t, "output_throughput").Doubt; got != "suspect" {
		t.Errorf("throughput: %q, want suspect", got)
	}
	var told []string
	for _, g := range all.Gates {
		told = append(told, g.Doubt)
	}
	if want := []string{"suspect; from 80 requests, 662 needed", "from 80 requests, 662 needed", "suspect"}; !slices.Equal(told, want) {
		t.Errorf("gates: %q, want %q", told, want)
	}
	c = compare(t, CompareOptions{}, sideOf("a", few(metrics.Suspect, 700), 10, 11), sideOf("b", few(metrics.Invalid, 700), 20, 21)).Pairs[0]
	if got := c.figure(t, "p99_ttft_ms").Doubt; got != "invalid" {
		t.Errorf("of suspect and invalid: %q, want invalid", got)
	}
}
