package aggregate

import (
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/stats"
)

// SummaryFile is the CSV in a results folder, a row a group of repeats.
const SummaryFile = "aggregate_summary.csv"

// A Group is the cases that differ in nothing but their repeat.
type Group struct {
	First   Row // carries what they share
	Repeats int // that were measured, and vLLM's own
	Suspect int // of these
	Invalid int // of these; in no figure, unless all are
	Figures []Figure
}

// A Figure is a headline figure over the repeats that have it. Std is over
// repeats (divisor n − 1), CV is std ÷ mean, Low and High are the 95 % confidence
// interval of the mean by Student's t; all four are nil below two repeats.
type Figure struct {
	Name                             string // a column of aggregate_results.csv
	N                                int
	Few                              bool // a percentile, of fewer requests than it needs in one repeat at least
	Mean, Median, Std, CV, Low, High *float64
}

// figure names a headline column and finds it in a row.
type figure struct {
	name string
	of   func(*Row) *float64
}

func headline() []figure {
	return []figure{
		{"request_throughput", func(r *Row) *float64 { return r.RequestThroughput }},
		{"output_throughput", func(r *Row) *float64 { return r.OutputThroughput }},
		{"mean_ttft_ms", func(r *Row) *float64 { return r.MeanTTFT }},
		{"median_ttft_ms", func(r *Row) *float64 { return r.MedianTTFT }},
		{"p99_ttft_ms", func(r *Row) *float64 { return r.P99TTFT }},
		{"mean_tpot_ms", func(r *Row) *float64 { return r.MeanTPOT }},
		{"mean_itl_ms", func(r *Row) *float64 { return r.MeanITL }},
		{"mean_e2el_ms", func(r *Row) *float64 { return r.MeanE2EL }},
		{"total_token_throughput", func(r *Row) *float64 { return r.TotalTokenThroughput }},
		{"request_goodput", func(r *Row) *float64 { return r.RequestGoodput }},
		{"p99_tpot_ms", func(r *Row) *float64 { return r.P99TPOT }},
		{"p99_itl_ms", func(r *Row) *float64 { return r.P99ITL }},
		{"p99_e2el_ms", func(r *Row) *float64 { return r.P99E2EL }},
	}
}

// Groups folds rows into a Group a setting, in the order of first sight. Failed
// and interrupted cases do not count.
func Groups(rows []Row) []Group {
	var settings []string
	members := map[string][]Row{}
	for _, r := range rows {
		if r.Status != "" && r.Status != runlog.StatusMeasured {
			continue
		}
		s := r.setting()
		if members[s] == nil {
			settings = append(settings, s)
		}
		members[s] = append(members[s], r)
	}
	var groups []Group
	for _, s := range settings {
		rs := members[s]
		groups = append(groups, group(rs))
	}
	return groups
}

func group(rows []Row) Group {
	g := Group{First: rows[0], Repeats: len(rows)}
	for _, r := range rows {
		switch r.Validity {
		case metrics.Invalid:
			g.Invalid++
		case metrics.Suspect:
			g.Suspect++
		}
	}
	used := usable(rows, func(r Row) bool { return r.invalid() })
	for _, h := range headline() {
		g.Figures = append(g.Figures, over(used, h))
	}
	return g
}

// setting is what repeats share: also those of several runs of one config with the same
// labels, and of no other, whose server may have been another one. A foreign file does not tell its repeat: its
// name sets it apart, but not the results in it.
func (r *Row) setting() string {
	name := ""
	if r.Repeat == nil {
		name = strings.TrimSuffix(r.Case, fmt.Sprintf("#%d", r.Result))
	}
	return fmt.Sprintf("%q %q", name, append(r.coordinates(), r.Definitions, r.Backend, r.Hash, r.Labels))
}

func (r *Row) coordinates() []string {
	return []string{
		r.Model, cell(r.InputLen), cell(r.OutputLen), cell(r.MaxConcurrency), strconv.Itoa(r.NumPrompts),
		r.RequestRate, r.Dataset, r.Server, r.Axes,
	}
}

func cell(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}

func over(rows []Row, h figure) Figure {
	var xs []float64
	f := Figure{Name: h.name}
	for i := range rows {
		if v := h.of(&rows[i]); v != nil {
			xs = append(xs, *v)
			f.Few = f.Few || rows[i].Completed < SamplesNeeded(h.name)
		}
	}
	f.N = len(xs)
	if len(xs) == 0 {
		return f
	}
	mean, median := stats.Mean(xs), stats.Median(xs)
	f.Mean, f.Median = &mean, &median
	if len(xs) > 1 {
		std := stats.SampleStdDev(xs)
		low, high := stats.OneSample(xs).Interval(Confidence)
		f.Std, f.Low, f.High = &std, &low, &high
		if mean != 0 {
			cv := std / mean
			f.CV = &cv
		}
	}
	return f
}

// SummaryColumns are the columns of aggregate_summary.csv, in their order: the
// first case's name, the coordinates, how many repeats there are and by which
// rules they were measured, then each headline figure's over the repeats, and which of
// these rest on too few requests.
func SummaryColumns() []string {
	columns := []string{
		"case", "model", "input_len", "output_len", "max_concurrency", "num_prompts", "request_rate",
		"dataset", "server", "axes", "repeats", "suspect", "invalid", "definitions", "backend",
	}
	for _, h := range headline() {
		for _, stat := range []string{"_mean", "_median", "_std", "_cv", "_ci95_low", "_ci95_high"} {
			columns = append(columns, h.name+stat)
		}
	}
	return append(columns, "schema", "few_samples")
}

// cells are a group's, in the columns' order; undefined is an empty cell.
func (g *Group) cells() []string {
	line := append([]string{g.First.Case}, g.First.coordinates()...)
	for _, n := range []int{g.Repeats, g.Suspect, g.Invalid} {
		line = append(line, strconv.Itoa(n))
	}
	line = append(line, g.First.Definitions, g.First.Backend)
	var few []string
	for _, f := range g.Figures {
		if f.Few {
			few = append(few, f.Name)
		}
		for _, v := range []*float64{f.Mean, f.Median, f.Std, f.CV, f.Low, f.High} {
			line = append(line, float(v))
		}
	}
	return append(line, strconv.Itoa(Schema), strings.Join(few, ";"))
}

func float(v *float64) string {
	if v == nil {
		return ""
	}
	return text(*v)
}

// WriteSummaryCSV writes a header and a line a group.
func WriteSummaryCSV(w io.Writer, groups []Group) error {
	lines := [][]string{SummaryColumns()}
	for _, g := range groups {
		lines = append(lines, g.cells())
	}
	if err := csv.NewWriter(w).WriteAll(lines); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

// WriteSummary puts aggregate_summary.csv into dir, whole or not at all.
func WriteSummary(dir string, groups []Group) (path string, err error) {
	path = filepath.Join(dir, SummaryFile)
	return path, runlog.WriteFile(path, func(w io.Writer) error { return WriteSummaryCSV(w, groups) })
}

// Figure is a headline figure by its column; nil = there is none of that name.
func (g *Group) Figure(name string) *Figure {
	for i := range g.Figures {
		if g.Figures[i].Name == name {
			return &g.Figures[i]
		}
	}
	return nil
}
