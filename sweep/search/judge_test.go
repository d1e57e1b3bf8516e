package search

import (
	"testing"

	"llmsweep/runlog"
)

func run(ttft, tpot float64) Reading {
	return Reading{Figures: map[string]float64{"p99_ttft_ms": ttft, "mean_tpot_ms": tpot, "request_goodput_share": 1}}
}

// What the cases of one load say together, with p99 TTFT ≤ 500 ms and mean TPOT ≤ 50
// ms: far from a limit once is enough; from 450 to 550 ms it is measured again.
func TestJudge(t *testing.T) {
	slo := []Limit{{"p99_ttft_ms", 500}, {"mean_tpot_ms", 50}}
	broke := Reading{Broken: "it failed: reset", Failed: true}
	void := Reading{Invalid: "it is invalid: Little residual 43.8 %, limit 15 %"}
	slow, quick := run(560, 20), run(440, 20)
	slow.Suspect, quick.Suspect = true, true
	unfit := Reading{Unfit: "rows.jsonl: too few rows", Failed: true}
	for _, tt := range []struct {
		name         string
		runs         []Reading
		meets, again bool
		decides      string
		why          string
	}{
		{"nothing yet", nil, false, true, "", ""},
		{"clearly met", []Reading{run(440, 20)}, true, false, "p99_ttft_ms", ""},
		{"clearly broken", []Reading{run(560, 20)}, false, false, "p99_ttft_ms", ""},
		{"the worst figure decides: TPOT", []Reading{run(490, 80)}, false, false, "mean_tpot_ms", ""},
		{"on the limit", []Reading{run(500, 20)}, true, true, "p99_ttft_ms", ""},
		{"close, met", []Reading{run(455, 20)}, true, true, "p99_ttft_ms", ""},
		{"close, broken", []Reading{run(549, 20)}, false, true, "p99_ttft_ms", ""},
		{"two agree", []Reading{run(455, 20), run(490, 20)}, true, false, "p99_ttft_ms", ""},
		{"two differ: the mean of the two for now", []Reading{run(490, 20), run(520, 20)}, false, true, "p99_ttft_ms", ""},
		{"the third decides", []Reading{run(490, 20), run(520, 20), run(470, 20)}, true, false, "p99_ttft_ms", ""},
		{"one broken by TTFT, one by TPOT: neither median is", []Reading{run(530, 20), run(300, 55)}, true, true, "p99_ttft_ms", ""},
		{"medians decide where repeats are used up", []Reading{run(530, 20), run(300, 55), run(300, 20)}, true, false, "p99_ttft_ms", ""},
		{"clearly met, suspect", []Reading{quick}, true, false, "p99_ttft_ms", ""},
		{"clearly broken, suspect", []Reading{slow}, false, true, "p99_ttft_ms", ""},
		{"clearly broken, suspect, then met", []Reading{slow, run(420, 20)}, true, true, "p99_ttft_ms", ""},
		{"clearly broken, suspect, then met twice", []Reading{slow, run(440, 20), run(440, 20)}, true, false, "p99_ttft_ms", ""},
		{"clearly broken, suspect, and again", []Reading{slow, slow}, false, false, "p99_ttft_ms", ""},
		{"failed", []Reading{broke}, false, false, "", "it failed: reset"},
		{"close, then failed", []Reading{run(490, 20), broke}, false, true, "p99_ttft_ms", "it failed: reset"},
		{"failed once of three", []Reading{run(490, 20), broke, run(480, 20)}, true, false, "p99_ttft_ms", ""},
		{"failed twice of three", []Reading{run(490, 20), broke, broke}, false, false, "p99_ttft_ms", "it failed: reset"},
		{"invalid", []Reading{void}, false, true, "", ""},
		{"invalid, then clearly met", []Reading{void, run(440, 20)}, true, false, "p99_ttft_ms", ""},
		{"invalid, then clearly broken", []Reading{void, run(560, 20)}, false, false, "p99_ttft_ms", ""},
		{"invalid, then close: two more may agree", []Reading{void, run(455, 20)}, true, true, "p99_ttft_ms", ""},
		{"it has no say", []Reading{void, run(455, 20), void, run(490, 20)}, true, false, "p99_ttft_ms", ""},
		{"invalid, then failed", []Reading{void, broke}, false, false, "", "it failed: reset"},
		{"close, then invalid as often as it may be", []Reading{run(455, 20), void, void, void}, true, false, "p99_ttft_ms", ""},
		{"invalid as often as it may be", []Reading{void, void, void}, false, false, "", ""},
		{"broken by its figures, then failed", []Reading{run(510, 20), broke}, false, false, "p99_ttft_ms", ""},
	} {
		j := Judge(slo, tt.runs, 3)
		if j.Meets != tt.meets || j.Again != tt.again || j.Decides.Figure != tt.decides || j.Broken != tt.why || j.Unfit != "" {
			t.Errorf("%s: %+v, want meets %v, again %v by %s, why %q", tt.name, j, tt.meets, tt.again, tt.decides, tt.why)
		}
	}
	if j := Judge(slo, []Reading{void, void, void}, 3); j.Invalid != void.Invalid {
		t.Errorf("never valid: %+v", j)
	}
	if j := Judge(slo, []Reading{void, run(440, 20)}, 3); j.Invalid != "" {
		t.Errorf("valid the second time: %+v", j)
	}
	if j := Judge(slo, []Reading{run(490, 20), unfit}, 3); j.Unfit != unfit.Unfit {
		t.Errorf("a case that could not begin: %+v", j)
	}
	if j := Judge([]Limit{{"p99_ttft_ms", 500}, {"mean_itl_ms", 5}}, []Reading{run(1, 1)}, 3); j.Unfit == "" {
		t.Errorf("a figure that is undefined: %+v", j)
	}
	if j := Judge(slo, []Reading{run(500, 20)}, 1); j.Again || !j.Meets {
		t.Errorf("with one repeat, on the limit: %+v", j)
	}
}

