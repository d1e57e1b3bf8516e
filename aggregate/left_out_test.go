package aggregate

import (
	"strings"
	"testing"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// spoilt makes one repeat of a side something else.
func spoilt(s *Side, repeat int, how func(*Row)) *Side {
	how(&s.Rows[repeat-1])
	return s
}

func invalid(r *Row) {
	r.Validity, r.ValidityReasons = metrics.Invalid, "failed requests: 5 %, 1 % allowed"
}
func interrupted(r *Row) { r.Status = runlog.StatusInterrupted }

// An invalid repeat is in no mean, of a comparison as of the summary, and both say so;
// where all are invalid their figures are shown.
func TestInvalidRepeatsAreInNoFigure(t *testing.T) {
	slow := spoilt(sideOf("b", nil, 110, 111, 109, 300), 4, invalid)
	c := compare(t, CompareOptions{}, sideOf("a", nil, 100, 101, 99, 100), slow).Pairs[0]
	ch := c.figure(t, "p99_ttft_ms")
	near(t, "old", ch.Old, 100)
	near(t, "new", ch.New, 110)
	near(t, "summary", *Groups(slow.Rows)[0].Figure("p99_ttft_ms").Mean, 110)
	if k := c.Cases[0]; k.BaseRuns != 4 || k.NewRuns != 3 || k.Doubt != "NEW: 1 of 4 repeats is left out: bench_io256x128_mc8_np80_run4 is invalid: failed requests: 5 %, 1 % allowed" {
		t.Errorf("%d, %d runs; %s", k.BaseRuns, k.NewRuns, k.Doubt)
	}
	if got := c.figure(t, "output_throughput").Doubt; got != "NEW: 1 of 4 repeats is left out" {
		t.Errorf("doubt %q", got)
	}
	all := sideOf("b", invalid, 110, 130)
	ch = compare(t, CompareOptions{}, sideOf("a", nil, 100, 101), all).Pairs[0].figure(t, "p99_ttft_ms")
	near(t, "all invalid", ch.New, 120)
	near(t, "all invalid in the summary", *Groups(all.Rows)[0].Figure("p99_ttft_ms").Mean, 120)
}

// A gate is judged by the repeats that are left, but does not pass by them alone: the
// worst may be those that are missing.
func TestGatesWithRepeatsLeftOut(t *testing.T) {
	old := func() *Side { return sideOf("a", nil, 100, 101, 99, 100) }
	for name, tt := range map[string]struct {
		gate      string
		a, b      *Side
		want, why string
	}{
		"slower all the same":  {"p99_ttft_ms > +5%", old(), spoilt(sideOf("b", nil, 110, 111, 109, 90), 4, invalid), GateBroken, ""},
		"within":               {"p99_ttft_ms > +5%", old(), spoilt(sideOf("b", nil, 100, 101, 99, 300), 4, invalid), GateUnknown, "in NEW 1 of 4 repeats is left out: "},
		"within a limit":       {"p99_ttft_ms > 120", old(), spoilt(sideOf("b", nil, 100, 101, 99, 300), 4, interrupted), GateUnknown, "run4 is interrupted"},
		"left out of BASE":     {"p99_ttft_ms > +5%", spoilt(old(), 1, invalid), sideOf("b", nil, 100, 101, 99, 100), GatePassed, ""},
		"no spread, one is in": {"p99_ttft_ms > +5%", sideOf("a", nil, 100), spoilt(sideOf("b", nil, 100, 300), 2, invalid), GateUnknown, "1 of 2"},
	} {
		g := compare(t, gates(t, tt.gate), tt.a, tt.b).Gates[0]
		if g.Outcome != tt.want || !strings.Contains(g.Why, tt.why) || tt.why == "" && g.Why != "" {
			t.Errorf("%s: %s (%s), want %s (%s)", name, g.Outcome, g.Why, tt.want, tt.why)
		}
	}
}

// A night in a trend is the mean of its repeats that are not invalid.
func TestTrendLeavesInvalidRepeatsOut(t *testing.T) {
	l := Trend([]*Side{sideOf("n", nil, 100, 102), spoilt(sideOf("n", nil, 100, 900), 2, invalid)}, []string{"p99_ttft_ms"})[0]
	near(t, "first", l.Values[0], 101)
	near(t, "second", l.Values[1], 100)
}
