package report

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"llmsweep/aggregate"
)

// maxChartSeries is how many series a chart shows: Excel's limit is 255, the
// eye's is lower.
const maxChartSeries = 40

// curveColumns are the sheet of the charts' data: a headline figure each, after
// series, load and verdict.
func curveColumns() []string {
	return []string{
		"output_throughput", "request_throughput", "total_token_throughput", "mean_ttft_ms", "p99_ttft_ms",
		"mean_tpot_ms", "mean_itl_ms", "mean_e2el_ms", "p99_e2el_ms",
	}
}

// curves is the sheet with a row a point of a series: means over its repeats.
func (b *book) curves(Workbook) error {
	names := append([]string{"series", "load", "over", "repeats", "suspect", "invalid"}, curveColumns()...)
	names = append(names, "stands_out")
	out, err := b.begin(sheetCurves, names, 0, width{1, 1, 36}, width{3, 3, 16}, width{7, len(names), 15})
	if err != nil {
		return err
	}
	at := 2
	for i := range b.series {
		s := &b.series[i]
		for j := range s.Points {
			p := &s.Points[j]
			g := p.Group(b.rows)
			line := []any{s.Title, sheetLoad(p.Load), loadTitle(s), g.Repeats, g.Suspect, g.Invalid}
			for _, name := range curveColumns() {
				if v := g.Figure(name).Mean; v != nil {
					line = append(line, b.valueCell(name, *v))
				} else {
					line = append(line, nil)
				}
			}
			for _, s := range standouts(s) {
				if s.at == j {
					line = append(line, strings.Join(s.names, ", "))
				}
			}
			if err := out.SetRow(cell(1, at), line); err != nil {
				return err
			}
			at++
		}
	}
	return out.Flush()
}

// loadTitle is what a curve's loads are.
func loadTitle(c *aggregate.Curve) string {
	if c.Over == aggregate.OverRate {
		return "requests/s"
	}
	return "max concurrency"
}

// sheetLoad is a load as a number; an unbounded one as text.
func sheetLoad(load float64) any {
	if math.IsInf(load, 1) {
		return "unbounded"
	}
	return load
}

