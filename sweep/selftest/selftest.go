// Package selftest measures the simulator with the client that cases are measured
// with, against the simulator's own ground truth: how far figures can be trusted on
// this machine, and up to which load.
package selftest

import (
	"fmt"
	"time"

	"llmsweep/runlog"
)

// Schema is the version of a self-test's JSON.
const Schema = "llmsweep-selftest-1"

// The loads of a self-test.
const (
	Paced = "paced" // the simulator's preset: 100 ms to the first token, 10 ms between tokens
	Flood = "flood" // no waiting: each token is written as soon as the one before it
)

// A figure of a paced row within these limits can be trusted, ms.
const (
	maxTrustedError = 1.0 // p99 of the TTFT and of the ITL error: at most
	maxTrustedLag   = 1.0 // p99 of the reader lag: below
)

// TrustRule is the rule that Result.Trusted follows, in words.
const TrustRule = "the largest paced row in which every request completed, the TTFT and ITL errors have a p99 of at most 1 ms, and the reader lag a p99 below 1 ms"

// A Result is how far this tool's figures can be trusted on one machine: its
// measurements of the simulator against the simulator's own ground truth, by
// number of streams. As JSON, what is undefined is null.
type Result struct {
	Schema  string         `json:"schema"`
	Tool    string         `json:"tool"`
	Date    time.Time      `json:"date"`
	Host    map[string]any `json:"host"`
	Rule    string         `json:"rule"`
	Trusted *TrustedLoad   `json:"trusted"` // nil = no row can be trusted
	Largest int            `json:"largest_streams_tested"`
	Rows    []Row          `json:"rows"`
}

// A TrustedLoad is the largest load at which the figures can be trusted, and
// how far they are off at most in 99 of 100 samples.
type TrustedLoad struct {
	Streams    int          `json:"streams"`      // requests in flight
	EventsPerS runlog.Float `json:"events_per_s"` // token events
	TTFTError  runlog.Float `json:"ttft_error_p99_ms"`
	ITLError   runlog.Float `json:"itl_error_p99_ms"`
}

// A Row is one load of a self-test, in ms where nothing else is said.
// The warm-up, a request a stream, is not in it.
type Row struct {
	Load    string `json:"load"`              // Paced or Flood
	Streams int    `json:"streams"`           // requests in flight, closed loop
	Skipped string `json:"skipped,omitempty"` // why the row was not run; "" = it was

	Seconds      runlog.Float `json:"duration_s"` // first send → last end
	Requests     int          `json:"requests"`
	Failed       int          `json:"failed"`
	FirstError   string       `json:"first_error,omitempty"`
	Compared     int          `json:"compared"` // requests whose every event has its ground truth
	EventsPerS   runlog.Float `json:"events_per_s"`
	ClientCPU    runlog.Float `json:"client_cpu_cores"` // user and system time of this process ÷ time
	KernelStamps bool         `json:"kernel_stamps"`    // else the kernel's errors are the user clock's

	TTFT ClockErrors `json:"ttft_error_ms"`
	ITL  ClockErrors `json:"itl_error_ms"`

	SendLagP50   runlog.Float `json:"send_lag_p50_ms"`
	SendLagP99   runlog.Float `json:"send_lag_p99_ms"`
	SharedShare  runlog.Float `json:"shared_events_share"` // of token events that came in a read with another
	ReaderLagP99 runlog.Float `json:"reader_lag_p99_ms"`

	Doubts []string `json:"doubts,omitempty"` // of a paced row: what breaks the rule, each with its figure
}

// ClockErrors are |measured − true|, in ms, by the two clocks that an arrival
// can be taken from.
type ClockErrors struct {
	Kernel Quantiles `json:"kernel"` // the arrival as all metrics take it
	User   Quantiles `json:"user"`   // when the client came round to reading it: arrival + reader lag
}

// Quantiles of a sample, ms.
type Quantiles struct {
	P50 runlog.Float `json:"p50"`
	P99 runlog.Float `json:"p99"`
	Max runlog.Float `json:"max"`
}

// doubts is what breaks the rule in a paced row; none = it can be trusted. A
// reader lag that is not known (no kernel stamps) breaks nothing: it is part of
// the error then.
func (r *Row) doubts() []string {
	if r.Skipped != "" {
		return []string{"not run: " + r.Skipped}
	}
	var list []string
	if r.Failed > 0 {
		list = append(list, fmt.Sprintf("%d of %d requests failed (%s)", r.Failed, r.Requests, r.FirstError))
	}
	if lost := r.Requests - r.Failed - r.Compared; lost > 0 || r.Compared == 0 {
		list = append(list, fmt.Sprintf("%d of %d requests are not in the ground truth as they were seen", lost, r.Requests))
	}
	if !(r.TTFT.Kernel.P99 <= maxTrustedError) {
		list = append(list, fmt.Sprintf("TTFT error p99 %.3g ms, limit %g", r.TTFT.Kernel.P99, maxTrustedError))
	}
	if !(r.ITL.Kernel.P99 <= maxTrustedError) {
		list = append(list, fmt.Sprintf("ITL error p99 %.3g ms, limit %g", r.ITL.Kernel.P99, maxTrustedError))
	}
	if r.ReaderLagP99 >= maxTrustedLag {
		list = append(list, fmt.Sprintf("reader lag p99 %.3g ms, want below %g", r.ReaderLagP99, maxTrustedLag))
	}
	return list
}

// judge marks each paced row with its doubts, and finds the largest without any
// and the largest that was run.
func (t *Result) judge() {
	t.Rule, t.Trusted, t.Largest = TrustRule, nil, 0
	for i := range t.Rows {
		r := &t.Rows[i]
		if r.Load != Paced {
			continue
		}
		r.Doubts = r.doubts()
		if r.Skipped == "" {
			t.Largest = max(t.Largest, r.Streams)
		}
		if len(r.Doubts) == 0 && (t.Trusted == nil || r.Streams > t.Trusted.Streams) {
			t.Trusted = &TrustedLoad{r.Streams, r.EventsPerS, r.TTFT.Kernel.P99, r.ITL.Kernel.P99}
		}
	}
}
