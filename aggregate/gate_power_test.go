package aggregate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"llmsweep/runlog"
)

// A trial is a comparison that is simulated many times: some of the cases are
// truly slower by 10 %, and repeats differ by lognormal noise of 3 %.
type trial struct {
	cases, metrics, slow, repeats int
	tolerance                     string
	fails                         func(share float64) bool // what is promised; nil = nothing
	promise                       string
}

const (
	simulatedRuns = 1000
	noise         = 0.03
	slowdown      = 0.10
)

func trials() []trial {
	atMost := func(x float64) func(float64) bool { return func(share float64) bool { return share <= x } }
	atLeast := func(x float64) func(float64) bool { return func(share float64) bool { return share >= x } }
	return []trial{
		{1, 1, 0, 5, "+5%", atMost(0.01), "≤ 1 %"},
		{1, 1, 1, 5, "+5%", atLeast(0.95), "≥ 95 %"},
		{12, 1, 0, 5, "+5%", atMost(0.01), "≤ 1 %"},
		{12, 1, 12, 5, "+5%", atLeast(0.95), "≥ 95 %"},
		{12, 1, 1, 5, "+5%", atLeast(0.60), "≥ 60 %"},
		{12, 3, 0, 5, "+5%", atMost(0.01), "≤ 1 %"},
		{12, 3, 1, 5, "+5%", nil, ""},
		{12, 3, 1, 8, "+5%", atLeast(0.80), "≥ 80 %"},
		{1, 1, 0, 5, "0%", atMost(0.03), "≤ 2 % (the level)"},
		{1, 1, 1, 3, "+5%", nil, ""},
		{1, 1, 0, 3, "+5%", atMost(0.02), "≤ 2 %"},
	}
}

// outcome is how often a trial's gate broke, how often it could not tell, and how
// many repeats it then asked for.
type outcome struct {
	broken, unknown float64
	asked           []int
}

func (tr trial) run(t *testing.T, seed uint64) (o outcome) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 20261122))
	names := []string{"p99_ttft_ms", "mean_tpot_ms", "mean_e2el_ms"}[:tr.metrics]
	for range simulatedRuns {
		var all []GateResult
		for c := range tr.cases {
			for m, name := range names {
				g, err := runlog.ParseGate(name + " > " + tr.tolerance)
				check(t, err)
				truth := 0.0
				if c < tr.slow && m == 0 {
					truth = slowdown
				}
				ch := changeOf(name, draw(rng, tr.repeats, 0), draw(rng, tr.repeats, truth))
				r := GateResult{Gate: g, Outcome: GateUnknown, P: math.NaN()}
				r.relative(&ch)
				all = append(all, r)
			}
		}
		decide(all)
		switch Worst(all) {
		case GateBroken:
			o.broken += 1.0 / simulatedRuns
		case GateUnknown:
			o.unknown += 1.0 / simulatedRuns
		}
		for _, r := range all {
			if r.Outcome == GateUnknown {
				o.asked = append(o.asked, r.Repeats)
			}
		}
	}
	slices.Sort(o.asked)
	return o
}

// draw are the repeats of a figure of 100 ms, slower by a share.
func draw(rng *rand.Rand, n int, slower float64) []float64 {
	xs := make([]float64, n)
	for i := range xs {
		xs[i] = 100 * (1 + slower) * math.Exp(noise*rng.NormFloat64())
	}
	return xs
}

// TestGateIsAsGoodAsItsDocs simulates the gate and holds it to what is promised;
// docs/gate.md shows the very table. It is written there by -update.
func TestGateIsAsGoodAsItsDocs(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of simulated runs")
	}
	var table strings.Builder
	table.WriteString("| cases × metrics gated | truly slower by 10 % | repeats | tolerance | gate breaks | wanted | cannot tell | repeats it then asks for (median) |\n")
	table.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for i, tr := range trials() {
		o := tr.run(t, uint64(i))
		asked, slow, wanted := "–", "none", "–"
		if n := len(o.asked); n > 0 {
			asked = fmt.Sprint(o.asked[n/2])
		}
		switch {
		case tr.slow == tr.cases && tr.cases > 1:
			slow = "all cases"
		case tr.slow > 0:
			slow = fmt.Sprintf("%d of %d", tr.slow, tr.cases*tr.metrics)
		}
		if tr.fails != nil {
			wanted = tr.promise
			if !tr.fails(o.broken) {
				t.Errorf("%+v: broken in %.1f %% of the runs, want %s", tr, 100*o.broken, tr.promise)
			}
		}
		fmt.Fprintf(&table, "| %d × %d | %s | %d | %s | %.1f %% | %s | %.1f %% | %s |\n", tr.cases, tr.metrics, slow, tr.repeats, tr.tolerance, 100*o.broken, wanted, 100*o.unknown, asked)
	}
	holdsTable(t, "../docs/gate.md", "measured", table.String())
}

// holdsTable compares the table between the markers of a document.
func holdsTable(t *testing.T, path, marker, want string) {
	t.Helper()
	from, to := "<!-- "+marker+" -->\n", "<!-- /"+marker+" -->"
	b, err := os.ReadFile(path)
	check(t, err)
	before, rest, ok := strings.Cut(string(b), from)
	got, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatalf("%s has no markers %s%s", path, from, to)
	}
	if *update {
		check(t, os.WriteFile(path, []byte(before+from+want+to+after), 0o644))
	} else if got != want {
		t.Errorf("%s is stale (go test ./aggregate -run %s -update):\ngot\n%s\nwant\n%s", path, t.Name(), got, want)
	}
}
