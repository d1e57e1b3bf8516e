package main

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"llmsweep/report"
	"llmsweep/runlog"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/wording"
)

// A part of a line. Where the line is too long, parts go, the highest spare first;
// 0 stays.
type part struct {
	text  string
	spare int
}

// fit joins the parts that have a text to a line of at most so many characters;
// width 0 = any length.
func fit(width int, sep string, parts ...part) string {
	for {
		var texts []string
		least := -1
		for i, p := range parts {
			if p.text == "" {
				continue
			}
			texts = append(texts, p.text)
			if p.spare > 0 && (least < 0 || p.spare > parts[least].spare) {
				least = i
			}
		}
		line := strings.Join(texts, sep)
		switch {
		case width <= 0 || utf8.RuneCountInString(line) <= width:
			return line
		case least < 0:
			return string([]rune(line)[:width-1]) + "…"
		}
		parts[least].text = ""
	}
}

// shorten takes out of the middle of a name what is too long.
func shorten(name string, width int) string {
	runes := []rune(name)
	if len(runes) <= width {
		return name
	}
	half := (width - 1) / 2
	return string(runes[:width-1-half]) + "…" + string(runes[len(runes)-half:])
}

// sweepLine is the sweep on a terminal: cases done, a bar, the time, the rest.
func sweepLine(s *snapshot, now time.Time, width int) string {
	const least = 8 // of the bar
	done := fmt.Sprintf("sweep  %d/%d cases", s.done(), s.cases)
	times := part{s.elapsed.Round(time.Second).String(), 2}
	rest := part{toGo(s, now), 1}
	free := width - utf8.RuneCountInString(fit(width, "  ", part{text: done}, times, rest)) - 2
	line := part{spare: 3}
	if free >= least && s.cases > 0 {
		line.text = bar(float64(s.done())/float64(s.cases), min(free, 20))
	}
	return fit(width, "  ", part{text: done}, line, times, rest)
}

func bar(share float64, width int) string {
	full := int(share * float64(width))
	return strings.Repeat("█", full) + strings.Repeat("░", width-full)
}

// toGo is how long the sweep still takes, and where that is over ten minutes until
// when. As long as it rests on no measured case, it says "about".
func toGo(s *snapshot, now time.Time) string {
	if !s.known || s.done() == s.cases {
		return ""
	}
	text := wording.Roughly(s.toGo) + " to go"
	if !s.sure {
		text = "about " + text
	}
	if s.toGo >= 10*time.Minute && s.toGo < 24*time.Hour {
		text += now.Add(s.toGo).Format(" (15:04)")
	}
	return text
}

// caseLine is the case on a terminal.
func caseLine(s *snapshot, width int) string {
	const figures = 44 // what they take
	name := shorten(strings.TrimPrefix(s.case_.Name, "bench_"), max(width-figures, 12))
	if !s.sending {
		return fit(width, "  ", part{text: name}, part{text: preparing(s)})
	}
	parts := []part{{text: name}, {text: fmt.Sprintf("%d/%d", s.ended(), s.case_.NumPrompts)}}
	return fit(width, "  ", append(parts, caseFigures(s)...)...)
}

// preparing is what comes before a case's load: a pause, hooks, its server's start,
// and then prompts.
func preparing(s *snapshot) string {
	if s.prompts == 0 {
		return "getting ready"
	}
	return fmt.Sprintf("making prompts: %d of %d", s.prepared, s.prompts)
}

// caseFigures are what is known of the running case.
func caseFigures(s *snapshot) []part {
	var parts []part
	if s.ended() == 0 && (s.warmups < s.case_.Warmup || s.case_.WarmupFor > 0) {
		parts = append(parts, part{"warming up", 3})
	}
	if !math.IsNaN(s.tokPerS) {
		parts = append(parts, part{fmt.Sprintf("%.0f tok/s", s.tokPerS), 2})
	}
	if !math.IsNaN(s.ttft) {
		parts = append(parts, part{"TTFT p50 " + report.Figure(&s.ttft) + " ms", 3})
	}
	if s.failed > 0 {
		parts = append(parts, part{fmt.Sprintf("%d failed", s.failed), 1})
	}
	return append(parts, part{fmt.Sprintf("%d in flight", s.inFlight), 4})
}

// summary is a line on a case that ended. One that was measured is fitted to
// width; why one was not is told whole. width 0 = any length.
func summary(c plan.Case, r *sweep.Result, width int) string {
	s := &r.Summary
	if r.Status != runlog.StatusMeasured {
		line := fmt.Sprintf("%s %s: %d of %d done", c.Name, r.Status, s.Completed, c.NumPrompts)
		if why := whyNot(r); why != "" {
			line += "; " + why
		}
		return line
	}
	name := c.Name
	if width > 0 {
		name = strings.TrimPrefix(name, "bench_")
	}
	span := fmt.Sprintf(" in %.1f s", s.Duration)
	parts := []part{
		{text: fmt.Sprintf("%s %s: %s requests/s", name, s.Validity.Verdict, report.Figure(&s.RequestThroughput))},
		{report.Figure(&s.OutputThroughput) + " tok/s", 1},
		{"TTFT " + report.Figure(&s.TTFT.Mean) + " ms", 2},
		{"TPOT " + report.Figure(&s.TPOT.Mean) + " ms", 3},
	}
	if s.OutputTokens == 0 { // embeddings, reranking: answers in one piece
		parts = []part{parts[0], {report.Figure(&s.TotalTokenThroughput) + " input tok/s", 1}, {"E2EL " + report.Figure(&s.E2EL.Mean) + " ms", 2}}
	}
	line := fit(width-len(span), ", ", parts...) + span
	if s.Failed > 0 {
		line += fmt.Sprintf("; %d failed, first: %s", s.Failed, s.FirstError)
	}
	return line
}

// whyNot is why a case has no result; "" = nothing went wrong, but a user ended it.
func whyNot(r *sweep.Result) string { return cmp.Or(r.Failure, r.Summary.FirstError) }
