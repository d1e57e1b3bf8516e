package aggregate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/stats"
)

// Alpha is the level of the gates of one comparison together: without any change,
// the chance that one of them breaks is at most this, whatever the tolerances.
// docs/gate.md has what was measured.
const Alpha = 0.02

// wantedPower is the chance of seeing a change of the size found, for the number
// of repeats that a gate asks for.
const wantedPower = 0.8

// What a gate came to in a case.
const (
	GatePassed  = "passed"
	GateBroken  = "broken"
	GateUnknown = "cannot tell"
)

// A GateResult is one gate in one case.
type GateResult struct {
	Gate    runlog.Gate
	Case    string
	New     string  // the side that was judged
	Outcome string  // GatePassed, GateBroken or GateUnknown
	Found   float64 // a share where the gate is relative, else the geometric mean, in the metric's unit; NaN = none
	P       float64 // one-sided, that it did not get worse (or is within the limit), after Holm's correction; NaN = not tested
	By      string  // as Change.By
	Repeats int     // of each side that would tell; 0 = unknown, or nothing is to be told
	AtLeast bool    // Repeats is a lower bound: how much runs differ is not known
	Why     string  // in words
	Doubt   string  // as Change.Doubt; "" where Found is none, too

	test stats.TTest // of how much worse it is than the limit of its null hypothesis, in logarithms
	sds  [2]float64
	past bool // Found is beyond the limit

	partial string // which repeats of NEW are not in it: those that are may be the better ones; "" = all are
}

// judge holds every gate to every case of every pair.
func judge(o CompareOptions, pairs []*Comparison) []GateResult {
	var all []GateResult
	for _, pair := range pairs {
		for i := range pair.Cases {
			for _, g := range o.Gates {
				r := pair.Cases[i].gate(g, pair.New.Name)
				if pair.Same && g.Relative {
					r = unknown(g, r.Case, r.New, "BASE and NEW are the same measurements")
				}
				all = append(all, r)
			}
		}
		for _, lost := range pair.lost {
			for _, g := range o.Gates {
				all = append(all, unknown(g, lost.name(), pair.New.Name, "the case is not in NEW"))
			}
		}
		for _, added := range pair.added {
			for _, g := range o.Gates {
				c := CaseChange{Name: added.name(), new: added}
				all = append(all, c.gate(g, pair.New.Name))
			}
		}
	}
	decide(all)
	return all
}

func unknown(g runlog.Gate, name, side, why string) GateResult {
	return GateResult{Gate: g, Case: name, New: side, Outcome: GateUnknown, Found: math.NaN(), P: math.NaN(), Why: why}
}

// gate prepares the test of a gate, or tells why there is none.
func (c *CaseChange) gate(g runlog.Gate, side string) GateResult {
	r := unknown(g, c.Name, side, "")
	r.partial = c.new.leftOut()
	verdict, why := c.new.doubt()
	switch {
	case len(c.new.used) == 0:
		r.Outcome, r.Why = GateBroken, "the case "+c.new.first().Status+" in NEW: without figures no gate is passed"
		return r
	case verdict == metrics.Invalid:
		r.Outcome, r.Why = GateBroken, "NEW is invalid, and cannot pass: "+why
		return r
	}
	if !g.Relative {
		r.absolute(c)
		return r
	}
	if c.base == nil {
		r.Why = "the case is not in BASE"
		return r
	}
	if verdict, why := c.base.doubt(); verdict == metrics.Invalid {
		r.Why = "BASE is invalid: " + why
		return r
	}
	for i := range c.Changes {
		if ch := &c.Changes[i]; ch.Metric == g.Metric {
			r.relative(ch)
			return r
		}
	}
	r.Why = "undefined on both sides"
	return r
}

// relative tests a change: against none at all, so that the tolerance is only how
// much is too much, and does not have to be passed by a margin.
func (r *GateResult) relative(c *Change) {
	r.By, r.Why, r.sds = c.By, c.Why, [2]float64{c.sdOld, c.sdNew}
	r.Found, r.Doubt = c.Share, c.Doubt
	if math.IsNaN(c.Share) {
		return
	}
	r.past = metrics.Beyond(r.Gate.Metric, r.Found, r.Gate.Limit)
	r.test = worseUp(r.Gate, c.test)
	if !r.test.Defined() && !r.past {
		r.Outcome, r.Why = GatePassed, ""
	}
}

