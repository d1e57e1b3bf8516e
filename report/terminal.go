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
	Missing []string          // planned cases without a row, and why: "bench_x", "bench_y (skipped: …)"
	Width   int               // columns of the terminal; 0 = unknown, or none
}

// wordsWidth is how many columns words take at most.
const wordsWidth = 100

// What is named before the rest is only counted.
const (
	mostCurves  = 6  // in words
	mostRows    = 30 // of the table of curves
	mostMissing = 6  // cases
)

// Terminal writes the first screen after a run: what was found in words, a line a
// curve, a line a case. Of a single case there is the last alone.
func Terminal(w io.Writer, s Screen) {
	width := wordsWidth
	if s.Width > 0 {
		width = min(max(s.Width, 20), wordsWidth)
	}
	words := Words(&s.Reading, s.Rows)
	for i, b := range words {
		if i == mostCurves {
			fmt.Fprintf(w, "and %d more in the table\n", len(words)-mostCurves)
			break
		}
		fmt.Fprintln(w, b.Title)
		for _, line := range b.Lines {
			fmt.Fprintln(w, wrap("  "+line, width, 4))
		}
	}
	between := append(Comparisons(&s.Reading, s.Rows), fronts(&s.Reading)...)
	for _, line := range between {
		fmt.Fprintln(w, wrap(line, width, 2))
	}
	if len(words) > 0 {
		fmt.Fprintln(w)
		printCurves(w, &s.Reading, s.Width)
	}
	if len(words)+len(between) > 0 {
		fmt.Fprintln(w)
	}
	Cases(w, s.Rows, s.Width)
	if n := len(s.Missing); n > 0 {
		fmt.Fprintln(w, wrap("\nnot measured: "+listed(s.Missing, mostMissing), width, 2))
	}
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
