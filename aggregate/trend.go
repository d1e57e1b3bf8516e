package aggregate

import (
	"math"
	"slices"

	"llmsweep/metrics"
	"llmsweep/stats"
)

// A night differs from those before it when it is beyond all of this.
const (
	TrendNights = 3    // nights there have to be before it
	trendLeast  = 0.05 // of the median of those before: less is not worth waking anyone for
	trendAlpha  = 0.05 // level of all nights of a line together
)

// A TrendLine is one figure of one case over runs, the oldest first.
type TrendLine struct {
	Case   string
	Metric string
	Better metrics.Direction
	Values []float64    // means of a run's repeats; NaN = not measured, or invalid
	Differ []Difference // the runs that differ from those before them that do not, the oldest first
}

// A Difference is how a run differs from those before it.
type Difference struct {
	Run   int     // its place in Values
	Share float64 // of the median of those before, in addition to it
	P     float64 // two-sided, of one night against the others, times how many nights were looked at: 1 after one that differs
}

// Verdict says which way a run went; "" = neither is better.
func (l *TrendLine) Verdict(d Difference) string {
	switch {
	case l.Better == metrics.Neither:
		return ""
	case (d.Share > 0) == (l.Better == metrics.HigherBetter):
		return VerdictBetter
	}
	return VerdictWorse
}

// Lasting is the difference that the newest run still has, by the first of the runs in
// a row that have it; ok is false where the newest run does not differ.
func (l *TrendLine) Lasting() (since, newest Difference, ok bool) {
	at := len(l.Differ) - 1
	if at < 0 || l.Differ[at].Run < len(l.Values)-1 {
		return since, newest, false
	}
	since, newest = l.Differ[at], l.Differ[at]
	for _, d := range slices.Backward(l.Differ[:at]) {
		between := slices.ContainsFunc(l.Values[d.Run+1:since.Run], func(v float64) bool { return !math.IsNaN(v) })
		if between || math.Signbit(d.Share) != math.Signbit(newest.Share) {
			break
		}
		since = d
	}
	return since, newest, true
}

// Trend follows figures over runs, the oldest first. Cases are those of the newest
// run, in its order; an invalid case is no value.
func Trend(runs []*Side, names []string) []TrendLine {
	k := keyOf(runs...)
	groups := make([]map[string]*caseRuns, len(runs))
	var order []string
	for i, s := range runs {
		order, groups[i] = s.groups(k)
	}
	var lines []TrendLine
	for _, key := range order {
		for _, name := range names {
			l := TrendLine{Metric: name, Better: metrics.Better(name)}
			for i := range runs {
				var repeats []float64
				if g := groups[i][key]; g != nil {
					l.Case = g.name()
					if verdict, _ := g.doubt(); verdict != metrics.Invalid {
						repeats, _ = g.figures(name)
					}
				}
				l.Values = append(l.Values, stats.Mean(repeats))
			}
			l.Differ = differing(l.Values)
			lines = append(lines, l)
		}
	}
	return lines
}

// differing finds the runs that differ from those before them. One that does is not
// among those that later ones are held to, so that a change that stays is seen in each
// run from then on, and one bad night hides no other.
func differing(values []float64) (all []Difference) {
	scale := math.Log
	nights := 0
	for _, v := range values {
		if v <= 0 { // shares may be 0
			scale = func(x float64) float64 { return x }
		}
		if !math.IsNaN(v) {
			nights++
		}
	}
	var before, scaled []float64
	looked := nights - TrendNights // at as many nights a change is looked for, but at one for whether it lasts
	times := looked
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		if len(before) >= TrendNights {
			median := stats.Median(before)
			d := Difference{Run: i, Share: v/median - 1}
			d.P = min(1, float64(times)*stats.OneAgainst(scaled, scale(v)).TwoSided(0))
			if math.Abs(v-median) >= trendLeast*math.Abs(median) && d.P < trendAlpha {
				all = append(all, d)
				times = 1
				continue
			}
		}
		times = looked
		before, scaled = append(before, v), append(scaled, scale(v))
	}
	return all
}
