package report

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strings"

	"llmsweep/aggregate"
)

// leastSpan is the least height of a sparkline, as a share of its largest value:
// what differs by less stays low.
const leastSpan = 0.1

// trendline draws values from the least up; · is one that is missing.
func trendline(values []float64) string {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) {
			low, high = min(low, v), max(high, v)
		}
	}
	span := max(high-low, leastSpan*math.Abs(high))
	var b strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			b.WriteRune('·')
		case span == 0:
			b.WriteRune(bars[0])
		default:
			b.WriteRune(bars[int(math.Round((v-low)/span*float64(len(bars)-1)))])
		}
	}
	return b.String()
}

// TrendTerminal writes which runs were the first to differ, then a line a case and
// figure. Names are the runs', the oldest first; width is the terminal's, 0 = any will
// do.
func TrendTerminal(w io.Writer, names []string, lines []aggregate.TrendLine, width int) error {
	out := lineWriter{w: w, width: width}
	first, last := names[0], names[len(names)-1]
	said := false
	for i := range lines {
		if l := &lines[i]; l.First >= 0 {
			said = true
			s := fmt.Sprintf("%s since %s: %s %s at %s, against the median of the runs before", cmp.Or(l.Verdict(), "different"), names[l.First], metricTitle(l.Metric), change(l.Share), l.Case)
			if !math.IsNaN(l.P) {
				s += ", p " + pText(l.P)
			}
			out.line(s)
		}
	}
	if !said {
		out.line("no run differs from those before it")
	}
	if len(names) < 4 {
		out.line(fmt.Sprintf("%s are too few to tell: a run is held against three or more before it", counted(len(names), "run")))
	}
	var rows [][]string
	for i := range lines {
		l := &lines[i]
		since := ""
		if l.First >= 0 {
			since = names[l.First]
		}
		rows = append(rows, []string{l.Case, l.Metric, trendline(l.Values), amount(l.Values[0]), amount(l.Values[len(l.Values)-1]), change(l.Share), since})
	}
	out.line("", fmt.Sprintf("%d runs, %s … %s", len(names), first, last))
	out.table([]string{"case", "metric", "runs", "first", "last", "differs by", "first that differs"}, rows, 4, 6, []int{4, 5})
	return out.err
}
