package httpload

import (
	"fmt"
	"io"
	"math"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// PrintTable writes settings side by side, and what they say together.
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
	header := table.Row{"connections", "threads", "latency\navg", "stdev", "max", "requests\n/sec", "requests", "transfer\n/sec", "errors"}
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
	_, err := fmt.Fprintf(w, "%s\n", t.Render())
	for _, line := range reading.Lines(points) {
		if err == nil {
			_, err = fmt.Fprintln(w, line)
		}
	}
	return err
}

// spans are mean, deviation and maximum; "–" where there are none.
func spans(s *Stats) []any {
	if s == nil {
		return []any{"–", "–", "–"}
	}
	var row []any
	for _, ms := range []float64{s.Mean, s.Stdev, s.Max} {
		row = append(row, formatMicros(math.Round(ms*micros)))
	}
	return row
}
