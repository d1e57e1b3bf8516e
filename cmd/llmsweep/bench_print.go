package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"llmsweep/runlog"
)

// printResult writes a case as vllm bench serve's console does, so that what
// reads that reads this.
func printResult(w io.Writer, f *runlog.CaseFile, metrics []string) {
	fmt.Fprintln(w, center(" Serving Benchmark Result ", '='))
	count := func(label string, n int64) { fmt.Fprintf(w, "%-40s %-10d\n", label, n) }
	value := func(label string, v runlog.Float) { fmt.Fprintf(w, "%-40s %-10s\n", label, two(v)) }
	count("Successful requests:", int64(f.Completed))
	count("Failed requests:", int64(f.Failed))
	if f.MaxConcurrency != nil {
		count("Maximum request concurrency:", int64(*f.MaxConcurrency))
	}
	if !f.RequestRate.Unbounded() {
		fmt.Fprintf(w, "%-40s %-10s\n", "Request rate configured (RPS):", f.RequestRate)
	}
	value("Benchmark duration (s):", f.Duration)
	count("Total input tokens:", f.TotalInputTokens)
	count("Total generated tokens:", f.TotalOutputTokens)
	value("Request throughput (req/s):", f.RequestThroughput)
	if f.SLO != nil {
		value("Request goodput (req/s):", f.RequestGoodput)
	}
	value("Output token throughput (tok/s):", f.OutputThroughput)
	value("Peak output token throughput (tok/s):", f.MaxOutputTokensPerS)
	value("Peak concurrent requests:", runlog.Float(f.MaxConcurrentRequests))
	value("Total token throughput (tok/s):", f.TotalTokenThroughput)
	for _, m := range []struct {
		key, name, title string
		d                runlog.Dist
	}{
		{"ttft", "TTFT", "Time to First Token", f.TTFT},
		{"tpot", "TPOT", "Time per Output Token (excl. 1st token)", f.TPOT},
		{"itl", "ITL", "Inter-token Latency", f.ITL},
		{"e2el", "E2EL", "End-to-end Latency", f.E2EL},
	} {
		if !slices.Contains(metrics, m.key) {
			continue
		}
		fmt.Fprintln(w, center(m.title, '-'))
		value("Mean "+m.name+" (ms):", m.d.Mean)
		value("Median "+m.name+" (ms):", m.d.Median)
		for _, p := range slices.SortedFunc(maps.Keys(m.d.P), byNumber) {
			value("P"+p+" "+m.name+" (ms):", m.d.P[p])
		}
	}
	fmt.Fprintln(w, strings.Repeat("=", 50))
	fmt.Fprintf(w, "%s", f.Validity.Verdict)
	if len(f.Validity.Reasons) > 0 {
		fmt.Fprintf(w, ": %s", strings.Join(f.Validity.Reasons, "; "))
	}
	fmt.Fprintln(w)
}

func two(v runlog.Float) string {
	if !v.Defined() {
		return "–"
	}
	return strconv.FormatFloat(float64(v), 'f', 2, 64)
}

func byNumber(a, b string) int {
	x, _ := strconv.ParseFloat(a, 64)
	y, _ := strconv.ParseFloat(b, 64)
	return cmp.Compare(x, y)
}

// center puts text in the middle of a line of 50, filled up on both sides.
func center(text string, fill rune) string {
	left := (50 - len(text)) / 2
	right := 50 - len(text) - left
	return strings.Repeat(string(fill), left) + text + strings.Repeat(string(fill), right)
}
