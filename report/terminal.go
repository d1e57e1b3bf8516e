package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"llmsweep/aggregate"
)

// A Screen is what is shown of a sweep once it has been folded.
type Screen struct {
	Rows    []aggregate.Row
	Reading aggregate.Reading // of the rows
	Found   []string          // what searches, refined curves and sweeps of rates came to, in words
	Missing []string          // planned cases without a row, and why: "bench_x", "bench_y (skipped: …)"
	Width   int               // columns of the terminal; 0 = unknown, or none
}

// wordsWidth is how many columns words take at most.
const wordsWidth = 100

// What is named before the rest is only counted.
const (
	fewCurves   = 2  // are told in words before the table of curves
	mostCurves  = 6  // in words
	mostRows    = 30 // of the table of curves
	mostMissing = 6  // cases
	mostReasons = 8  // cases that are not valid, on a terminal
)

// Terminal writes the first screen after a run, the answer first: what searches came
// to; which of several servers or settings does most; then a line a curve and what was found on each, of
// few curves the words before the table; then how many cases can be believed, and a
// line a case. Of a single case there
// is the last alone.
func Terminal(w io.Writer, s Screen) {
	width := wordsWidth
	if s.Width > 0 {
		width = min(max(s.Width, 20), wordsWidth)
	}
	for _, text := range s.Found {
		if s.Width > 0 {
			text = wrap(text, width, 2)
		}
		fmt.Fprintf(w, "%s\n\n", text)
	}
	parts := []func() bool{
		func() bool { return printSentences(w, Comparisons(&s.Reading, s.Rows), width, 0) },
		func() bool { return printCurves(w, &s.Reading, s.Width) },
		func() bool { return printWords(w, Words(&s.Reading, s.Rows), width) },
	}
	if len(s.Reading.Curves) <= fewCurves {
		parts[1], parts[2] = parts[2], parts[1]
	}
	for _, part := range append(parts, func() bool { return printSentences(w, fronts(&s.Reading), width, 0) }) {
		if part() {
			fmt.Fprintln(w)
		}
	}
	if len(s.Rows) > 1 {
		fmt.Fprintln(w, wrap(verdictText(s.Rows), width, 2))
	}
	printCases(w, s.Rows, &s.Reading, s.Width)
	if n := len(s.Missing); n > 0 {
		fmt.Fprintln(w, wrap("\nnot measured: "+listed(s.Missing, mostMissing), width, 2))
	}
}

// printWords tells of each curve, and reports whether there was any.
func printWords(w io.Writer, words []Block, width int) bool {
	for i, b := range words {
		if i == mostCurves {
			fmt.Fprintf(w, "and %d more in the table\n", len(words)-mostCurves)
			break
		}
		fmt.Fprintln(w, b.Title)
		printSentences(w, b.Lines, width, 2)
	}
	return len(words) > 0
}

// printSentences writes each finding, and below it, further in, what stands behind
// it; it reports whether there was any.
func printSentences(w io.Writer, lines []Sentence, width, indent int) bool {
	lead := strings.Repeat(" ", indent)
	for _, s := range lines {
		fmt.Fprintln(w, wrap(lead+s.Text, width, indent+2))
		behind := []string{s.More, s.Source}
		if one := strings.Join(behind, "; "); s.More == "" || s.Source == "" || utf8.RuneCountInString(one)+indent+2 <= width {
			behind = []string{strings.Trim(one, "; ")}
		}
		for _, line := range behind {
			if line != "" {
				fmt.Fprintln(w, wrap(lead+"  "+line, width, indent+4))
			}
		}
	}
	return len(lines) > 0
}

// listed is the first most texts, and how many more there are.
func listed(texts []string, most int) string {
	if len(texts) <= most {
		return strings.Join(texts, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(texts[:most], ", "), len(texts)-most)
}

// wrap breaks text at spaces into lines of at most width characters; those after
// the first begin with indent spaces. A word longer than that has a line of its own.
func wrap(text string, width, indent int) string {
	lead := text[:len(text)-len(strings.TrimLeft(text, " \n"))]
	var b strings.Builder
	b.WriteString(lead)
	at := utf8.RuneCountInString(lead)
	for i, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case at+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += n
	}
	return b.String()
}
