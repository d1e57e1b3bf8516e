// Package loadgen decides when each request is sent, and sends it: closed loop
// or scheduled arrivals, with a cap on requests in flight. It knows no HTTP.
//
// In: sessions, a schedule, a backend. Out: a Trace for each request sent.
package loadgen

import (
	"context"
	"iter"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
)

// A Source yields sessions (a lone request is a session of one) in a fixed
// order, and ends after its first error.
type Source interface {
	Sessions() iter.Seq2[dataset.Session, error]
}

// A Pacer yields when each session is due: offsets from the load's start, never
// decreasing. It has no clock, so a schedule is tested as a list of numbers.
type Pacer interface {
	Arrivals() iter.Seq[time.Duration]
}

// A preparer is a Backend that can do ahead what a request takes before it is
// sent: a long prompt's body takes up to 0.5 ms, which would be our lag.
type preparer interface {
	Prepare(r dataset.Request) dataset.Request
}

// A Backend sends one request and reports what it saw; failure is Trace.Err.
type Backend interface {
	Do(ctx context.Context, r dataset.Request) client.Trace
}
