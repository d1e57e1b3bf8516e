package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"llmsweep/aggregate"
	"llmsweep/metrics"
	"llmsweep/runlog"
)

const (
	mostMark   = " ▲"
	lowestMark = " ▼"
	noMark     = "  "
)

// printCases writes a table for each kind of work: a row a case, with what tells it
// apart, lengths of work done, rates and latencies, and the most tokens/s (requests/s
// where none are generated) and the lowest mean E2EL among cases of the same lengths
// marked; then why cases are not valid. A table that is wider than width goes without
// some figures; 0 = any width will do.
func printCases(w io.Writer, rows []aggregate.Row, r *aggregate.Reading, width int) {
	for i, k := range r.Kinds(rows) {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if k.Name != "" && len(k.Rows) < len(rows) {
			fmt.Fprintf(w, "%s:\n", k.Name)
		}
		printKind(w, rowsAt(rows, k.Rows), k.Name != "", len(k.Rows) < len(rows), width)
	}
	printReasons(w, rows, width)
}

func rowsAt(rows []aggregate.Row, at []int) (some []aggregate.Row) {
	for _, i := range at {
		some = append(some, rows[i])
	}
	return some
}

// printKind writes the table of cases of one kind; short names are those without what
// all of them share.
func printKind(w io.Writer, rows []aggregate.Row, pooled, short bool, width int) {
	requests := "requests\n/s"
	work, worked := func(r *aggregate.Row) *float64 { return r.OutputThroughput }, "output tokens/s"
	if pooled {
		work, worked = func(r *aggregate.Row) *float64 { return r.RequestThroughput }, "requests/s"
		requests = "requests  \n/s  "
	}
	most, lowest := best(rows, work)
	columns := columnsOf(rows, short)
	at := len(columns.header)
	t := newTable(at+1, at+10)
	t.AppendHeader(append(columns.header, "done\nof", requests, "input\ntok/s", "output  \ntok/s  ", "TTFT ms\nmean", "TTFT ms\np99", "TPOT ms\nmean", "ITL ms\np99", "E2EL ms  \nmean  ", "E2EL ms\np99", "verdict"))
	for i := range rows {
		r := &rows[i]
		rate := Figure(r.RequestThroughput)
		if pooled {
			rate += mark(most[i], mostMark)
		}
		t.AppendRow(append(columns.cells[i],
			fmt.Sprintf("%d/%d", r.Completed, r.NumPrompts),
			rate, Figure(r.TotalTokenThroughput), Figure(r.OutputThroughput)+mark(most[i], mostMark),
			Figure(r.MeanTTFT), Figure(r.P99TTFT), Figure(r.MeanTPOT), Figure(r.P99ITL),
			Figure(r.MeanE2EL)+mark(lowest[i], lowestMark), Figure(r.P99E2EL), caseVerdict(r),
		))
	}
	spare, without := []int{at + 10, at + 8, at + 2, at + 5, at + 1}, []int{at + 3}
	if pooled {
		spare, without = []int{at + 10, at + 3, at + 1}, []int{at + 4, at + 5, at + 6, at + 7, at + 8}
	}
	rendered, hidden := fitted(t, width, spare, func(hidden []int) []table.ColumnConfig {
		return figureColumns(at+1, at+10, slices.Concat(without, hidden)...)
	})
	fmt.Fprintln(w, rendered)
	legend := func(text string) {
		if width > 0 {
			text = wrap(text, width, 2)
		}
		fmt.Fprintln(w, text)
	}
	if hidden > 0 {
		legend(counted(hidden, "column") + " more where it is wider; the CSV has them all")
	}
	if columns.short {
		others := "; the others are named alike"
		if len(rows) == 1 {
			others = ""
		}
		legend("the first row's file is " + rows[0].Case + ".json" + others)
	}
	if len(most) > 0 {
		legend("▲ most " + worked + ", ▼ lowest mean E2EL, among the cases of the same lengths")
	}
}

// fitted renders a table. Where it is wider than width, as many of the columns that
// it can spare are hidden, in their order, as it takes.
func fitted(t table.Writer, width int, spare []int, columns func(hidden []int) []table.ColumnConfig) (rendered string, hidden int) {
	for {
		t.SetColumnConfigs(columns(spare[:hidden]))
		rendered = t.Render()
		if width <= 0 || text.LongestLineLen(rendered) <= width || hidden == len(spare) {
			return rendered, hidden
		}
		hidden++
	}
}

// newTable is a table whose columns from first to last, counted from 1, hold figures.
func newTable(first, last int) table.Writer {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.Options{SeparateHeader: true}
	t.Style().Format.Header = text.FormatDefault
	t.SetColumnConfigs(figureColumns(first, last))
	return t
}

// figureColumns aligns figures, and hides columns, these and others.
func figureColumns(first, last int, hidden ...int) (columns []table.ColumnConfig) {
	for _, n := range hidden {
		if n < first || n > last {
			columns = append(columns, table.ColumnConfig{Number: n, Hidden: true})
		}
	}
	for n := first; n <= last; n++ {
		columns = append(columns, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight, Hidden: slices.Contains(hidden, n)})
	}
	return columns
}

// best finds, among the cases of each pair of lengths, or of one dataset with
// lengths of its own, the one with the most
// work and the one with the lowest mean E2EL. Only cases that may be believed
// compete; a case without a rival, or without work, wins nothing.
func best(rows []aggregate.Row, work func(*aggregate.Row) *float64) (most, lowest map[int]bool) {
	groups := map[string][]int{}
	for i := range rows {
		r := &rows[i]
		if work(r) == nil || *work(r) == 0 || r.MeanE2EL == nil || r.Validity == metrics.Invalid || r.Status != "" && r.Status != runlog.StatusMeasured {
			continue
		}
		key := r.Dataset // with lengths of its own
		switch {
		case r.InputLen != nil && r.OutputLen != nil:
			key = strconv.Itoa(*r.InputLen) + "x" + strconv.Itoa(*r.OutputLen)
		case key == "":
			continue
		}
		groups[key] = append(groups[key], i)
	}
	most, lowest = map[int]bool{}, map[int]bool{}
	for _, group := range groups {
		if len(group) < 2 {
			continue
		}
		top, low := group[0], group[0]
		for _, i := range group {
			if *work(&rows[i]) > *work(&rows[top]) {
				top = i
			}
			if *rows[i].MeanE2EL < *rows[low].MeanE2EL {
				low = i
			}
		}
		most[top], lowest[low] = true, true
	}
	return most, lowest
}

func mark(is bool, m string) string {
	if is {
		return m
	}
	return noMark
}
