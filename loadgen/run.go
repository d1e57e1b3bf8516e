package loadgen

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"llmsweep/client"
)

// A Plan is the load of one case, or of one of its lanes: an optional warm-up, then
// what is measured.
type Plan struct {
	Warmup   Phase // sent first, each request marked Warmup; a nil Source = none
	Drain    bool  // all of the warm-up ends before the first measured request is sent; else that follows on in the same slots
	Measured Phase

	MaxConcurrency int       // cap on sessions, so on requests, in flight; 0 = none
	Epoch          time.Time // instants count from here, as client.Config.Start; zero = the call of Run
}

// A Phase is a series of sessions and when they start.
type Phase struct {
	Source   Source
	Requests int   // how many to send in all, each turn of a session counted; 0 = all that Source has
	Pacer    Pacer // when each session is due, from the phase's start; nil = closed loop: when a slot is free

	// For ends the phase by time, if Requests does not before: nothing more is
	// sent, and measured requests in flight are cut off, by ErrTimeUp as the cause
	// of their context; a warm-up's go on. It counts from the phase's start, in a
	// closed loop from its first session. 0 = no limit.
	For time.Duration
}

// ErrTimeUp is why a request was cut off when its phase's time was up.
var ErrTimeUp = errors.New("the time for sending is up")

// A SourceError ends a load whose source failed, or ended before a phase had its
// requests. It is also the cause with which requests in flight are cut off.
type SourceError struct {
	Phase string // "warm-up" or "load"
	Err   error
}

func (e *SourceError) Error() string { return e.Phase + ": " + e.Err.Error() }
func (e *SourceError) Unwrap() error { return e.Err }

// Run sends the plan's requests to b and gives the trace of each to emit.
//
// A session holds one slot of the cap from its first request to its last. Its
// next turn is due one think time after the answer before; Next is given that
// answer as Trace.Text. A turn that fails ends its session, and a further one of
// the source is given what is left of its requests; where the schedule has ended
// by then, that one is due at once. Traces get two instants from here: Due, and
// Queued, the moment the request was due and a slot was there for it. So Queued −
// Due is the wait for a slot, and Sent − Queued this tool's own lag. In the closed
// loop both are the moment the slot came free (at first: the phase's start). A
// session that starts late is started all the same, and moves none after it.
//
// emit is called from one goroutine, in the order in which requests end, and
// never holds up a send. When it returns an error, or ctx ends, nothing more is
// sent, requests in flight are cancelled through their context, emit still gets
// the trace of every request that was sent, and Run returns that error or the
// context's cause. A source that fails does the same, by a *SourceError. All of
// Run's goroutines end before it returns. A phase that ends by its time is no
// error.
func Run(ctx context.Context, b Backend, p Plan, emit func(client.Trace) error) error {
	return RunLanes(ctx, b, []Plan{p}, emit)
}

// RunLanes is Run for one or more plans at the same time, each with slots of its
// own. Their phases are common: the measured one starts in all lanes at one
// instant, when every lane has sent its warm-up (with Drain, when every request of
// these has ended), and one clock ends it. Drain, Epoch and the phases' For are
// those of the first plan.
func RunLanes(ctx context.Context, b Backend, lanes []Plan, emit func(client.Trace) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := newLoad(b, lanes, cancel)

	var emitter sync.WaitGroup
	emitter.Go(func() {
		for t := range l.out.all() {
			t.Request = t.Request.Counted()
			if err := emit(t); err != nil {
				cancel(err) // the first cause is the one that is kept
			}
		}
	})
	stopClock := l.phases(ctx, lanes[0])
	l.inFlight.Wait()
	stopClock()
	l.out.close()
	emitter.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return l.short()
}

// A load is the state of one RunLanes.
type load struct {
	backend  Backend
	epoch    time.Time
	lanes    []*lane
	out      *mailbox
	inFlight sync.WaitGroup // sessions
	budgets  []*budget      // of the phases begun
	cancel   context.CancelCauseFunc
}

func newLoad(b Backend, plans []Plan, cancel context.CancelCauseFunc) *load {
	l := &load{backend: b, epoch: plans[0].Epoch, out: newMailbox(), cancel: cancel}
	if l.epoch.IsZero() {
		l.epoch = time.Now()
	}
	for _, p := range plans {
		l.lanes = append(l.lanes, newLane(l, p))
	}
	return l
}

// now is ns since the epoch, on the monotonic clock.
func (l *load) now() int64 { return int64(time.Since(l.epoch)) }

// at is the instant ns after the epoch.
func (l *load) at(ns int64) time.Time { return l.epoch.Add(time.Duration(ns)) }

// phases sends the warm-up, then what is measured. It returns when all is sent;
// the measured phase's time goes on, while requests are in flight, until stop.
func (l *load) phases(ctx context.Context, common Plan) (stop func()) {
	warmup := newClock(ctx, common.Warmup.For)
	defer warmup.stop()
	l.phase(ctx, warmup, true)
	if common.Drain {
		l.inFlight.Wait()
	}
	measured := newClock(ctx, common.Measured.For)
	if ctx.Err() == nil {
		l.phase(measured.ctx, measured, false)
	}
	return measured.stop
}

// phase sends one phase of all lanes, from one instant on; their requests run
// under ctx. It returns when there are no more to start; those in flight go on.
func (l *load) phase(ctx context.Context, clock *clock, warmup bool) {
	zero := l.now()
	var sending sync.WaitGroup
	for _, ln := range l.lanes {
		ph := ln.plan.Measured
		if warmup {
			ph = ln.plan.Warmup
		}
		if ph.Source == nil {
			continue
		}
		left := newBudget(ph.Requests, warmup, clock)
		l.budgets = append(l.budgets, left)
		sending.Go(func() {
			if err := ln.send(ctx, ph, left, zero); err != nil {
				l.cancel(err) // of all lanes
			}
		})
	}
	sending.Wait()
}

// short is an error if a phase without a time limit sent fewer requests than it
// was to.
func (l *load) short() error {
	for _, b := range l.budgets {
		if b.short() > 0 && b.clock.length == 0 {
			return &SourceError{b.name(), fmt.Errorf("%d of %d requests sent, then source or schedule ended: give it more sessions or ask for fewer", b.taken, b.limit)}
		}
	}
	return nil
}
