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

// MoreIfInvalid is how many cases a load gets beyond its repeats where some are
// invalid: what is wrong with the measurement may be gone the next time.
const MoreIfInvalid = 2

// A Reading is what one case says of its load.
type Reading struct {
	Name    string             // of the case
	Figures map[string]float64 // see CaseFile.Figures
	Failed  bool
	Broken  string // why it breaks the SLO whatever the figures: it failed, or above; "" = it does not
	Invalid string // why it says nothing of the server, and another case may; "" = it is sound
	Suspect bool   // it has a say, but not alone against the server
	Above   bool   // stop_when left it out: a lower load was enough
	Unfit   string // why it says nothing of the load: it could not begin; "" = it does
}

// ReadingOf is what a case says of its load. A case that failed without having sent a
// request failed for another reason than its load; one that is invalid since more
// requests failed than the share allowed broke under it.
func ReadingOf(f *runlog.CaseFile, failuresAllowed float64) Reading {
	m := Reading{
		Name: f.Case.Name, Figures: f.Figures(),
		Failed: f.Status != runlog.StatusMeasured, Suspect: f.Validity.Verdict == metrics.Suspect,
	}
	switch {
	case f.Status != runlog.StatusMeasured && f.Failures.Sent == 0:
		m.Unfit = cmp.Or(lastOf(f.Notes), f.Failures.First, "it could not begin")
	case f.Status != runlog.StatusMeasured:
		m.Broken = "it failed: " + cmp.Or(lastOf(f.Notes), f.Failures.First, "no request completed")
	case f.Validity.Verdict == metrics.Invalid:
		why := "it is invalid"
		if len(f.Validity.Reasons) > 0 {
			why += ": " + f.Validity.Reasons[0]
		}
		if float64(f.Failed) > failuresAllowed*float64(f.Failures.Sent) {
			m.Broken = why
		} else {
			m.Invalid = why
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
	Invalid string             // why none of its cases says anything of the server; "" = one does
	Decides Limit              // the limit that is kept worst
	Figures map[string]float64 // the median of each
}

// Judge says whether a load meets all limits, by the median of each figure over the
// cases there are, repeats at most. A load whose worst figure is within closeTo of
// its limit is measured until most of its cases must agree, or repeats are used up;
// so is one that breaks the SLO in a suspect case, whose latencies may be the
// client's.
// Invalid cases have no say, and are measured again, MoreIfInvalid times in all.
func Judge(slo []Limit, runs []Reading, repeats int) (j Judgment) {
	told, met := 0, 0   // cases that have a say, and those that meet the SLO
	suspect := false    // the first of them breaks it, and is suspect
	var sound []Reading // those with figures that count
	for _, m := range runs {
		if m.Unfit != "" {
			return Judgment{Unfit: m.Unfit}
		}
		if m.Invalid != "" {
			j.Invalid = m.Invalid
			continue
		}
		told++
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
		} else if told == 1 {
			suspect = m.Suspect
		}
	}
	invalid := len(runs) - told
	if told == 0 {
		j.Again = invalid <= MoreIfInvalid
		return j
	}
	j.Invalid = ""
	j.Figures = medians(sound)
	if len(sound) == 0 {
		return j
	}
	var excess float64
	j.Decides, excess, _ = worst(slo, j.Figures)
	j.Meets = excess <= 1
	agree := told - met // of the cases with the verdict
	if len(sound) < told {
		j.Meets = 2*met > told
	}
	if j.Meets {
		agree, j.Broken = met, ""
	} else if excess > 1 {
		j.Broken = ""
	}
	near := told > 1 || suspect || excess >= 1-closeTo && excess <= 1+closeTo
	j.Again = near && told < repeats && 2*agree <= repeats && invalid <= MoreIfInvalid
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
