package sweep

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

// A reading is what one case says of its load.
type reading struct {
	name    string             // of the case
	figures map[string]float64 // see CaseFile.Figures
	failed  bool
	broken  string // why it breaks the SLO whatever the figures: it failed, is invalid, or above; "" = it does not
	above   bool   // stop_when left it out: a lower load was enough
	unfit   string // why it says nothing of the load: it could not begin; "" = it does
}

// readingOf is what a case says of its load. A case that failed without having sent a
// request failed for another reason than its load.
func readingOf(f *runlog.CaseFile) reading {
	m := reading{name: f.Case.Name, figures: f.Figures(), failed: f.Status != runlog.StatusMeasured}
	switch {
	case f.Status != runlog.StatusMeasured && f.Failures.Sent == 0:
		m.unfit = cmp.Or(lastOf(f.Notes), f.Failures.First, "it could not begin")
	case f.Status != runlog.StatusMeasured:
		m.broken = "it failed: " + cmp.Or(lastOf(f.Notes), f.Failures.First, "no request completed")
	case f.Validity.Verdict == metrics.Invalid:
		m.broken = "it is invalid"
		if len(f.Validity.Reasons) > 0 {
			m.broken += ": " + f.Validity.Reasons[0]
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

// A judgment is what the cases of one load say together.
type judgment struct {
	again   bool               // it has to be measured once more
	unfit   string             // why nothing can be said; "" = it can
	meets   bool               // the SLO
	broken  string             // why it does not, where that is not a figure: see reading
	decides Limit              // the limit that is kept worst
	figures map[string]float64 // the median of each
}

// judge says whether a load meets all limits, by the median of each figure over the
// cases there are, repeats at most. A load whose worst figure is within closeTo of
// its limit is measured until most of its cases must agree, or repeats are used up.
func judge(slo []Limit, runs []reading, repeats int) (j judgment) {
	if len(runs) == 0 {
		return judgment{again: true}
	}
	met := 0
	var sound []reading // those with figures that count
	for _, m := range runs {
		if m.unfit != "" {
			return judgment{unfit: m.unfit}
		}
		if m.broken != "" {
			j.broken = m.broken
			continue
		}
		sound = append(sound, m)
		_, excess, undefined := worst(slo, m.figures)
		if undefined != "" {
			return judgment{unfit: fmt.Sprintf("%s is undefined in %s: take another figure for search.slo", undefined, m.name)}
		}
		if excess <= 1 {
			met++
		}
	}
	j.figures = medians(sound)
	if len(sound) == 0 {
		return j
	}
	var excess float64
	j.decides, excess, _ = worst(slo, j.figures)
	j.meets = excess <= 1
	agree := len(runs) - met // of the cases with the verdict
	if len(sound) < len(runs) {
		j.meets = 2*met > len(runs)
	}
	if j.meets {
		agree, j.broken = met, ""
	} else if excess > 1 {
		j.broken = ""
	}
	near := len(runs) > 1 || excess >= 1-closeTo && excess <= 1+closeTo
	j.again = near && len(runs) < repeats && 2*agree <= repeats
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
func medians(runs []reading) map[string]float64 {
	all := map[string][]float64{}
	for _, m := range runs {
		for name, v := range m.figures {
			all[name] = append(all[name], v)
		}
	}
	of := make(map[string]float64, len(all))
	for name, vs := range all {
		of[name] = stats.Median(vs)
	}
	return of
}
