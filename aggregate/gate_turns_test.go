package aggregate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"llmsweep/runlog"
	"llmsweep/stats"
)

// A turns is a simulated --ab: what drifts is the same in repeat n of both sides.
type turns struct {
	cases, slow, repeats int
	drift                float64 // of the logarithms, from pair to pair
	tolerance            string
	least, most          float64 // share of gates that break, promised of --ab
}

func (tr turns) run(t *testing.T, seed uint64, test func(*Change)) (broken float64) {
	t.Helper()
	n := 0 // runs whose gate breaks; shares of them that were added up would be past a bound that they are on
	rng := rand.New(rand.NewPCG(seed, 20261123))
	g, err := runlog.ParseGate("p99_ttft_ms > " + tr.tolerance)
	check(t, err)
	for range simulatedRuns {
		var all []GateResult
		for c := range tr.cases {
			slower := 0.0
			if c < tr.slow {
				slower = slowdown
			}
			a, b := draw(rng, tr.repeats, 0), draw(rng, tr.repeats, slower)
			for i := range a {
				drift := math.Exp(tr.drift * rng.NormFloat64())
				a[i], b[i] = a[i]*drift, b[i]*drift
			}
			ch := changeOf(g.Metric, a, b)
			test(&ch)
			r := GateResult{Gate: g, Outcome: GateUnknown, P: math.NaN()}
			r.relative(&ch)
			all = append(all, r)
		}
		if decide(all); Worst(all) == GateBroken {
			n++
		}
	}
	return float64(n) / simulatedRuns
}

// TestTurnsAreAsGoodAsTheirDocs holds --ab to its table in docs/gate.md: it is near the
// better one of the two tests it is made of, whatever drifts, and keeps the level.
func TestTurnsAreAsGoodAsTheirDocs(t *testing.T) {
	if testing.Short() {
		t.Skip("thousands of simulated runs")
	}
	var table strings.Builder
	table.WriteString("| cases | truly slower by 10 % | repeats | drift from pair to pair | tolerance | `--ab`: gate breaks | wanted | paired t alone | Welch alone |\n")
	table.WriteString("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for i, tr := range []turns{
		{1, 0, 5, 0, "+5%", 0, 0.01},
		{1, 0, 5, 0.06, "+5%", 0, 0.01},
		{1, 0, 5, 0, "0%", 0, 0.02},
		{1, 0, 5, 0.06, "0%", 0, 0.02},
		{12, 0, 5, 0, "0%", 0, 0.02},
		{1, 1, 5, 0, "+5%", 0.95, 1},
		{1, 1, 5, 0.03, "+5%", 0.90, 1},
		{1, 1, 5, 0.06, "+5%", 0.80, 1},
		{1, 1, 5, 0.12, "+5%", 0.80, 1},
		{12, 1, 5, 0, "+5%", 0.60, 1},
		{12, 1, 5, 0.03, "+5%", 0, 1},
		{12, 1, 5, 0.12, "+5%", 0, 1},
		{12, 1, 8, 0.12, "+5%", 0.80, 1},
		{1, 1, 3, 0, "+5%", 0, 1},
		{1, 1, 3, 0.12, "+5%", 0, 1},
	} {
		seed := uint64(100 + i)
		broken := tr.run(t, seed, (*Change).pair)
		paired := tr.run(t, seed, func(c *Change) { c.test = stats.Paired(logs(c.old), logs(c.new)) })
		welch := tr.run(t, seed, func(*Change) {})
		slow, wanted := "none", "–"
		switch {
		case tr.slow > 0:
			slow = fmt.Sprintf("%d of %d", tr.slow, tr.cases)
			if tr.least > 0 {
				wanted = fmt.Sprintf("≥ %.0f %%", 100*tr.least)
			}
		case tr.tolerance == "0%":
			wanted = "≤ 2 % (the level)"
		default:
			wanted = "≤ 1 %"
		}
		if broken < tr.least || broken > tr.most {
			t.Errorf("%+v: broken in %.1f %% of the runs, want %s", tr, 100*broken, wanted)
		}
		fmt.Fprintf(&table, "| %d | %s | %d | %.0f %% | %s | %.1f %% | %s | %.1f %% | %.1f %% |\n",
			tr.cases, slow, tr.repeats, 100*tr.drift, tr.tolerance, 100*broken, wanted, 100*paired, 100*welch)
	}
	holdsTable(t, "../docs/gate.md", "measured in turns", table.String())
}
