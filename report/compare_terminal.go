package report

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"llmsweep/aggregate"
)

// CompareTerminal writes the answer first, then the table: notable and gated
// changes, or with every all of them.
func CompareTerminal(w io.Writer, all *aggregate.Comparisons, every bool) error {
	var out lineWriter
	out.w = w
	if s := gateSummary(all.Gates); s != "" {
		out.line(s)
		out.line(gateLines(all.Gates)...)
		out.line("")
	}
	for i, c := range all.Pairs {
		if i > 0 {
			out.line("")
		}
		out.line(answers(c)...)
		out.line("")
		out.line(head(c)...)
		out.line(left(c)...)
		if rows := changeRows(all, c, every); len(rows) > 0 {
			out.line("", plainTable(columns, rows, 4, 9))
		}
	}
	out.line(method(all)...)
	return out.err
}

// A lineWriter writes lines and keeps the first error.
type lineWriter struct {
	w   io.Writer
	err error
}

func (l *lineWriter) line(lines ...string) {
	for _, s := range lines {
		if l.err == nil {
			_, l.err = fmt.Fprintln(l.w, s)
		}
	}
}

// plainTable is a table whose columns from first to last, counted from 1, hold
// figures.
func plainTable(header []string, rows [][]string, first, last int) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.Options{SeparateHeader: true}
	t.Style().Format.Header = text.FormatDefault
	t.SuppressTrailingSpaces()
	var configs []table.ColumnConfig
	for n := first; n <= last; n++ {
		configs = append(configs, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(configs)
	t.AppendHeader(tableRow(header))
	for _, r := range rows {
		t.AppendRow(tableRow(r))
	}
	return t.Render()
}

func tableRow(cells []string) table.Row {
	row := make(table.Row, len(cells))
	for i, c := range cells {
		row[i] = c
	}
	return row
}
