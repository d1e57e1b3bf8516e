package report

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"llmsweep/aggregate"
)

// CompareTerminal writes the answer first, then the table: notable and gated
// changes, or with every all of them. Width is the terminal's; 0 = any will do.
func CompareTerminal(w io.Writer, all *aggregate.Comparisons, every bool, width int) error {
	out := lineWriter{w: w, width: width}
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
			out.line("")
			out.table(columns, rows, 4, 9, []int{9, 3, 7, 8}) // U p, runs, interval, p
		}
	}
	out.line(method(all)...)
	return out.err
}

// A lineWriter writes lines and tables and keeps the first error. On a terminal they
// are fitted to its width; 0 = any will do.
type lineWriter struct {
	w     io.Writer
	width int
	err   error
}

func (l *lineWriter) line(lines ...string) {
	for _, s := range lines {
		if l.width > 0 {
			s = wrap(s, l.width, 2)
		}
		l.print(s)
	}
}

func (l *lineWriter) print(s string) {
	if l.err == nil {
		_, l.err = fmt.Fprintln(l.w, s)
	}
}

// remarkWidth is how wide the remarks at the end of a line are on a terminal.
const remarkWidth = 16

// table writes a table whose columns from first to last, counted from 1, hold
// figures; those in spare are left out, in their order, where it is too wide, and the
// last column is wrapped.
func (l *lineWriter) table(header []string, rows [][]string, first, last int, spare []int) {
	t := newTable(first, last)
	t.SuppressTrailingSpaces()
	t.AppendHeader(tableRow(header))
	for _, r := range rows {
		t.AppendRow(tableRow(r))
	}
	rendered, hidden := fitted(t, l.width, spare, func(hidden []int) []table.ColumnConfig {
		configs := figureColumns(first, last, hidden...)
		if l.width > 0 {
			configs = append(configs, table.ColumnConfig{Number: len(header), WidthMax: remarkWidth, WidthMaxEnforcer: text.WrapSoft})
		}
		return configs
	})
	l.print(rendered)
	if hidden > 0 {
		l.line(fmt.Sprintf("%d columns more where it is wider", hidden))
	}
}

func tableRow(cells []string) table.Row {
	row := make(table.Row, len(cells))
	for i, c := range cells {
		row[i] = c
	}
	return row
}
