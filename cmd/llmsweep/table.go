package main

import (
	"fmt"
	"io"
	"math"
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

// printTable writes a row a case: lengths of work done, rates and latencies, with
// the most tokens/s and the lowest mean E2EL among cases of the same lengths
// marked; then why cases are not valid.
func printTable(w io.Writer, rows []aggregate.Row) {
	most, lowest := best(rows)
	t := newTable(w, 2, 10)
	t.AppendHeader(table.Row{"case", "done\nof", "requests\n/s", "output  \ntok/s  ", "TTFT ms\nmean", "TTFT ms\np99", "TPOT ms\nmean", "ITL ms\np99", "E2EL ms  \nmean  ", "E2EL ms\np99", "verdict"})
	for i := range rows {
		r := &rows[i]
		t.AppendRow(table.Row{
			r.Case, fmt.Sprintf("%d/%d", r.Completed, r.NumPrompts),
			figure(r.RequestThroughput), figure(r.OutputThroughput) + mark(most[i], mostMark),
			figure(r.MeanTTFT), figure(r.P99TTFT), figure(r.MeanTPOT), figure(r.P99ITL),
			figure(r.MeanE2EL) + mark(lowest[i], lowestMark), figure(r.P99E2EL), verdict(r),
		})
	}
	t.Render()
	if len(most) > 0 {
		fmt.Fprintln(w, "▲ most output tokens/s, ▼ lowest mean E2EL, among the cases of the same lengths")
	}
	printReasons(w, rows)
}

// newTable is a table whose columns from first to last, counted from 1, hold figures.
func newTable(w io.Writer, first, last int) table.Writer {
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.Options{SeparateHeader: true}
	t.Style().Format.Header = text.FormatDefault
	var columns []table.ColumnConfig
	for n := first; n <= last; n++ {
		columns = append(columns, table.ColumnConfig{Number: n, Align: text.AlignRight, AlignHeader: text.AlignRight})
	}
	t.SetColumnConfigs(columns)
	return t
}

// verdict is the case's status where it has no figures, else its validity.
func verdict(r *aggregate.Row) string {
	if r.Status != "" && r.Status != runlog.StatusMeasured {
		return r.Status
	}
	if r.Validity == "" {
		return "–" // a file from elsewhere says none
	}
	return r.Validity
}

func printReasons(w io.Writer, rows []aggregate.Row) {
	first := true
	for i := range rows {
		r := &rows[i]
		why := r.ValidityReasons
		if r.FirstError != "" {
			why += "; first error: " + r.FirstError
		}
		if why == "" {
			continue
		}
		if first {
			fmt.Fprintln(w)
			first = false
		}
		fmt.Fprintf(w, "%s %s: %s\n", r.Case, verdict(r), strings.TrimPrefix(why, "; "))
	}
}

// best finds, among the cases of each pair of lengths, or of one dataset with
// lengths of its own, the one with the most
// output tokens/s and the one with the lowest mean E2EL. Only cases that may be
// believed compete; a case without a rival, or without tokens, wins nothing.
func best(rows []aggregate.Row) (most, lowest map[int]bool) {
	groups := map[string][]int{}
	for i := range rows {
		r := &rows[i]
		if r.OutputThroughput == nil || *r.OutputThroughput == 0 || r.MeanE2EL == nil || r.Validity == metrics.Invalid || r.Status != "" && r.Status != runlog.StatusMeasured {
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
			if *rows[i].OutputThroughput > *rows[top].OutputThroughput {
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

// figure is a number to three significant digits or to the whole; "–" where undefined.
func figure(x *float64) string {
	if x == nil || math.IsNaN(*x) {
		return "–"
	}
	v := math.Abs(*x)
	switch {
	case v >= 100:
		return strconv.FormatFloat(*x, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(*x, 'f', 1, 64)
	case v >= 1:
		return strconv.FormatFloat(*x, 'f', 2, 64)
	case v == 0:
		return "0"
	default:
		return strings.TrimSuffix(strconv.FormatFloat(*x, 'f', 3, 64), ".000")
	}
}
