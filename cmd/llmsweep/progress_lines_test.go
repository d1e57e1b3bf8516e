package main

import (
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

// ms is a millisecond in ns.
const ms = int64(time.Millisecond)

// answered is the record of a request that ends now: 100 ms to its first token,
// 400 ms to its last.
func answered(tokens int) *metrics.Record {
	return &metrics.Record{
		Sent: 1 * ms, Arrivals: []int64{101 * ms, 401 * ms}, LastToken: 401 * ms, End: 401 * ms, OutputTokens: tokens,
	}
}

// A log has a line at a case's begin and end, and one every ten seconds between,
// whether requests end or not.
func TestLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		began := time.Now()
		l := newLive()
		p := several{l, newLines(&out, l)}
		one := plan.Case{Case: runlog.Case{Name: "bench_a"}, Input: 100, Output: 10, MaxConcurrency: 4, NumPrompts: 10, Warmup: 1, Rate: math.Inf(1)}
		two := one
		two.Name, two.NumPrompts = "bench_b", 20
		p.SweepStarted([]plan.Case{one, two}, 2)
		p.CaseStarted(one)
		time.Sleep(5 * time.Second)
		p.Note("waiting for a: 5 s")
		time.Sleep(6 * time.Second)
		p.Preparing(3, 11)
		time.Sleep(10 * time.Second)
		p.Sending(func() int { return 3 })
		time.Sleep(10 * time.Second)
		p.RequestEnded(&metrics.Record{Warmup: true})
		for range 5 {
			p.RequestEnded(answered(80))
		}
		p.RequestEnded(&metrics.Record{Sent: 1, End: 400 * ms, ErrorClass: "reset"})
		p.RequestEnded(&metrics.Record{Sent: 1, End: 400 * ms, Censored: true})
		time.Sleep(9600 * time.Millisecond)
		p.CaseEnded(one, &sweep.Result{Status: runlog.StatusFailed, Failure: "the server died"})
		p.Warn("the disk is nearly full")
		p.SweepEnded()
		var want strings.Builder
		for _, line := range []struct {
			at   time.Duration // s
			text string
		}{
			{0, "[1/2] bench_a: 10 prompts, 4 in flight"},
			{5, "waiting for a: 5 s"}, // and no line of the case at 10
			{20, "[1/2] making prompts: 3 of 11"},
			{30, "[1/2] 0 of 10 requests  warming up  3 in flight"},
			// 5 × 80 tokens in the nine seconds from 31 s on. Of the case 7 requests and half
			// of 3 in 40 s: 7.06 s more, and 6 rounds, warm-up included, after 4 that take 47.06 s.
			{40, "[1/2] 7 of 10 requests  44 tok/s  TTFT p50 100 ms  1 failed  3 in flight  about 78 s to go"},
			{40, "[1/2] bench_a failed: 0 of 10 done; the server died"},
			{40, "warning: the disk is nearly full"},
		} {
			want.WriteString(began.Add(line.at*time.Second).Format("15:04:05 ") + line.text + "\n")
		}
		if out.String() != want.String() {
			t.Errorf("got\n%swant\n%s", out.String(), want.String())
		}
	})
}

// A case begins with the load that it was asked for.
func TestLoadOf(t *testing.T) {
	unbounded := math.Inf(1)
	for _, tt := range []struct {
		prompts, cap int
		rate         float64
		ramp         *plan.Ramp
		want         string
	}{
		{10, 4, unbounded, nil, "10 prompts, 4 in flight"},
		{10, 0, unbounded, nil, "10 prompts, all at once"},
		{10, 4, 2.5, nil, "10 prompts, 2.5 requests/s, 4 in flight"},
		{10, 0, 2.5, nil, "10 prompts, 2.5 requests/s"},
		{10, 0, unbounded, &plan.Ramp{Kind: "linear", From: 1, To: 20}, "10 prompts, linear 1 to 20 requests/s"},
	} {
		if got := loadOf(&plan.Case{NumPrompts: tt.prompts, MaxConcurrency: tt.cap, Rate: tt.rate, Ramp: tt.ramp}); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