// absolute tests the figure of NEW against the limit itself.
func (r *GateResult) absolute(c *CaseChange) {
	values, rows := c.new.figures(r.Gate.Metric)
	if len(values) == 0 {
		r.Why = "undefined in NEW"
		return
	}
	scale, back := logs, math.Exp
	limit := math.Log(r.Gate.Limit)
	if slices.Min(values) <= 0 || r.Gate.Limit <= 0 { // shares may be 0
		scale, back, limit = slices.Clone[[]float64], func(x float64) float64 { return x }, r.Gate.Limit
	}
	xs := scale(values)
	t := stats.OneSample(xs)
	r.sds = [2]float64{0, stats.SampleStdDev(xs)}
	if len(values) == 1 {
		r.sds[1] = resampled(r.Gate.Metric, rows, &r.Why)
		t = stats.TTest{Estimate: xs[0], SE: r.sds[1], DoF: math.Inf(1)}
		r.By = ByBootstrap
	}
	r.Found = back(stats.Mean(xs))
	r.Doubt = (&CaseChange{new: c.new}).doubts(r.Gate.Metric) // a limit by itself has no other side
	r.past = metrics.Beyond(r.Gate.Metric, r.Found, r.Gate.Limit)
	t.Estimate -= limit
	r.test = worseUp(r.Gate, t)
	if !r.past {
		r.Outcome, r.Why = GatePassed, ""
	}
}

// worseUp turns a test so that more is worse.
func worseUp(g runlog.Gate, t stats.TTest) stats.TTest {
	if metrics.Better(g.Metric) == metrics.HigherBetter {
		return t.Minus()
	}
	return t
}

// decide corrects the p-values of all that could be tested, and settles what is
// open: broken is what is beyond its limit and significantly worse.
func decide(all []GateResult) {
	ps := make([]float64, len(all))
	tests := 0
	for i := range all {
		ps[i] = math.NaN()
		if all[i].test.Defined() {
			ps[i] = all[i].test.Above(0)
			tests++
		}
	}
	for i, p := range stats.Holm(ps) {
		r := &all[i]
		if r.test.Defined() {
			r.settle(p, tests)
		}
		if r.Outcome == GatePassed && r.partial != "" {
			r.Outcome, r.Why = GateUnknown, "within the limit, but in NEW "+r.partial
		}
	}
}

// settle decides by the corrected p-value.
func (r *GateResult) settle(p float64, tests int) {
	r.P = p
	switch {
	case !r.past:
		r.Outcome = GatePassed
	case p < Alpha:
		r.Outcome = GateBroken
	default:
		r.Outcome = GateUnknown
		r.needs(tests)
	}
}

// needs says how many repeats would tell.
func (r *GateResult) needs(tests int) {
	r.Why = "beyond the limit, but it may be noise"
	n, ok := stats.RepeatsNeeded(r.test.Estimate, r.sds[0], r.sds[1], Alpha/float64(tests)/cmp.Or(r.test.Times, 1), wantedPower)
	r.AtLeast = r.By == ByBootstrap
	switch {
	case !ok:
		r.Why += fmt.Sprintf("; more than %d repeats would be needed", stats.MaxRepeats)
	case r.AtLeast:
		r.Repeats = max(n, minRepeats)
		r.Why += fmt.Sprintf("; at least %d repeats a side would tell", r.Repeats)
	default:
		r.Repeats = n
		r.Why += fmt.Sprintf("; about %d repeats a side would tell", n)
	}
}

// minRepeats is what is asked for where it is unknown how much runs differ.
const minRepeats = 5

// Worst is the outcome of all gates together.
func Worst(gates []GateResult) string {
	rank := func(o string) int { return slices.Index([]string{GatePassed, GateUnknown, GateBroken}, o) }
	worst := GatePassed
	for _, g := range gates {
		if cmp.Compare(rank(g.Outcome), rank(worst)) > 0 {
			worst = g.Outcome
		}
	}
	return worst
}