func TestExcess(t *testing.T) {
	for _, tt := range []struct {
		figure      string
		limit, v, e float64
	}{
		{"p99_ttft_ms", 500, 250, 0.5}, {"p99_ttft_ms", 500, 500, 1}, {"p99_ttft_ms", 500, 1000, 2},
		{"output_throughput", 100, 200, 0.5}, {"output_throughput", 100, 50, 2},
		{"request_goodput_share", 0.75, 1, 0}, {"request_goodput_share", 0.75, 0.5, 2}, {"request_goodput_share", 1, 0.5, 2},
	} {
		if e := (Limit{tt.figure, tt.limit}).excess(tt.v); e != tt.e {
			t.Errorf("%s %v at limit %v: excess %v, want %v", tt.figure, tt.v, tt.limit, e, tt.e)
		}
	}
}

// A failed case that sent something says that the load was too much, as does one with
// more failures than are allowed; one that sent nothing says nothing of it. What is
// invalid for another reason says nothing of the server.
func TestReadingOf(t *testing.T) {
	file := func(status string, sent int, verdict string, notes ...string) *runlog.CaseFile {
		return &runlog.CaseFile{Status: status, Failures: runlog.Failures{Sent: sent}, Notes: notes,
			Validity: runlog.Validity{Verdict: verdict, Reasons: []string{"for a reason"}}}
	}
	failures := func(failed int) *runlog.CaseFile {
		f := file("measured", 100, "invalid")
		f.Failed = failed
		return f
	}
	for _, tt := range []struct {
		name                   string
		f                      *runlog.CaseFile
		broken, invalid, unfit string
	}{
		{"measured", file("measured", 4, "suspect"), "", "", ""},
		{"invalid", file("measured", 4, "invalid"), "", "it is invalid: for a reason", ""},
		{"invalid, with as many failures as are allowed", failures(1), "", "it is invalid: for a reason", ""},
		{"too many failures", failures(2), "it is invalid: for a reason", "", ""},
		{"failed under load", file("failed", 4, "invalid", "doubt", "ended by timeouts.case,\n after 1s"), "it failed: ended by timeouts.case, after 1s", "", ""},
		{"failed without a word", file("failed", 4, "invalid"), "it failed: no request completed", "", ""},
		{"could not begin", file("failed", 0, "invalid", "rows.json: too few"), "", "", "rows.json: too few"},
	} {
		if m := ReadingOf(tt.f, 0.01); m.Broken != tt.broken || m.Invalid != tt.invalid || m.Unfit != tt.unfit || m.Failed != (tt.f.Status == "failed") {
			t.Errorf("%s: %+v, want broken %q, invalid %q, unfit %q", tt.name, m, tt.broken, tt.invalid, tt.unfit)
		}
	}
}
