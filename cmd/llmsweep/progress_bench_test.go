package main

import (
	"io"
	"math"
	"testing"

	"llmsweep/runlog"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

// BenchmarkRequestEnded is what it costs that all watch at once: a display, events
// and metrics. A record waits for it, no request does.
func BenchmarkRequestEnded(b *testing.B) {
	l := newLive()
	x, err := newExporter("127.0.0.1:0", l)
	if err != nil {
		b.Fatal(err)
	}
	defer x.close()
	e := newEvents(io.Discard, io.Discard, l, "")
	all := several{l, x, e, newLines(io.Discard, l)}
	pc := plan.Case{Config: &plan.Config{Model: "m"}, Case: runlog.Case{Name: "bench_a"}, Input: 100, Output: 10, MaxConcurrency: 4, NumPrompts: 1 << 30, Rate: math.Inf(1)}
	all.SweepStarted([]plan.Case{pc}, 1)
	all.CaseStarted(pc)
	all.Sending(func() int { return 4 })
	r := answered(128)
	for b.Loop() {
		all.RequestEnded(r)
	}
	all.CaseEnded(pc, &sweep.Result{Status: runlog.StatusMeasured})
}