// charts is the first sheet: throughput against load, latency against throughput,
// a line a series.
func (b *book) charts(Workbook) error {
	if err := b.f.SetColWidth(sheetCharts, "A", "A", 60); err != nil {
		return err
	}
	load := "max concurrency"
	for i := range b.series {
		load = loadTitle(&b.series[0])
		if b.series[i].Over != b.series[0].Over {
			load = "max concurrency, or requests/s"
			break
		}
	}
	notes := []any{"Means over repeats; a point's figures, repeats and doubts are on the sheet Curves, each case's verdict on Cases."}
	if slices.ContainsFunc(b.series, func(c aggregate.Curve) bool { return math.IsInf(c.Points[len(c.Points)-1].Load, 1) }) {
		notes = append(notes, "An unbounded load has no place on an axis of loads; it is on the other charts.")
	}
	if len(b.series) > maxChartSeries {
		notes = append(notes, fmt.Sprintf("The first %d of %d series are drawn.", maxChartSeries, len(b.series)))
	}
	if err := b.f.SetSheetCol(sheetCharts, "A1", &notes); err != nil {
		return err
	}
	var kinds []string
	for i := range b.series {
		if kind := b.series[i].Kind(); !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	slices.Sort(kinds) // tokens, "", first
	at := 0
	for _, kind := range kinds {
		for _, c := range sheetChartsOf(kind) {
			lines := b.lines(kind, c.x, c.y)
			if lines == nil {
				continue
			}
			xTitle := c.xTitle
			if c.x == "" {
				xTitle = load
			}
			err := b.f.AddChart(sheetCharts, cell(1, 4+23*at), &excelize.Chart{
				Type: excelize.Scatter, Series: lines, Title: chartTitle(c.title),
				Legend:       excelize.ChartLegend{Position: "right"},
				Dimension:    excelize.ChartDimension{Width: 900, Height: 430},
				XAxis:        excelize.ChartAxis{Title: chartTitle(xTitle), MajorGridLines: true},
				YAxis:        excelize.ChartAxis{Title: chartTitle(c.yTitle), MajorGridLines: true},
				ShowBlanksAs: "gap",
			})
			if err != nil {
				return err
			}
			at++
		}
	}
	b.numericX()
	return nil
}

// A sheetChart is a chart of the sheet Charts: figures of the sheet Curves, x "" the load.
type sheetChart struct{ title, x, y, xTitle, yTitle string }

// sheetChartsOf are the charts of curves of one kind.
func sheetChartsOf(kind string) []sheetChart {
	if kind == "" {
		return []sheetChart{
			{"Throughput against load", "", "output_throughput", "", "output tokens/s"},
			{"Latency against throughput: E2EL", "output_throughput", "mean_e2el_ms", "output tokens/s", "mean E2EL, ms"},
			{"Latency against throughput: TTFT", "output_throughput", "p99_ttft_ms", "output tokens/s", "p99 TTFT, ms"},
			{"Latency against throughput: TPOT", "output_throughput", "mean_tpot_ms", "output tokens/s", "mean TPOT, ms"},
		}
	}
	return []sheetChart{
		{"Throughput against load, " + kind, "", "request_throughput", "", "requests/s"},
		{"Input against load, " + kind, "", "total_token_throughput", "", "input tokens/s"},
		{"Latency against throughput: E2EL, " + kind, "request_throughput", "mean_e2el_ms", "requests/s", "mean E2EL, ms"},
		{"Latency against throughput: p99 E2EL, " + kind, "request_throughput", "p99_e2el_ms", "requests/s", "p99 E2EL, ms"},
	}
}

// numericX makes the charts' x values numbers: excelize calls them text, and a
// reader that believes it would draw 1, 4 and 16 at even steps.
func (b *book) numericX() {
	b.f.Pkg.Range(func(name, part any) bool {
		if text, ok := part.([]byte); ok && strings.HasPrefix(name.(string), "xl/charts/chart") {
			text = bytes.ReplaceAll(text, []byte("<xVal><strRef>"), []byte("<xVal><numRef>"))
			b.f.Pkg.Store(name, bytes.ReplaceAll(text, []byte("</strRef></xVal>"), []byte("</numRef></xVal>")))
		}
		return true
	})
}

// lineColor is a series' colour: Okabe and Ito's (2008), apart for all eyes.
func lineColor(i int) excelize.Fill {
	colors := []string{"0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9", "000000"}
	return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colors[i%len(colors)]}}
}

// lineMarker is a series' mark: past seven series colours come again, with another.
func lineMarker(i int) string { return []string{"circle", "square", "triangle", "diamond"}[i/7%4] }

func chartTitle(text string) excelize.ChartTitle {
	return excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: text}}}
}

// lines are a chart's series, the curves of one kind, over
// the rows that each has on the sheet Curves; x "" is the load.
func (b *book) lines(kind, x, y string) []excelize.ChartSeries {
	var lines []excelize.ChartSeries
	first := 2
	for i := range b.series {
		s := &b.series[i]
		last := first + len(s.Points) - 1
		drawn := last
		if x == "" && math.IsInf(s.Points[len(s.Points)-1].Load, 1) {
			drawn-- // a text among the x values makes Excel number them 1, 2, 3
		}
		if s.Kind() == kind && drawn >= first && len(lines) < maxChartSeries {
			lines = append(lines, excelize.ChartSeries{
				Name:       fmt.Sprintf("%s!$A$%d", sheetCurves, first),
				Categories: curveRange(x, first, drawn), Values: curveRange(y, first, drawn),
				Fill:   lineColor(i),
				Line:   excelize.LineOptions{Type: excelize.LineSolid, Width: 2},
				Marker: excelize.ChartMarker{Symbol: lineMarker(i), Size: 6, Fill: lineColor(i)},
			})
		}
		first = last + 1
	}
	return lines
}

// curveRange is where a figure of a series stands on the sheet Curves.
func curveRange(name string, first, last int) string {
	column := 2 // the load
	for i, c := range curveColumns() {
		if c == name {
			column = 7 + i
		}
	}
	letters := columnLetters(column)
	return fmt.Sprintf("%s!$%s$%d:$%s$%d", sheetCurves, letters, first, letters, last)
}
