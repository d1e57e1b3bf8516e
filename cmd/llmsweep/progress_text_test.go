package main

import (
	"math"
	"testing"
	"time"
	"unicode/utf8"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

func TestFit(t *testing.T) {
	parts := []part{{"name", 0}, {"", 0}, {"most", 2}, {"some", 1}}
	for _, tt := range []struct {
		width int
		want  string
	}{
		{0, "name  most  some"},
		{16, "name  most  some"},
		{15, "name  some"},
		{9, "name"},
		{4, "name"},
		{3, "na…"},
	} {
		if got := fit(tt.width, "  ", parts...); got != tt.want {
			t.Errorf("in %d columns: %q, want %q", tt.width, got, tt.want)
		}
	}
	for _, tt := range []struct{ name, want string }{
		{"io128x64", "io128x64"}, {"io1024x1024_mc1", "io102…_mc1"},
	} {
		if got := shorten(tt.name, 10); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The terminal's lines: what is dropped first where it is narrow, and what stays.
func TestTerminalLines(t *testing.T) {
	now := time.Date(2026, 11, 22, 23, 0, 0, 0, time.Local)
	s := snapshot{
		at: 4, cases: 8, running: true, sending: true, elapsed: 100 * time.Second,
		toGo: 130 * time.Minute, known: true, sure: true,
		completed: 90, failed: 6, inFlight: 32, tokPerS: 3647, ttft: 239.4,
	}
	s.case_.Name, s.case_.NumPrompts, s.case_.Warmup = "bench_io512x128_mc32_np128_rate4", 128, 32
	first := s
	first.at, first.sure, first.toGo, first.completed, first.failed = 1, false, 50*time.Second, 0, 0
	first.tokPerS, first.ttft = math.NaN(), math.NaN()
	making := first
	making.sending, making.prepared, making.prompts = false, 7, 160
	waiting := making
	waiting.prepared, waiting.prompts = 0, 0
	for _, tt := range []struct {
		s            snapshot
		width        int
		sweep, case_ string
	}{
		{s, 79, "sweep  3/8 cases  ███████░░░░░░░░░░░░░  1m40s  2 h 10 min to go (01:10)",
			"io512x128_mc32_np128_rate4  96/128  3647 tok/s  TTFT p50 239 ms  6 failed"},
		{s, 120, "sweep  3/8 cases  ███████░░░░░░░░░░░░░  1m40s  2 h 10 min to go (01:10)",
			"io512x128_mc32_np128_rate4  96/128  3647 tok/s  TTFT p50 239 ms  6 failed  32 in flight"},
		{s, 50, "sweep  3/8 cases  1m40s  2 h 10 min to go (01:10)", "io512x…rate4  96/128  3647 tok/s  6 failed"},
		{first, 79, "sweep  0/8 cases  ░░░░░░░░░░░░░░░░░░░░  1m40s  about 50 s to go", "io512x128_mc32_np128_rate4  0/128  warming up  32 in flight"},
		{making, 79, "sweep  0/8 cases  ░░░░░░░░░░░░░░░░░░░░  1m40s  about 50 s to go", "io512x128_mc32_np128_rate4  making prompts: 7 of 160"},
		{waiting, 79, "sweep  0/8 cases  ░░░░░░░░░░░░░░░░░░░░  1m40s  about 50 s to go", "io512x128_mc32_np128_rate4  getting ready"},
	} {
		sweepText, caseText := sweepLine(&tt.s, now, tt.width), caseLine(&tt.s, tt.width)
		if sweepText != tt.sweep || caseText != tt.case_ {
			t.Errorf("in %d columns:\n%s\n%s\nwant\n%s\n%s", tt.width, sweepText, caseText, tt.sweep, tt.case_)
		}
		if utf8.RuneCountInString(sweepText) > tt.width || utf8.RuneCountInString(caseText) > tt.width {
			t.Errorf("wider than %d columns:\n%s\n%s", tt.width, sweepText, caseText)
		}
	}
}

func TestSummary(t *testing.T) {
	c := plan.Case{Case: runlog.Case{Name: "bench_io512x128_mc32_np128"}, NumPrompts: 128}
	good := &sweep.Result{Status: runlog.StatusMeasured, Summary: metrics.Summary{
		RequestThroughput: 28.5, OutputThroughput: 3647, Duration: 4.49, OutputTokens: 16375,
		TTFT: metrics.Dist{Mean: 239}, TPOT: metrics.Dist{Mean: 6.91}, Validity: metrics.Validity{Verdict: "valid"},
	}}
	pooled := &sweep.Result{Status: runlog.StatusMeasured, Summary: metrics.Summary{
		RequestThroughput: 93.8, TotalTokenThroughput: 6003, Duration: 0.1, E2EL: metrics.Dist{Mean: 20}, Validity: metrics.Validity{Verdict: "valid"},
	}}
	bad := &sweep.Result{Status: runlog.StatusFailed, Failure: "the server died during the case", Summary: metrics.Summary{Completed: 3}}
	for _, tt := range []struct {
		r     *sweep.Result
		width int
		want  string
	}{
		{good, 0, "bench_io512x128_mc32_np128 valid: 28.5 requests/s, 3647 tok/s, TTFT 239 ms, TPOT 6.91 ms in 4.5 s"},
		{good, 79, "io512x128_mc32_np128 valid: 28.5 requests/s, 3647 tok/s, TTFT 239 ms in 4.5 s"},
		{good, 70, "io512x128_mc32_np128 valid: 28.5 requests/s, 3647 tok/s in 4.5 s"},
		{pooled, 0, "bench_io512x128_mc32_np128 valid: 93.8 requests/s, 6003 input tok/s, E2EL 20.0 ms in 0.1 s"},
		{bad, 20, "bench_io512x128_mc32_np128 failed: 3 of 128 done; the server died during the case"},
	} {
		if got := summary(c, tt.r, tt.width); got != tt.want {
			t.Errorf("in %d columns:\n%s\nwant\n%s", tt.width, got, tt.want)
		}
	}
}
