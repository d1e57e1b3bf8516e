package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/aggregate"
	"llmsweep/metrics"
	"llmsweep/runlog"
)

// TestSample reads the run that the repository shows: its CSV is what its case
// files fold to, and its case files say what their records say.
func TestSample(t *testing.T) {
	dir := filepath.Join("..", "..", "results", "sample")
	rows, broken := aggregate.Load([]string{dir})
	if len(broken) > 0 || len(rows) != 12 {
		t.Fatalf("%d rows, want 12; broken: %v", len(rows), broken)
	}
	var got strings.Builder
	if err := aggregate.WriteCSV(&got, rows); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(dir, "aggregate_results.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the sample's CSV is stale; fold it again: llmsweep aggregate results/sample\ngot %s\nwant %s", got.String(), want)
	}
	var summary strings.Builder
	if err := aggregate.WriteSummaryCSV(&summary, aggregate.Groups(rows)); err != nil {
		t.Fatal(err)
	}
	if want, err = os.ReadFile(filepath.Join(dir, aggregate.SummaryFile)); err != nil || summary.String() != string(want) {
		t.Errorf("the sample's summary is stale (%v); fold it again: llmsweep aggregate results/sample\ngot %s\nwant %s", err, summary.String(), want)
	}
	for _, row := range rows {
		var records []metrics.Record
		for r, err := range runlog.ReadRecords(filepath.Join(dir, row.Case+".requests.jsonl.gz")) {
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, r)
		}
		s := metrics.Summarize(records, metrics.Options{MaxConcurrency: *row.MaxConcurrency})
		if s.Completed != row.Completed || s.TTFT.Mean != *row.MeanTTFT || s.TPOT.Mean != *row.MeanTPOT || s.OutputThroughput != *row.OutputThroughput {
			t.Errorf("%s: its records say %d completed, TTFT %v, TPOT %v, %v tok/s; its row %d, %v, %v, %v", row.Case,
				s.Completed, s.TTFT.Mean, s.TPOT.Mean, s.OutputThroughput, row.Completed, *row.MeanTTFT, *row.MeanTPOT, *row.OutputThroughput)
		}
	}
}
