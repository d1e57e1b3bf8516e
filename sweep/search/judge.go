package search

import (
	"cmp"
	"fmt"
	"math"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/stats"
	"llmsweep/sweep/wording"
)

// closeTo is how near a figure may be to its limit, relatively, without the load
// being measured again.
const closeTo = 0.10

// A Limit is what a figure has to keep to: at most At where lower is better, at
// least At where higher is.
type Limit struct {
	Figure string  // its name in the CSV
	At     float64 // in the figure's unit, above 0
}

// String is the limit: p99 TTFT ≤ 500 ms.
func (l Limit) String() string {
	sign := " ≤ "
	if metrics.Better(l.Figure) == metrics.HigherBetter {
		sign = " ≥ "
	}
	return wording.Figure(l.Figure) + sign + wording.Value(l.Figure, l.At)
}

// excess is how far a value is past the limit: 1 is on it, and below 1 meets it. A
// share that is to be high is judged by what it lacks: 99.9 % is far better than 99 %.
func (l Limit) excess(v float64) float64 {
	switch {
	case metrics.Better(l.Figure) != metrics.HigherBetter:
		return v / l.At
	case strings.HasSuffix(l.Figure, "_share") && l.At < 1:
		return (1 - v) / (1 - l.At)
	case v <= 0:
		return math.Inf(1)
	}
	return l.At / v
}

// A Reading is what one case says of its load.
type Reading struct {
	Name    string             // of the case
	Figures map[string]float64 // see CaseFile.Figures
	Failed  bool
	Broken  string // why it breaks the SLO whatever the figures: it failed, is invalid, or above; "" = it does not
	Above   bool   // stop_when left it out: a lower load was enough
	Unfit   string // why it says nothing of the load: it could not begin; "" = it does
}

// ReadingOf is what a case says of its load. A case that failed without having sent a
// request failed for another reason than its load.
func ReadingOf(f *runlog.CaseFile) Reading {
	m := Reading{Name: f.Case.Name, Figures: f.Figures(), Failed: f.Status != runlog.StatusMeasured}
	switch {
	case f.Status != runlog.StatusMeasured && f.Failures.Sent == 0:
		m.Unfit = cmp.Or(lastOf(f.Notes), f.Failures.First, "it could not begin")
	case f.Status != runlog.StatusMeasured:
		m.Broken = "it failed: " + cmp.Or(lastOf(f.Notes), f.Failures.First, "no request completed")
	case f.Validity.Verdict == metrics.Invalid:
		m.Broken = "it is invalid"
		if len(f.Validity.Reasons) > 0 {
			m.Broken += ": " + f.Validity.Reasons[0]
		}
	}
	return m
}

func lastOf(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return wording.OneLine(notes[len(notes)-1])
}

// A Judgment is what the cases of one load say together.
type Judgment struct {
	Again   bool               // it has to be measured once more
	Unfit   string             // why nothing can be said; "" = it can
	Meets   bool               // the SLO
	Broken  string             // why it does not, where that is not a figure: see Reading
	Decides Limit              // the limit that is kept worst
	Figures map[string]float64 // the median of each
}

// Judge says whether a load meets all limits, by the median of each figure over the
// cases there are, repeats at most. A load whose worst figure is within closeTo of
// its limit is measured until most of its cases must agree, or repeats are used up.
func Judge(slo []Limit, runs []Reading, repeats int) (j Judgment) {
	if len(runs) == 0 {
		return Judgment{Again: true}
	}
	met := 0
	var sound []Reading // those with figures that count
	for _, m := range runs {
		if m.Unfit != "" {
			return Judgment{Unfit: m.Unfit}
		}
		if m.Broken != "" {
			j.Broken = m.Broken
			continue
		}
		sound = append(sound, m)
		_, excess, undefined := worst(slo, m.Figures)
		if undefined != "" {
			return Judgment{Unfit: fmt.Sprintf("%s is undefined in %s: take another figure for search.slo", undefined, m.Name)}
		}
		if excess <= 1 {
			met++
		}
	}
	j.Figures = medians(sound)
	if len(sound) == 0 {
		return j
	}
	var excess float64
	j.Decides, excess, _ = worst(slo, j.Figures)
	j.Meets = excess <= 1
	agree := len(runs) - met // of the cases with the verdict
	if len(sound) < len(runs) {
		j.Meets = 2*met > len(runs)
	}
	if j.Meets {
		agree, j.Broken = met, ""
	} else if excess > 1 {
		j.Broken = ""
	}
	near := len(runs) > 1 || excess >= 1-closeTo && excess <= 1+closeTo
	j.Again = near && len(runs) < repeats && 2*agree <= repeats
	return j
}

// worst is the limit that the figures keep worst, and by how much: see excess.
// undefined names a figure that is not there.
func worst(slo []Limit, figures map[string]float64) (l Limit, excess float64, undefined string) {
	excess = math.Inf(-1)
	for _, limit := range slo {
		v, ok := figures[limit.Figure]
		if !ok {
			return limit, 0, limit.Figure
		}
		if e := limit.excess(v); e > excess {
			l, excess = limit, e
		}
	}
	return l, excess, ""
}

// medians is the median of each figure over the cases that define it; of an even
// number of them, the mean of the middle two.
func medians(runs []Reading) map[string]float64 {
	all := map[string][]float64{}
	for _, m := range runs {
		for name, v := range m.Figures {
			all[name] = append(all[name], v)
		}
	}
	of := make(map[string]float64, len(all))
	for name, vs := range all {
		of[name] = stats.Median(vs)
	}
	return of
}
