package aggregate

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/stats"
)

// How a change was tested.
const (
	ByWelch     = "Welch"       // Welch's t on the logarithms of the repeats
	ByPaired    = "paired"      // paired t on the logarithms, repeat by repeat: it found more than Welch's
	ByOne       = "one against" // one run against several, whose spread stands for both
	ByBootstrap = "bootstrap"   // over the requests of single runs: what differs from run to run is not in it
)

// Confidence is that of the intervals.
const Confidence = 0.95

// Notable is the p-value below which a change is shown without being asked for.
const Notable = 0.01

// CompareOptions is what is asked beside the change of the headline figures.
type CompareOptions struct {
	Gates  []runlog.Gate
	Paired bool // repeat n of one side ran next to repeat n of the other
}

// Comparisons are the changes from the first side to each other one.
type Comparisons struct {
	Definitions string
	Paired      bool
	Pairs       []*Comparison
	Gates       []GateResult // in the order of pairs, cases and gates
}

// A Comparison is how one run differs from another.
type Comparison struct {
	Base, New *Side
	Same      bool     // both are the very same measurements: there is nothing to compare
	Changed   []string // what differs between the sides as a whole: "model a → b"
	Cases     []CaseChange
	OnlyBase  []string // cases without a partner
	OnlyNew   []string

	lost  []*caseRuns // of OnlyBase
	added []*caseRuns // of OnlyNew
}

// A CaseChange is one case on both sides.
type CaseChange struct {
	Name              string
	BaseRuns, NewRuns int      // repeats in the figures
	Doubt             string   // "" = both are valid and whole, else as in "NEW suspect: …"
	Changes           []Change // of the headline figures and those that are gated; one that is undefined on both sides is left out

	base, new *caseRuns
}

// A Change is a figure on both sides. What is undefined is NaN.
type Change struct {
	Metric    string
	Better    metrics.Direction
	Old, New  float64 // means of the repeats, in the metric's unit
	Share     float64 // ratio of the geometric means − 1: 0.05 = 5 % more
	Low, High float64 // confidence interval of Share
	P         float64 // two-sided, of no change; not corrected
	RankP     float64 // Mann–Whitney U, two-sided; NaN where a side has one run
	By        string  // how P was found; "" = not at all, Why says why not
	Why       string
	Doubt     string // what the figure is to be read with, in short: "suspect; from 20 requests, 662 needed"; "" = nothing

	test     stats.TTest // of the difference of logarithms
	old, new []float64   // the repeats
	sdOld    float64     // of the logarithms from run to run, or of their differences; NaN = unknown
	sdNew    float64
}

// Worse and better, as Change.Verdict has them.
const (
	VerdictWorse  = "worse"
	VerdictBetter = "better"
)

// leastNotable is the least share that is a change: less is shown as ±0 %. Repeats
// without any spread, of a quantity that is counted, make every difference significant.
const leastNotable = 0.0005

// Verdict says which way a notable change went; "" where there is none.
func (c *Change) Verdict() string {
	if !(c.P < Notable) || c.Better == metrics.Neither || math.Abs(c.Share) < leastNotable {
		return ""
	}
	if (c.Share > 0) == (c.Better == metrics.HigherBetter) {
		return VerdictBetter
	}
	return VerdictWorse
}

// ErrNothingMatched says that no case is on both sides.
var ErrNothingMatched = errors.New("no case is on both sides")

// Compare compares the first side with each of the others, case by case. An error
// is that they cannot be compared: other definitions, or not a case in common.
func Compare(sides []*Side, o CompareOptions) (*Comparisons, error) {
	all := &Comparisons{Paired: o.Paired}
	var err error
	if all.Definitions, err = oneDefinition(sides); err != nil {
		return nil, err
	}
	for _, side := range sides[1:] {
		c := match(sides[0], side)
		if len(c.Cases) == 0 {
			return nil, fmt.Errorf("%w: %s has %s; %s has %s; name runs of the same lengths and load", ErrNothingMatched, sides[0].Name, axesOf(c.lost), side.Name, axesOf(c.added))
		}
		for i := range c.Cases {
			c.Cases[i].compare(o)
		}
		all.Pairs = append(all.Pairs, c)
	}
	all.Gates = judge(o, all.Pairs)
	return all, nil
}

// oneDefinition is the definitions that all figures follow.
func oneDefinition(sides []*Side) (string, error) {
	var told []string
	found := map[string]bool{}
	for _, s := range sides {
		for _, d := range s.values(definitionsOf) {
			if d == "" {
				return "", fmt.Errorf("%s does not tell by which definitions its figures are: aggregate its results folder again", s.Name)
			}
			found[d] = true
		}
		told = append(told, s.Name+" has "+strings.Join(s.values(definitionsOf), " and "))
	}
	if len(found) > 1 {
		return "", fmt.Errorf("definitions differ: %s; with --definitions vllm ours are computed anew by vLLM's, from their records", strings.Join(told, ", "))
	}
	return sides[0].Rows[0].Definitions, nil
}

