package report

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"

	"llmsweep/aggregate"
	"llmsweep/metrics"
	"llmsweep/runlog"
)

// How wide the table's column of titles is, also on a terminal of less than 100
// columns; longer ones are wrapped.
const (
	titleWidth       = 28
	narrowTitleWidth = 20
)

// wrapTitle wraps a title between words, but never within lengths: "256 → 128".
func wrapTitle(title string, width int) string {
	const arrow = "\x00→\x00"
	return strings.ReplaceAll(wrap(strings.ReplaceAll(title, " → ", arrow), width, 0), arrow, " → ")
}

// printCurves writes a table for each kind of work with a line for each curve with
// more than one point, and reports whether there was any: how throughput and latency
// go over the load, and which loads stand out.
func printCurves(w io.Writer, r *aggregate.Reading, width int) bool {
	var order []string
	kinds := map[string][]*aggregate.Curve{}
	suspect := false
	for i := range r.Curves {
		c := &r.Curves[i]
		if len(c.Points) < 2 {
			continue
		}
		if kinds[c.Kind()] == nil {
			order = append(order, c.Kind())
		}
		kinds[c.Kind()] = append(kinds[c.Kind()], c)
		suspect = suspect || doubtful(c.At(c.BestSLO)) || doubtful(c.At(c.Knee)) || doubtful(c.At(c.Peak))
	}
	for i, kind := range order {
		if i > 0 {
			fmt.Fprintln(w)
		}
		printCurvesOf(w, kinds[kind], width)
	}
	if suspect {
		fmt.Fprintln(w, "? suspect, for the reasons below")
	}
	return len(order) > 0
}

// printCurvesOf writes the table of curves of one kind. It goes without the scaling,
// then without the loads, where it is wider than width.
func printCurvesOf(w io.Writer, curves []*aggregate.Curve, width int) {
	some := func(has func(*aggregate.Curve) bool) bool { return slices.ContainsFunc(curves, has) }
	slo := some(func(c *aggregate.Curve) bool { return c.SLO != "" })
	scaling := some(func(c *aggregate.Curve) bool { p := c.At(c.Knee); return p != nil && p.Efficiency != nil })
	cost := some(func(c *aggregate.Curve) bool { return c.Cheapest >= 0 })

	shown := figuresShown(!curves[0].Pooled)
	header := table.Row{"curve", "load", shown.work + ":\nby load, most", shown.latency + ":\nby load, last"}
	if slo {
		header = append(header, "best\nSLO")
	}
	header = append(header, "knee\nat", "peak\nat")
	var spare []int
	if scaling {
		header = append(header, "knee's\nscaling")
		spare = append(spare, len(header))
	}
	spare = append(spare, 2)
	if cost {
		header = append(header, shown.priced+"\nbest or knee")
	}
	t := newTable(3, len(header))
	title := titleWidth
	if width > 0 && width < wordsWidth {
		title = narrowTitleWidth
	}
	t.AppendHeader(header)
	for _, c := range curves[:min(len(curves), mostRows)] {
		row := table.Row{wrapTitle(c.Title, title), span(c), shown.works(c), shown.latencies(c)}
		if slo {
			row = append(row, loadCell(c, c.BestSLO))
		}
		row = append(row, loadCell(c, c.Knee), loadCell(c, c.Peak))
		if scaling {
			row = append(row, scalingCell(c.At(c.Knee)))
		}
		if cost {
			row = append(row, costCell(c))
		}
		t.AppendRow(row)
	}
	rendered, _ := fitted(t, width, spare, func(hidden []int) []table.ColumnConfig {
		return figureColumns(3, len(header), hidden...)
	})
	fmt.Fprintln(w, rendered)
	if n := len(curves) - mostRows; n > 0 {
		fmt.Fprintf(w, "and %d curves more\n", n)
	}
}

// span is the curve's loads.
func span(c *aggregate.Curve) string {
	unit := ""
	if c.Over == aggregate.OverRate {
		unit = " /s"
	}
	first, last := c.Points[0].Load, c.Points[len(c.Points)-1].Load
	return fmt.Sprintf("%s … %s%s", runlog.Rate(first), runlog.Rate(last), unit)
}

