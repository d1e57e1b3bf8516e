package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"llmsweep/aggregate"
	"llmsweep/report"
)

// checkFoundCost wants the load that was found among the points that count, at 0.36 EUR an
// hour, after the run and from aggregate.
func checkFoundCost(t *testing.T, dir, stdout string) {
	t.Helper()
	all := rows(t, dir)
	at := slices.IndexFunc(all, func(r aggregate.Row) bool { return *r.MaxConcurrency == 11 })
	cost := report.Figure(new(0.36 / (*all[at].OutputThroughput * 3600) * 1e6))
	markdown, err := llmsweep(t, dir, "aggregate", "results", "--format", "md", "-o", "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := regexp.MustCompile(`SLO of the search: p99 TTFT ≤ 60000 ms.* best under SLO[^:]* at 11 in flight: [^:]+ ` + regexp.QuoteMeta(cost) + ` EUR per 1M output tokens`)
	for _, text := range []string{stdout, string(markdown)} {
		if !want.MatchString(strings.Join(strings.Fields(text), " ")) {
			t.Errorf("%s\nwant %s", text, want)
		}
	}
}
