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

// trendSentences are what differs: what the newest run still has first, then what
// passed again.
func trendSentences(names []string, lines []aggregate.TrendLine) (now, passed []string) {
	for i := range lines {
		l := &lines[i]
		what := metricTitle(l.Metric) + " %s at " + l.Case
		if since, newest, ok := l.Lasting(); ok {
			s := fmt.Sprintf("%s since %s: "+what+", against the median of the runs before, p %s", cmp.Or(l.Verdict(since), "different"), names[since.Run], change(since.Share), pText(since.P))
			if newest != since {
				s += "; the newest run " + change(newest.Share)
			}
			now = append(now, s)
		} else if n := len(l.Differ); n > 0 {
			d := l.Differ[n-1]
			passed = append(passed, fmt.Sprintf("%s at %s, and no more: "+what+", p %s", cmp.Or(l.Verdict(d), "different"), names[d.Run], change(d.Share), pText(d.P)))
		}
	}
	return now, passed
}

// tooShort is how many lines have too few values for any to be held against others.
func tooShort(lines []aggregate.TrendLine) (n int) {
	for i := range lines {
		values := 0
		for _, v := range lines[i].Values {
			if !math.IsNaN(v) {
				values++
			}
		}
		if values <= aggregate.TrendNights {
			n++
		}
	}
	return n
}

// TrendTerminal writes which runs differ from those before, then a line a case and
// figure. Names are the runs', the oldest first; width is the terminal's, 0 = any will
// do.
func TrendTerminal(w io.Writer, names []string, lines []aggregate.TrendLine, width int) error {
	out := lineWriter{w: w, width: width}
	first, last := names[0], names[len(names)-1]
	now, passed := trendSentences(names, lines)
	switch {
	case len(now)+len(passed) == 0:
		out.line("no run differs from those before it")
	case len(now) == 0:
		out.line("the newest run does not differ from those before it")
	}
	out.line(now...)
	out.line(passed...)
	if short := tooShort(lines); short == len(lines) {
		out.line(fmt.Sprintf("%s are too few to tell: a run is held against three or more before it", counted(len(names), "run")))
	} else if short > 0 {
		out.line(fmt.Sprintf("%d of %s too few values to tell: a run is held against three or more before it", short, counted(len(lines), "line")+" have"))
	}
	var rows [][]string
	for i := range lines {
		l := &lines[i]
		since, share := "", math.NaN()
		if len(l.Differ) > 0 {
			since, share = names[l.Differ[0].Run], l.Differ[0].Share
		}
		rows = append(rows, []string{l.Case, l.Metric, trendline(l.Values), amount(l.Values[0]), amount(l.Values[len(l.Values)-1]), change(share), since})
	}
	out.line("", fmt.Sprintf("%d runs, %s … %s", len(names), first, last))
	out.table([]string{"case", "metric", "runs", "first", "last", "differs by", "first that differs"}, rows, 4, 6, []int{4, 5})
	return out.err
}