// curveFigures are the figures that a line on a curve shows by load.
type curveFigures struct {
	work, latency     string
	priced            string // what the price is of
	workOf, latencyOf func(*aggregate.Point) *float64
}

// figuresShown is by requests where curves have no tokens.
func figuresShown(tokens bool) curveFigures {
	if tokens {
		return curveFigures{"output tok/s", "p99 TTFT ms", "per 1M out",
			func(p *aggregate.Point) *float64 { return p.OutputThroughput }, func(p *aggregate.Point) *float64 { return p.P99TTFT }}
	}
	return curveFigures{"requests/s", "p99 E2EL ms", "per 1M in",
		func(p *aggregate.Point) *float64 { return p.RequestThroughput }, func(p *aggregate.Point) *float64 { return p.P99E2EL }}
}

func (f *curveFigures) works(c *aggregate.Curve) string {
	xs := byLoad(c, f.workOf)
	var most *float64
	if p := c.At(c.Peak); p != nil {
		most = f.workOf(p)
	}
	return fmt.Sprintf("%s %5s", Sparkline(xs), Figure(most))
}

func (f *curveFigures) latencies(c *aggregate.Curve) string {
	xs := byLoad(c, f.latencyOf)
	var last *float64
	for _, x := range xs {
		if x != nil {
			last = x
		}
	}
	return fmt.Sprintf("%s %5s", Sparkline(xs), Figure(last))
}

// byLoad is a figure of each point; what is invalid has none, unless all are.
func byLoad(c *aggregate.Curve, of func(*aggregate.Point) *float64) []*float64 {
	xs := make([]*float64, len(c.Points))
	for i := range c.Points {
		if p := &c.Points[i]; p.Verdict != metrics.Invalid || c.Peak < 0 {
			xs[i] = of(p)
		}
	}
	return xs
}

// loadCell is a point's load, with a ? where it is suspect.
func loadCell(c *aggregate.Curve, at int) string {
	p := c.At(at)
	if p == nil {
		return "–"
	}
	load := runlog.Rate(p.Load).String()
	if doubtful(p) {
		load += "?"
	}
	return load
}

func doubtful(p *aggregate.Point) bool { return p != nil && p.Verdict == metrics.Suspect }

func scalingCell(p *aggregate.Point) string {
	if p == nil || p.Efficiency == nil || p.Load == 1 {
		return "–"
	}
	return percent(*p.Efficiency)
}

// costCell is what 1M tokens cost at the best under the SLO, else at the knee.
func costCell(c *aggregate.Curve) string {
	for _, at := range []int{c.BestSLO, c.Knee} {
		if p := c.At(at); p != nil && c.PerMillion(p) > 0 {
			return money(c.PerMillion(p)) + " " + p.Cost.Currency
		}
	}
	return "–"
}

var bars = []rune("▁▂▃▄▅▆▇█")

// Sparkline draws values as bars, from 0 to the largest; a value that is undefined
// is a space. Of more than 16 values, 16 are drawn, the largest of each stretch.
func Sparkline(xs []*float64) string {
	xs = thinned(xs, 16)
	most := 0.0
	for _, x := range xs {
		if x != nil && !math.IsNaN(*x) && !math.IsInf(*x, 0) {
			most = max(most, *x)
		}
	}
	var b strings.Builder
	for _, x := range xs {
		switch {
		case x == nil || math.IsNaN(*x):
			b.WriteRune(' ')
		case most == 0 || *x <= 0:
			b.WriteRune(bars[0])
		default:
			b.WriteRune(bars[min(int(*x/most*float64(len(bars))), len(bars)-1)])
		}
	}
	return b.String()
}

func thinned(xs []*float64, n int) []*float64 {
	if len(xs) <= n {
		return xs
	}
	out := make([]*float64, n)
	for i, x := range xs {
		to := &out[i*n/len(xs)]
		if *to == nil || x != nil && *x > **to {
			*to = x
		}
	}
	return out
}

// shortened is text of at most n characters.
func shortened(text string, n int) string {
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return string([]rune(text)[:n-1]) + "…"
}
