package aggregate

import (
	"path/filepath"
	"strings"
	"testing"
)

// A run is not compared with itself: no gate passes by that, be it read from its
// folder or its CSV. A limit by itself has nothing to do with BASE.
func TestARunIsNotHeldToItself(t *testing.T) {
	dir := filepath.Join("..", "results", "sample")
	folder, _, err := ReadSide("a", dir, false)
	check(t, err)
	csv, _, err := ReadSide("b", filepath.Join(dir, ResultsFile), false)
	check(t, err)
	o := gates(t, "p99_ttft_ms > +5%", "p99_ttft_ms > 1e6")
	all := compare(t, o, folder, csv)
	if g := all.Gates; !all.Pairs[0].Same || g[0].Outcome != GateUnknown || !strings.Contains(g[0].Why, "same measurements") || g[1].Outcome != GatePassed {
		t.Errorf("same %v, %s (%s), %s", all.Pairs[0].Same, g[0].Outcome, g[0].Why, g[1].Outcome)
	}
	csv.Rows[3].Date = "20261123-000000" // measured again
	if compare(t, o, folder, csv).Pairs[0].Same {
		t.Error("one case was measured anew, and it is called the same")
	}
}

// Repeats without any spread make each difference significant; one that is shown as
// ±0 % is none to tell of.
func TestNoVerdictOnNothing(t *testing.T) {
	for _, tt := range []struct {
		fresh   float64
		verdict string
	}{{100.04, ""}, {99.96, ""}, {100.06, VerdictWorse}} {
		ch := compare(t, CompareOptions{}, sideOf("a", nil, 100, 100, 100), sideOf("b", nil, tt.fresh, tt.fresh, tt.fresh)).Pairs[0].figure(t, "p99_ttft_ms")
		if ch.P != 0 || ch.Verdict() != tt.verdict {
			t.Errorf("%v: p %v, %q; want 0, %q", tt.fresh, ch.P, ch.Verdict(), tt.verdict)
		}
	}
}
