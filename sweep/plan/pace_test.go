package plan

import (
	"math"
	"testing"
	"time"

	"llmsweep/runlog"
)

// paceCase has requests of 8,000 input and 50 output tokens, of which EstimateCase
// thinks that each takes 2 s.
func paceCase(name string, inFlight, prompts int) Case {
	return Case{
		Case: runlog.Case{Name: name}, Input: 8000, Output: 50,
		MaxConcurrency: inFlight, NumPrompts: prompts, Rate: math.Inf(1),
	}
}

// A step of a sweep: what happens at a second, and what is to go then.
type paceStep struct {
	at          float64 // s
	start       string  // a case's name
	end         string  // a case's status
	ended       int     // requests of the case at work
	toGo        float64 // s
	sure, known bool
}

func TestPace(t *testing.T) {
	const measured, failed = runlog.StatusMeasured, runlog.StatusFailed
	rated := paceCase("rated", 10, 10) // 2 s each, one a second: 12 s in all
	rated.Rate = 1
	again := rated
	again.Name = "rated again"
	at := func(server string, c Case) Case {
		c.Axes.Server = server
		return c
	}
	timed := paceCase("timed", 1, 1000)
	timed.Duration = 30 * time.Second
	for _, tt := range []struct {
		name  string
		cases []Case
		steps []paceStep
	}{
		{"costs are corrected by what was measured", []Case{paceCase("a", 1, 10), paceCase("b", 1, 5), paceCase("c", 2, 10)}, []paceStep{
			{at: 0, start: "a"}, // nothing is known
			{at: 4, ended: 2, toGo: 12 + 0.8*20, known: true},              // 2½ of 10 in 4 s: 16 s instead of 20, and the rest alike
			{at: 10, end: measured, toGo: 10, sure: true, known: true},     // half of what b and c would cost
			{at: 11, start: "b", toGo: 5 + 5 + 1, sure: true, known: true}, // a second between cases
			{at: 13, ended: 2, toGo: 3 + 6, sure: true, known: true},
			{at: 13, ended: 0, toGo: 0.8*6 + 6, sure: true, known: true}, // late: one in flight at most is nearly done
			{at: 16, end: measured, toGo: 5 + 1, sure: true, known: true},
			{at: 17, start: "c", toGo: 5, sure: true, known: true},
			{at: 18, end: failed, toGo: 0, sure: true, known: true},
		}},
		{"one concurrency tells of itself first", []Case{paceCase("a", 1, 10), paceCase("b", 2, 10), paceCase("c", 1, 20), paceCase("d", 4, 10)}, []paceStep{
			{at: 0, start: "a"},
			{at: 10, end: measured, toGo: 5 + 20 + 3, sure: true, known: true}, // 20 s cost 10
			{at: 10, start: "b", toGo: 5 + 20 + 3, sure: true, known: true},
			{at: 40, end: measured, toGo: 20 + 6*40./30, sure: true, known: true}, // c by a: half; d by both: 40 s for 30
		}},
		{"a server tells of itself before others do", []Case{at("fast", paceCase("a", 1, 10)), at("slow", paceCase("b", 1, 10)), at("slow", paceCase("c", 2, 100))}, []paceStep{
			{at: 0, start: "a"},
			{at: 1, end: measured, toGo: 1 + 5, sure: true, known: true}, // a 20th of what they would cost
			{at: 1, start: "b", toGo: 1 + 5, sure: true, known: true},
			{at: 41, end: measured, toGo: 200, sure: true, known: true}, // c costs 100 s: twice, as b; not 41/40, as both
		}},
		{"a repeat takes what the first took", []Case{paceCase("a_run1", 1, 10), paceCase("a_run2", 1, 10)}, []paceStep{
			{at: 0, start: "a_run1"},
			{at: 7, end: measured, toGo: 7, sure: true, known: true},
		}},
		{"a failed case tells nothing", []Case{paceCase("a", 1, 10), paceCase("b", 1, 10)}, []paceStep{
			{at: 0, start: "a"},
			{at: 1, end: failed, toGo: 0},
			{at: 1, start: "b"},
			{at: 5, ended: 4, toGo: 4 * 5.5 / 4.5, known: true},
		}},
		{"a schedule keeps its time", []Case{rated, paceCase("a", 1, 10), again}, []paceStep{
			{at: 0, start: "rated", toGo: 12 + 12 + 20, known: true}, // until a request ends, a costs what is assumed
			{at: 6, ended: 4, toGo: 6 + 12 + 20, known: true},
		}},
		{"a duration ends it", []Case{timed}, []paceStep{
			{at: 0, start: "timed", toGo: 30, known: true},
			{at: 20, ended: 3, toGo: 10, known: true},
			{at: 31, ended: 5, toGo: 0, known: true},
		}},
		{"cases are jumped over, and come unplanned", []Case{paceCase("a", 1, 10), paceCase("b", 1, 10), paceCase("c", 1, 10)}, []paceStep{
			{at: 0, start: "a"},
			{at: 10, end: measured, toGo: 20, sure: true, known: true},
			{at: 10, start: "c", toGo: 10, sure: true, known: true},
			{at: 20, end: measured, toGo: 0, sure: true, known: true},
			{at: 20, start: "unplanned", toGo: 10, sure: true, known: true},
		}},
	} {
		byName := map[string]Case{"unplanned": paceCase("unplanned", 1, 10)}
		for _, pc := range tt.cases {
			byName[pc.Name] = pc
		}
		p := NewPace(tt.cases)
		for _, s := range tt.steps {
			now := time.Unix(1000, 0).Add(time.Duration(s.at * 1e9))
			switch {
			case s.start != "":
				p.Started(byName[s.start], now)
			case s.end != "":
				p.Ended(s.end, now)
			}
			d, sure, known := p.ToGo(s.ended, now)
			if known != s.known || known && (sure != s.sure || math.Abs(d.Seconds()-s.toGo) > 0.01) {
				t.Errorf("%s: %+v: %.2f s to go, sure %v, known %v", tt.name, s, d.Seconds(), sure, known)
			}
		}
	}
}

