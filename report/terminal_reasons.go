package report

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"llmsweep/aggregate"
	"llmsweep/metrics"
)

const (
	fewDoubted = 3 // cases of a verdict have their reasons one by one
	mostNamed  = 3 // cases are named beside a reason that they share
)

// printReasons says why cases are not valid: first those with an error, a line each,
// then of many others a line a reason, so that what was said before stays in sight.
// On a terminal it is the first reason of a case, and of many lines the first few.
func printReasons(w io.Writer, rows []aggregate.Row, width int) {
	var lines []string
	worst := worstFirst(rows)
	var shared []int
	for _, verdict := range []string{metrics.Invalid, metrics.Suspect} {
		measured := func(i int) bool { return rows[i].FirstError == "" && caseVerdict(&rows[i]) == verdict }
		some := slices.DeleteFunc(slices.Clone(worst), func(i int) bool { return !measured(i) })
		if len(some) > fewDoubted {
			shared = append(shared, some...)
			worst = slices.DeleteFunc(worst, measured)
		}
	}
	for _, i := range worst {
		r := &rows[i]
		why := r.ValidityReasons
		if reasons := strings.Split(why, "; "); width > 0 && len(reasons) > 1 {
			why = fmt.Sprintf("%s; %d more in its file", reasons[0], len(reasons)-1)
		}
		if err := firstError(r); err != "" {
			why += "; " + err
		}
		lines = append(lines, fmt.Sprintf("%s %s: %s", r.Case, caseVerdict(r), strings.TrimPrefix(why, "; ")))
	}
	lines = append(lines, sharedReasons(rows, shared)...)
	for n, line := range lines {
		if n == 0 {
			fmt.Fprintln(w)
		}
		if width > 0 && n == mostReasons {
			fmt.Fprintf(w, "and %d more; all are in the CSV and in llmsweep report\n", len(lines)-n)
			return
		}
		if width > 0 {
			line = wrap(line, width, 2)
		}
		fmt.Fprintln(w, line)
	}
}

// A sharedReason is one that cases of a verdict have, but for its figures.
type sharedReason struct {
	verdict string
	words   string     // the reason as the first case has it
	figures [][]string // of each case, in their order in words
	cases   []string
}

// sharedReasons is a line for each reason of the cases, with the range of its
// figures.
func sharedReasons(rows []aggregate.Row, of []int) (lines []string) {
	var order []string
	all := map[string]*sharedReason{}
	for _, i := range of {
		r := &rows[i]
		for why := range strings.SplitSeq(r.ValidityReasons, "; ") {
			var figures []string
			form := reasonFigure.ReplaceAllStringFunc(why, func(figure string) string {
				figures = append(figures, figure)
				return "\x00"
			})
			key := caseVerdict(r) + "\x00" + form
			if all[key] == nil {
				all[key] = &sharedReason{verdict: caseVerdict(r), words: why}
				order = append(order, key)
			}
			all[key].figures = append(all[key].figures, figures)
			all[key].cases = append(all[key].cases, r.Case)
		}
	}
	for _, key := range order {
		s := all[key]
		lines = append(lines, fmt.Sprintf("%s: %s (%s)", counted(len(s.cases), s.verdict+" case"), s.ranges(), listed(s.cases, mostNamed)))
	}
	return lines
}

// reasonFigure is a figure in a reason, with the character before it: no digits of a
// name such as p99.
var reasonFigure = regexp.MustCompile(`(?:^|[\s(])-?\d+(?:[.,]\d+)*\b`)

// ranges is the reason with, for each figure that differs, the least and the most.
func (s *sharedReason) ranges() string {
	n := -1
	return reasonFigure.ReplaceAllStringFunc(s.words, func(string) string {
		n++
		least, most := s.figures[0][n], s.figures[0][n]
		for _, f := range s.figures {
			if figureValue(f[n]) < figureValue(least) {
				least = f[n]
			}
			if figureValue(f[n]) > figureValue(most) {
				most = f[n]
			}
		}
		if least == most {
			return least
		}
		return least + " to " + strings.TrimLeft(most, " (")
	})
}

func figureValue(text string) float64 {
	x, _ := strconv.ParseFloat(strings.ReplaceAll(strings.TrimLeft(text, " ("), ",", ""), 64)
	return x
}

// worstFirst are the rows with a reason to be doubted: on top what has no figures or
// is invalid.
func worstFirst(rows []aggregate.Row) []int {
	var bad, suspect []int
	for i := range rows {
		switch v := caseVerdict(&rows[i]); {
		case caseReasons(&rows[i]) == "":
		case v == metrics.Suspect || v == metrics.Valid:
			suspect = append(suspect, i)
		default:
			bad = append(bad, i)
		}
	}
	return append(bad, suspect...)
}
