package report

import (
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/aggregate"
	"llmsweep/metrics"
	"llmsweep/runlog"
)

// sampleRows are those of the run that the repository keeps, with links as from
// its own folder.
func sampleRows(t *testing.T) []aggregate.Row {
	t.Helper()
	rows, broken := aggregate.Load([]string{filepath.Join("..", "results", "sample")})
	if len(rows) != 12 || len(broken) > 0 {
		t.Fatalf("%d rows, broken %v; want 12 and none", len(rows), broken)
	}
	for i := range rows {
		rows[i].File = filepath.Base(rows[i].File)
	}
	return rows
}

func TestMarkdownGolden(t *testing.T) {
	rows := sampleRows(t)
	failed := aggregate.Row{
		Case: "bench_a|b", Model: "simulated", InputLen: rows[0].InputLen, OutputLen: rows[0].OutputLen, MaxConcurrency: rows[0].MaxConcurrency,
		NumPrompts: 4, Failed: 4, RequestRate: "inf", Dataset: "random", Status: runlog.StatusFailed, Validity: metrics.Invalid,
		ValidityReasons: "no request completed", FirstError: "http_5xx: <b>busy</b>\nwait", File: "odd (name).json",
	}
	elsewhere := aggregate.Row{Case: "vllm", Model: "other", NumPrompts: 1000, Completed: 1000, RequestRate: "4", Definitions: "vllm-0.32", OutputThroughput: ptr(1234.5), P99TTFT: ptr(0.01234)}
	var b strings.Builder
	rows = append(rows, failed, elsewhere)
	if err := WriteMarkdown(&b, rows, aggregate.Read(rows, aggregate.ReadOptions{SLO: map[string]float64{"p99_ttft_ms": 100}})); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.golden.md", b.String())
}

func ptr(v float64) *float64 { return &v }

// Where no tokens are generated the table goes by requests/s and E2EL.
func TestMarkdownWithoutTokens(t *testing.T) {
	rows := withoutTokens(rising("tei", 256), 1)
	again := withoutTokens(rising("tei", 256), 3)
	var b strings.Builder
	check(t, WriteMarkdown(&b, append(rows, again...), aggregate.Read(append(rows, again...), aggregate.ReadOptions{})))
	for _, want := range []string{
		"| case | done | requests/s | input tok/s | E2EL ms, mean | E2EL ms, p99 | verdict |",
		"| bench_io256x128_mc16_np700_srvtei | 700/700 | 7.50 | 1920 | 1600 | – | valid |",
		"| 16 in flight | 2 | 15.0 [", // of 7.5 and 22.5
		"| curve | load | repeats | requests/s |",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "TPOT") {
		t.Errorf("TPOT, which nothing has:\n%s", b.String())
	}
}