// Where what was expected holds, the time to go falls second by second, though
// requests end in waves; where it does not, the case's own pace takes over, and
// nothing is foretold that neither of them would.
func TestPaceOfWaves(t *testing.T) {
	const request, inFlight, prompts = 4.0, 8, 40  // 5 waves of 4 s: 20 s
	for _, earlier := range []float64{5, 20, 80} { // what a repeat before took, s
		p := NewPace([]Case{paceCase("a", inFlight, prompts), paceCase("b", inFlight, prompts)})
		start := time.Unix(1000, 0)
		p.Started(paceCase("a", inFlight, prompts), start)
		start = start.Add(time.Duration(earlier * 1e9))
		p.Ended(runlog.StatusMeasured, start)
		p.Started(paceCase("b", inFlight, prompts), start)
		for s := 0.5; s < 20; s += 0.5 {
			d, _, ok := p.ToGo(int(s/request)*inFlight, start.Add(time.Duration(s*1e9)))
			left, got := 20-s, d.Seconds()
			switch {
			case !ok || got > max(earlier, 20) || got < 0:
				t.Errorf("expected %v s: at %v s %.1f s to go", earlier, s, got)
			case earlier == 20 && s <= 19 && math.Abs(got-left) > 0.01:
				t.Errorf("expected rightly: at %v s %.2f s to go, want %v", s, got, left)
			case s >= 16 && got > 2*request+left:
				t.Errorf("expected %v s: at %v s still %.1f s to go, want about %v", earlier, s, got, left)
			}
		}
	}
}

// Whoever foretells the sweep's end knows what was left out.
func TestPaceSkipped(t *testing.T) {
	p := NewPace([]Case{paceCase("a", 1, 10), paceCase("b", 1, 10), paceCase("c", 1, 5)})
	at := time.Unix(1000, 0)
	p.Started(paceCase("a", 1, 10), at)
	p.Ended(runlog.StatusMeasured, at.Add(10*time.Second))
	p.Skipped(paceCase("b", 1, 10))
	d, _, _ := p.ToGo(0, at.Add(10*time.Second))
	if n, of := p.Place(); d != 5*time.Second || n != 2 || of != 3 {
		t.Errorf("%v to go after %d of %d, want 5s after 2 of 3", d, n, of)
	}
}
