package aggregate

import (
	"encoding/csv"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/montanaflynn/stats"

	"llmsweep/runlog"
)

// SummaryFile is the CSV in a results folder, a row a group of repeats.
const SummaryFile = "aggregate_summary.csv"

// A Group is the cases that differ in nothing but their repeat.
type Group struct {
	First   Row // carries what they share
	Repeats int // that count: the measured ones, and vLLM's own
	Figures []Figure
}

// A Figure is a headline figure over the repeats that have it. Std is over
// repeats (divisor n − 1), CV is std ÷ mean; both are nil below two repeats.
type Figure struct {
	Name                  string // a column of aggregate_results.csv
	N                     int
	Mean, Median, Std, CV *float64
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
		g := Group{First: rs[0], Repeats: len(rs)}
		for _, h := range headline() {
			g.Figures = append(g.Figures, over(rs, h))
		}
		groups = append(groups, g)
	}
	return groups
}

// setting is what repeats share. A foreign file does not tell its repeat: its
// name sets it apart.
func (r *Row) setting() string {
	name := ""
	if r.Repeat == nil {
		name = r.Case
	}
	return fmt.Sprintf("%q %q", name, append(r.coordinates(), r.Definitions, r.Backend))
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
	for i := range rows {
		if v := h.of(&rows[i]); v != nil {
			xs = append(xs, *v)
		}
	}
	f := Figure{Name: h.name, N: len(xs)}
	if len(xs) == 0 {
		return f
	}
	mean, _ := stats.Mean(xs) // the only error is an empty sample
	median, _ := stats.Median(xs)
	f.Mean, f.Median = &mean, &median
	if len(xs) > 1 {
		std, _ := stats.StandardDeviationSample(xs) // of the repeats that there could be: n − 1
		f.Std = &std
		if mean != 0 {
			cv := std / mean
			f.CV = &cv
		}
	}
	return f
}

// WriteSummaryCSV writes a header and a line a group: the first case's name, the
// coordinates, the count of repeats, then NAME_mean, _median, _std and _cv of each
// headline figure. Undefined is an empty cell.
func WriteSummaryCSV(w io.Writer, groups []Group) error {
	header := []string{
		"case", "model", "input_len", "output_len", "max_concurrency", "num_prompts", "request_rate",
		"dataset", "server", "axes", "repeats",
	}
	for _, h := range headline() {
		header = append(header, h.name+"_mean", h.name+"_median", h.name+"_std", h.name+"_cv")
	}
	lines := [][]string{header}
	for _, g := range groups {
		line := append([]string{g.First.Case}, g.First.coordinates()...)
		line = append(line, strconv.Itoa(g.Repeats))
		for _, f := range g.Figures {
			for _, v := range []*float64{f.Mean, f.Median, f.Std, f.CV} {
				text := ""
				if v != nil {
					text = strconv.FormatFloat(*v, 'f', -1, 64)
				}
				line = append(line, text)
			}
		}
		lines = append(lines, line)
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
