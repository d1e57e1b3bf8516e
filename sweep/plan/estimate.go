package plan

import (
	"fmt"
	"math"
	"strings"
	"time"

	"llmsweep/dataset"
	"llmsweep/sweep/conf"
	"llmsweep/sweep/wording"
)

// What a case takes on an unknown server, assumed roughly: tokens/s of a
// request's prefill, and the time of a decode step however full the batch is.
const (
	assumedPrefill = 8000.0 // tokens/s
	assumedStep    = 20 * time.Millisecond
)

// EstimateCase is about how long a case takes, warm-up included: requests go in
// rounds of MaxConcurrency, each of input ÷ 8,000 tokens/s and 20 ms an output
// token; with a rate or a ramp, no faster than that begins its sessions; and no longer
// than its duration, after a warm-up.
func EstimateCase(p Case) time.Duration { return estimateAt(p, 1) }

// estimateAt is the same on a server whose requests take slow times as long.
func estimateAt(p Case, slow float64) time.Duration {
	lengths := p.lengths()
	request := slow * (float64(lengths.Input)/assumedPrefill + float64(lengths.Output)*assumedStep.Seconds())
	inFlight := max(p.MaxConcurrency, 1)
	warmup := math.Ceil(float64(p.Warmup)/float64(inFlight))*request + p.WarmupFor.Seconds()
	seconds := math.Ceil(float64(p.NumPrompts)/float64(inFlight)) * request
	sessions := p.sessions()
	last := request * float64(p.NumPrompts) / max(sessions, 1) // of the last session to come
	switch {
	case p.Ramp != nil:
		seconds = max(seconds, p.Ramp.span(int(math.Round(sessions)))+last)
	case !math.IsInf(p.Rate, 1) && p.Rate > 0:
		seconds = max(seconds, sessions/p.Rate+last)
	}
	if p.Duration > 0 {
		seconds = min(seconds, p.Duration.Seconds())
	}
	return time.Duration(min(warmup+seconds, conf.MaxSpan.Seconds()) * 1e9)
}

// sessions is about how many sessions make up the case's requests: a rate or a
// ramp counts these.
func (p *Case) sessions() float64 {
	if p.Config == nil {
		return float64(p.NumPrompts)
	}
	return sessionsOf(&p.Config.Dataset, p.NumPrompts)
}

// sessionsOf is about how many sessions of a dataset make up n requests: those of
// conversations have the mean number of turns.
func sessionsOf(s *dataset.Spec, n int) float64 {
	switch {
	case s.Type == dataset.TypeConversation && n > 0:
		return max(1, 2*float64(n)/float64(s.Turns[0]+s.Turns[1]))
	case s.Type == dataset.TypeMix:
		sum := 0.0
		for i, requests := range s.ScenarioCounts(n) {
			sum += sessionsOf(&s.Scenarios[i].Dataset, requests)
		}
		return sum
	}
	return float64(n)
}

// Estimate is about how long the cases take, one after the other: see Estimates.
func Estimate(cases []Case, earlier map[string]time.Duration) (sum time.Duration) {
	takes, _ := Estimates(cases, earlier)
	for _, p := range cases {
		sum = min(sum+takes[p.Name], conf.MaxSpan)
	}
	return sum
}

// Estimates is about how long each case takes, by name: what one of its name took
// before, which earlier holds; else EstimateCase, corrected by what the others took,
// as the time to go is. learned is false where they tell nothing. earlier may be nil.
func Estimates(cases []Case, earlier map[string]time.Duration) (takes map[string]time.Duration, learned bool) {
	pace := NewPace(cases)
	for i := range cases {
		if took, known := earlier[cases[i].Name]; known {
			pace.Learn(cases[i], took)
			learned = learned || cases[i].byServer()
		}
	}
	takes = make(map[string]time.Duration, len(cases))
	for _, pc := range cases {
		took, known := earlier[pc.Name]
		if !known {
			took, _ = pace.Expect(pc)
		}
		takes[pc.Name] = took
	}
	return takes, learned
}

// EstimateText is about how long the cases take, and what that rests on.
func EstimateText(cases []Case, earlier map[string]time.Duration) string {
	var timed []Case
	var guessed, known int
	var replayed *Case
	typical := map[IOLen]bool{}
	think := false
	for i := range cases {
		p := &cases[i]
		_, before := earlier[p.Name]
		switch {
		case before:
			known++
		case p.Replay > 0:
			replayed = p
			continue
		default:
			guessed++
			typical[p.Typical] = true
			think = think || p.Config.Dataset.Think != nil
		}
		timed = append(timed, *p)
	}
	var parts []string
	assumed := fmt.Sprintf("if a decode step takes %d ms and prefill runs at %s tokens/s", assumedStep.Milliseconds(), wording.Thousands(assumedPrefill))
	if len(typical) == 1 && guessed > 0 && !typical[IOLen{}] {
		for t := range typical {
			assumed += fmt.Sprintf(", and a request has about %d input and %d output tokens", t.Input, t.Output)
		}
	}
	if think {
		assumed += "; the pauses between turns come on top"
	}
	if _, learned := Estimates(timed, earlier); learned {
		assumed = "by what these took"
	}
	about := "about " + wording.Roughly(Estimate(timed, earlier))
	switch {
	case known > 0 && guessed > 0:
		parts = append(parts, fmt.Sprintf("%s: %s as in the last run, %d %s", about, wording.Plural(known, "case"), guessed, assumed))
	case known > 0:
		parts = append(parts, about+", as in the last run")
	case guessed > 0:
		parts = append(parts, about+" "+assumed)
	}
	if replayed != nil {
		parts = append(parts, fmt.Sprintf("a case takes as long as the trace's first requests, at %s times their speed", wording.Rate(replayed.Replay)))
	}
	return strings.Join(parts, "; ")
}
