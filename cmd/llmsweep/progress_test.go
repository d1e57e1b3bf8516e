package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

// Rows that are counted within a second are not worth a word; of others there is
// one after a second, and one every ten.
func TestReadingLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		began := time.Now()
		l := newLines(&out, newLive())
		for i := 1; i <= 125; i++ { // five a second
			l.Reading(i, 1000)
			time.Sleep(200 * time.Millisecond)
		}
		l.Reading(0, 0)
		at := func(second time.Duration) string { return began.Add(second * time.Second).Format("15:04:05") }
		want := at(1) + " reading prompts: 6 of 1000 rows\n" + at(11) + " reading prompts: 56 of 1000 rows\n" + at(21) + " reading prompts: 106 of 1000 rows\n"
		if out.String() != want {
			t.Errorf("got\n%swant\n%s", out.String(), want)
		}
	})
}

// A case without a result says why, where anyone knows.
func TestSummaryOfNoResult(t *testing.T) {
	pc := plan.Case{NumPrompts: 8}
	pc.Name = "bench_x"
	completed := metrics.Summary{Completed: 3}
	refused := metrics.Summary{FirstError: "connect: refused"}
	for _, tt := range []struct {
		r    sweep.Result
		want string
	}{
		{sweep.Result{Status: runlog.StatusInterrupted, Summary: completed}, "bench_x interrupted: 3 of 8 done"},
		{sweep.Result{Status: runlog.StatusInterrupted, Summary: completed, Notes: []string{"a note"}}, "bench_x interrupted: 3 of 8 done"},
		{sweep.Result{Status: runlog.StatusFailed, Summary: refused}, "bench_x failed: 0 of 8 done; connect: refused"},
		{sweep.Result{Status: runlog.StatusFailed, Summary: refused, Failure: "the server died"}, "bench_x failed: 0 of 8 done; the server died"},
	} {
		if got := summary(pc, &tt.r, 0); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