// compare finds the changes of the headline figures, then of those gated.
func (c *CaseChange) compare(o CompareOptions) {
	var names []string
	for _, h := range headline() {
		names = append(names, h.name)
	}
	for _, g := range o.Gates {
		if !slices.Contains(names, g.Metric) {
			names = append(names, g.Metric)
		}
	}
	for _, name := range names {
		ch := c.change(name, o.Paired)
		if len(ch.old)+len(ch.new) == 0 {
			continue
		}
		ch.describe()
		ch.Doubt = c.doubts(name)
		c.Changes = append(c.Changes, ch)
	}
}

// change tests one figure, by what the repeats allow.
func (c *CaseChange) change(name string, paired bool) Change {
	old, oldRows := c.base.figures(name)
	fresh, newRows := c.new.figures(name)
	if paired {
		if a, b := byRepeat(old, oldRows, fresh, newRows); len(a) > 1 {
			ch := changeOf(name, a, b)
			if ch.Why == "" {
				ch.pair()
			}
			return ch
		}
	}
	ch := changeOf(name, old, fresh)
	if ch.Why == "" && !ch.test.Defined() {
		ch.bootstrap(oldRows, newRows)
	}
	return ch
}

// pair tests the change repeat by repeat, too.
func (c *Change) pair() {
	paired := false
	if c.test, paired = stats.PairedOrWelch(logs(c.old), logs(c.new)); paired {
		c.By = ByPaired
		c.sdOld, c.sdNew = c.test.SE*math.Sqrt(float64(len(c.old))), 0 // of the differences
	}
}

// byRepeat keeps the repeats that both sides have, each at the same place.
func byRepeat(old []float64, oldRows []*Row, fresh []float64, newRows []*Row) (a, b []float64) {
	at := map[int]float64{}
	for i, r := range oldRows {
		if r.Repeat != nil {
			at[*r.Repeat] = old[i]
		}
	}
	for i, r := range newRows {
		if r.Repeat == nil {
			continue
		}
		if v, ok := at[*r.Repeat]; ok {
			a, b = append(a, v), append(b, fresh[i])
		}
	}
	return a, b
}

// changeOf tests the repeats of a figure on the scale of logarithms: noise of a
// server is in proportion to what is measured, and a difference of logarithms is a
// ratio. The test is undefined where both sides have too few repeats.
func changeOf(name string, old, fresh []float64) Change {
	c := Change{
		Metric: name, Better: metrics.Better(name), old: old, new: fresh,
		Old: stats.Mean(old), New: stats.Mean(fresh),
		Share: math.NaN(), Low: math.NaN(), High: math.NaN(), P: math.NaN(), RankP: math.NaN(), sdOld: math.NaN(), sdNew: math.NaN(),
	}
	switch {
	case len(old) == 0:
		c.Why = "undefined in BASE"
		return c
	case len(fresh) == 0:
		c.Why = "undefined in NEW"
		return c
	case slices.Min(old) <= 0 || slices.Min(fresh) <= 0:
		c.Why = "a value is 0, of which there is no change in per cent"
		return c
	}
	a, b := logs(old), logs(fresh)
	c.test = stats.TTest{Estimate: stats.Mean(b) - stats.Mean(a)}
	c.Share = math.Expm1(c.test.Estimate)
	c.sdOld, c.sdNew = stats.SampleStdDev(a), stats.SampleStdDev(b)
	switch {
	case len(a) > 1 && len(b) > 1:
		c.test, c.By = stats.Welch(a, b), ByWelch
	case len(a) > 2 && len(b) == 1:
		c.test, c.By, c.sdNew = stats.OneAgainst(a, b[0]), ByOne, c.sdOld
	case len(b) > 2 && len(a) == 1:
		c.test, c.By, c.sdOld = stats.OneAgainst(b, a[0]).Minus(), ByOne, c.sdNew
	}
	return c
}

// describe fills in what is read off the test.
func (c *Change) describe() {
	if !c.test.Defined() {
		return
	}
	low, high := c.test.Interval(Confidence)
	c.Low, c.High = math.Expm1(low), math.Expm1(high)
	c.P = c.test.TwoSided(0)
	if len(c.old) > 1 && len(c.new) > 1 {
		c.RankP = stats.MannWhitney(c.old, c.new)
	}
}

func logs(xs []float64) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = math.Log(x)
	}
	return out
}
