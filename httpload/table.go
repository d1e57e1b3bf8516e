package httpload

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// PrintTable writes what settings say together, and them side by side: the answer
// first, then the table, which most figures leave at 80 columns, then the rest.
func PrintTable(w io.Writer, files []*CaseFile) error {
	points := make([]Point, len(files))
	streams := false
	for i, f := range files {
		points[i] = f.Point()
		streams = streams || f.Streams > 0
	}
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.Options{SeparateHeader: true}
	t.Style().Format.Header = text.FormatDefault
	t.Style().Box.PaddingLeft, t.Style().Box.PaddingRight = "", "  "
	header := table.Row{"conns", "threads", "latency\navg", "stdev", "max", "requests\n/sec", "total", "transfer\n/sec", "errors"}
	if streams {
		header = append(header, "TTFT\navg", "output\ntokens/sec")
	}
	t.AppendHeader(header)
	var columns []table.ColumnConfig
	for n := range header {
		columns = append(columns, table.ColumnConfig{Number: n + 1, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	for i, f := range files {
		row := table.Row{f.Connections, f.Threads}
		row = append(row, spans(f.Latency)...)
		row = append(row, fmt.Sprintf("%.2f", f.ReqPerSec), f.Requests, formatBytes(f.BytesPerSec)+"B", points[i].failed())
		if streams {
			row = append(row, spans(f.TTFT)[0], fmt.Sprintf("%.2f", f.TokensPerSec))
		}
		t.AppendRow(row)
	}
	reading := Read(points)
	lines := append(reading.Answer(points), "")
	for row := range strings.Lines(t.Render()) {
		lines = append(lines, strings.TrimRight(row, " \n"))
	}
	lines = append(append(lines, ""), reading.Lines(points)...)
	_, err := fmt.Fprintln(w, strings.TrimRight(strings.Join(lines, "\n"), "\n"))
	return err
}

// spans are mean, deviation and maximum; "–" where there are none.
func spans(s *Stats) []any {
	if s == nil {
		return []any{"–", "–", "–"}
	}
	var row []any
	for _, ms := range []float64{s.Mean, s.Stdev, s.Max} {
		row = append(row, formatMicros(ms*micros))
	}
	return row
}
