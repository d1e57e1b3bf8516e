package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

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

// Cases writes a row a case: what tells it apart, lengths of work done, rates and
// latencies, with the most tokens/s (requests/s where none are generated) and the
// lowest mean E2EL among cases of the same lengths marked; then why cases are not
// valid. A table that is wider than width goes without some figures; 0 = any width
// will do.
func Cases(w io.Writer, rows []aggregate.Row, width int) {
	pooled := isPooled(rows)
	requests := "requests\n/s"
	work, worked := func(r *aggregate.Row) *float64 { return r.OutputThroughput }, "output tokens/s"
	if pooled {
		work, worked = func(r *aggregate.Row) *float64 { return r.RequestThroughput }, "requests/s"
		requests = "requests  \n/s  "
	}
	most, lowest := best(rows, work)
	columns := columnsOf(rows)
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
	if hidden > 0 {
		fmt.Fprintf(w, "%s more where it is wider; the CSV has them all\n", counted(hidden, "column"))
	}
	if columns.shortNames() {
		fmt.Fprintf(w, "a case's files are named by its row: the first one's %s.json\n", rows[0].Case)
	}
	if len(most) > 0 {
		fmt.Fprintln(w, "▲ most "+worked+", ▼ lowest mean E2EL, among the cases of the same lengths")
	}
	printReasons(w, rows, width)
}

// isPooled reports whether work was done and no tokens were generated, as by
// embeddings.
func isPooled(rows []aggregate.Row) bool {
	some := func(of func(*aggregate.Row) *float64) bool {
		return slices.ContainsFunc(rows, func(r aggregate.Row) bool { v := of(&r); return v != nil && *v > 0 })
	}
	return some(func(r *aggregate.Row) *float64 { return r.RequestThroughput }) && !some(func(r *aggregate.Row) *float64 { return r.OutputThroughput })
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

// printReasons says why cases are not valid: on a terminal the first reason of
// each, of many cases the worst, so that what was said first stays in sight; else
// all.
func printReasons(w io.Writer, rows []aggregate.Row, width int) {
	first, told := true, 0
	worst := worstFirst(rows)
	for _, i := range worst {
		r := &rows[i]
		if width > 0 && told == mostReasons {
			fmt.Fprintf(w, "and %d cases more; their reasons are in the CSV, and all in llmsweep report\n", len(worst)-told)
			return
		}
		told++
		why := r.ValidityReasons
		if reasons := strings.Split(why, "; "); width > 0 && len(reasons) > 1 {
			why = fmt.Sprintf("%s; %d more in its file", reasons[0], len(reasons)-1)
		}
		if err := firstError(r); err != "" {
			why += "; " + err
		}
		if first {
			fmt.Fprintln(w)
			first = false
		}
		line := fmt.Sprintf("%s %s: %s", r.Case, caseVerdict(r), strings.TrimPrefix(why, "; "))
		if width > 0 {
			line = wrap(line, width, 2)
		}
		fmt.Fprintln(w, line)
	}
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
		if r.OutputThroughput == nil || *r.OutputThroughput == 0 {
			key += " " + r.Backend // embeddings are no reranking
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
