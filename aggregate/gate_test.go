package aggregate

import (
	"strings"
	"testing"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

func TestGateOutcomes(t *testing.T) {
	old := []float64{100, 101, 99, 100.5, 99.5}
	verdict := func(v string) func(*Row) { return func(r *Row) { r.Validity, r.ValidityReasons = v, "why" } }
	failed := func(r *Row) { r.Status = runlog.StatusFailed }
	for name, tt := range map[string]struct {
		gate string
		a, b *Side
		want string
		why  string // part of it
	}{
		"slower":                     {"p99_ttft_ms > +5%", sideOf("a", nil, old...), sideOf("b", nil, 110, 111, 109, 112, 110), GateBroken, ""},
		"slower, but tolerated":      {"p99_ttft_ms > +15%", sideOf("a", nil, old...), sideOf("b", nil, 110, 111, 109, 112, 110), GatePassed, ""},
		"faster":                     {"p99_ttft_ms > +5%", sideOf("a", nil, old...), sideOf("b", nil, 90, 91, 89, 92, 90), GatePassed, ""},
		"less throughput":            {"output_throughput < -3%", sideOf("a", nil, old...), sideOf("b", nil, 110, 111, 109, 112, 110), GateBroken, ""},
		"more throughput":            {"output_throughput < -3%", sideOf("a", nil, old...), sideOf("b", nil, 90, 91, 89, 92, 90), GatePassed, ""},
		"noise":                      {"p99_ttft_ms > +5%", sideOf("a", nil, 100, 140, 80, 120), sideOf("b", nil, 110, 150, 90, 130), GateUnknown, "about "},
		"too little noise to matter": {"p99_ttft_ms > +5%", sideOf("a", nil, 100, 140, 80, 120), sideOf("b", nil, 101, 141, 81, 121), GatePassed, ""},
		"over the limit":             {"p99_ttft_ms > 105", sideOf("a", nil, old...), sideOf("b", nil, 110, 111, 109, 112, 110), GateBroken, ""},
		"within the limit":           {"p99_ttft_ms > 120", sideOf("a", nil, old...), sideOf("b", nil, 110, 111, 109, 112, 110), GatePassed, ""},
		"over the limit by noise":    {"p99_ttft_ms > 105", sideOf("a", nil, old...), sideOf("b", nil, 100, 125), GateUnknown, "about "},
		"single runs":                {"p99_ttft_ms > +5%", sideOf("a", nil, 100), sideOf("b", nil, 120), GateUnknown, "one run, and no records"},
		"single runs, within":        {"p99_ttft_ms > +5%", sideOf("a", nil, 100), sideOf("b", nil, 101), GatePassed, ""},
		"invalid NEW":                {"p99_ttft_ms > +5%", sideOf("a", nil, old...), sideOf("b", verdict(metrics.Invalid), old...), GateBroken, "NEW is invalid, and cannot pass: why"},
		"suspect NEW":                {"p99_ttft_ms > +5%", sideOf("a", nil, old...), sideOf("b", verdict(metrics.Suspect), old...), GatePassed, ""},
		"invalid BASE":               {"p99_ttft_ms > +5%", sideOf("a", verdict(metrics.Invalid), old...), sideOf("b", nil, old...), GateUnknown, "BASE is invalid: why"},
		"invalid BASE, a limit":      {"p99_ttft_ms > 120", sideOf("a", verdict(metrics.Invalid), old...), sideOf("b", nil, old...), GatePassed, ""},
		"failed NEW":                 {"p99_ttft_ms > +5%", sideOf("a", nil, old...), sideOf("b", failed, old...), GateBroken, "the case failed in NEW"},
		"no such figure":             {"p99.9_ttft_ms > +5%", sideOf("a", nil, old...), sideOf("b", nil, old...), GateUnknown, "undefined on both sides"},
		"0 in BASE":                  {"failed_share > +5%", sideOf("a", done, old...), sideOf("b", done, old...), GateUnknown, "a value is 0"},
		"0 within a limit":           {"failed_share > 0.01", sideOf("a", done, old...), sideOf("b", done, old...), GatePassed, ""},
	} {
		all := compare(t, gates(t, tt.gate), tt.a, tt.b)
		g := all.Gates[0]
		if len(all.Gates) != 1 || g.Outcome != tt.want || !strings.Contains(g.Why, tt.why) || tt.why == "" && g.Why != "" {
			t.Errorf("%s: %s (%s), found %v, p %v; want %s (%s)", name, g.Outcome, g.Why, g.Found, g.P, tt.want, tt.why)
		}
		if tt.want != Worst(all.Gates) {
			t.Errorf("%s: together %s", name, Worst(all.Gates))
		}
	}
}

func done(r *Row) { r.Completed = 80 }

// Holm's correction is over gates × cases alone: with one gate, p is that of the
// one-sided test however many figures are compared.
func TestOnlyGatesAreCorrected(t *testing.T) {
	a, b := sideOf("a", nil, 100, 101, 99, 100.5, 99.5), sideOf("b", nil, 103, 104, 102, 103.5, 103)
	one := compare(t, gates(t, "p99_ttft_ms > +1%"), a, b)
	near(t, "one gate", one.Gates[0].P, one.Pairs[0].figure(t, "p99_ttft_ms").P/2)
	two := compare(t, gates(t, "p99_ttft_ms > +1%", "output_throughput < -1%"), a, b)
	near(t, "two gates", two.Gates[0].P, 2*one.Gates[0].P)
}

// A case that only NEW has is held to limits, one that it lost cannot be told.
func TestGatesOfCasesWithoutPartner(t *testing.T) {
	other := func(r *Row) { r.NumPrompts = 7; r.Case = "bench_other" }
	a, b := sideOf("a", nil, 100, 101), sideOf("b", nil, 100, 101)
	a.Rows = append(a.Rows, sideOf("a", func(r *Row) { r.NumPrompts = 9; r.Case = "bench_lost" }, 5, 6).Rows...)
	b.Rows = append(b.Rows, sideOf("b", other, 500, 501).Rows...)
	got := map[string]string{}
	for _, g := range compare(t, gates(t, "p99_ttft_ms > +5%", "p99_ttft_ms > 200"), a, b).Gates {
		got[g.Case+" "+g.Gate.Text] = g.Outcome
	}
	for key, want := range map[string]string{
		"io256x128_mc8_np80 p99_ttft_ms > +5%": GatePassed, "io256x128_mc8_np80 p99_ttft_ms > 200": GatePassed,
		"other p99_ttft_ms > +5%": GateUnknown, "other p99_ttft_ms > 200": GateBroken,
		"lost p99_ttft_ms > +5%": GateUnknown, "lost p99_ttft_ms > 200": GateUnknown,
	} {
		if got[key] != want {
			t.Errorf("%s: %s, want %s", key, got[key], want)
		}
	}
}
