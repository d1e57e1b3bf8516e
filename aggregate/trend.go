package aggregate

import (
	"math"
	"slices"

	"llmsweep/metrics"
	"llmsweep/stats"
)

// A night differs from those before it when it is beyond all of this.
const (
	trendLeast   = 0.05 // of the median of those before: less is not worth waking anyone for
	trendNights  = 3    // nights there have to be before it
	trendSpreads = 3    // robust standard deviations (1.4826 · MAD) from their median
	madToSigma   = 1.4826
)

// A TrendLine is one figure of one case over runs, the oldest first.
type TrendLine struct {
	Case   string
	Metric string
	Better metrics.Direction
	Values []float64 // means of a run's repeats; NaN = not measured, or invalid
	First  int       // the first run that differs from those before; -1 = none
	Share  float64   // by how much it differs from their median; NaN without one
	P      float64   // of Welch's test; NaN where the robust rule decided
}

// Verdict says which way the first run that differs went; "" = there is none.
func (l *TrendLine) Verdict() string {
	switch {
	case l.First < 0 || l.Better == metrics.Neither:
		return ""
	case (l.Share > 0) == (l.Better == metrics.HigherBetter):
		return VerdictBetter
	}
	return VerdictWorse
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
			repeats := make([][]float64, len(runs))
			for i := range runs {
				if g := groups[i][key]; g != nil {
					l.Case = g.name()
					if verdict, _ := g.doubt(); verdict != metrics.Invalid {
						repeats[i], _ = g.figures(name)
					}
				}
				l.Values = append(l.Values, stats.Mean(repeats[i]))
			}
			l.First, l.Share, l.P = firstDifferent(repeats)
			lines = append(lines, l)
		}
	}
	return lines
}

// firstDifferent finds the first run that differs from all those before it.
func firstDifferent(repeats [][]float64) (at int, share, p float64) {
	var means, pooled []float64 // of the runs before
	for i, xs := range repeats {
		if len(xs) == 0 {
			continue
		}
		mean := stats.Mean(xs)
		if len(means) >= trendNights {
			if share, p, ok := differs(means, pooled, xs, mean); ok {
				return i, share, p
			}
		}
		means, pooled = append(means, mean), append(pooled, xs...)
	}
	return -1, math.NaN(), math.NaN()
}

// differs holds a run to those before: their nights must not reach as far, and
// where it was repeated, Welch's test on the logarithms of all repeats must find it
// different, too.
func differs(means, pooled, xs []float64, mean float64) (share, p float64, ok bool) {
	median := stats.Median(means)
	away := math.Abs(mean - median)
	share, p = mean/median-1, math.NaN()
	if away < trendLeast*math.Abs(median) || away <= trendSpreads*madToSigma*deviationFrom(median, means) {
		return share, p, false
	}
	if len(xs) > 1 && slices.Min(pooled) > 0 && slices.Min(xs) > 0 {
		p = stats.Welch(logs(pooled), logs(xs)).TwoSided(0)
		return share, p, p < Notable
	}
	return share, p, true
}

// deviationFrom is the median absolute deviation.
func deviationFrom(median float64, xs []float64) float64 {
	away := make([]float64, len(xs))
	for i, x := range xs {
		away[i] = math.Abs(x - median)
	}
	return stats.Median(away)
}
