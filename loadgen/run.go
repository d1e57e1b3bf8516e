package loadgen

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"

	"llmsweep/client"
)

// A Plan is the load of one case: an optional warm-up, then what is measured.
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

// Run sends the plan's requests to b and gives the trace of each to emit.
//
// A session holds one slot of the cap from its first request to its last. Its
// next turn is due one think time after the answer before; Next is given that
// answer as Trace.Text. A turn that fails ends its session, and a further one of
// the source is given what is left of its requests. Traces get two instants from here: Due, and Queued, the
// moment the request was due and a slot was there for it. So Queued − Due is the
// wait for a slot, and Sent − Queued this tool's own lag. In the closed loop
// both are the moment the slot came free (at first: the phase's start). A
// session that starts late is started all the same, and moves none after it.
//
// emit is called from one goroutine, in the order in which requests end, and
// never holds up a send. When it returns an error, or ctx ends, nothing more is
// sent, requests in flight are cancelled through their context, emit still gets
// the trace of every request that was sent, and Run returns that error or the
// context's cause. All of Run's goroutines end before it returns. A phase that
// ends by its time is no error.
func Run(ctx context.Context, b Backend, p Plan, emit func(client.Trace) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l := newLoad(b, p)
	l.stopClock = func() {}

	var emitter sync.WaitGroup
	emitter.Go(func() {
		for t := range l.out.all() {
			t.Request = t.Request.Counted()
			if err := emit(t); err != nil {
				cancel(err) // the first cause is the one that is kept
			}
		}
	})
	if err := l.phases(ctx, p); err != nil {
		cancel(err)
	}
	l.inFlight.Wait()
	l.stopClock()
	l.out.close()
	emitter.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return l.short()
}

// A load is the state of one Run.
type load struct {
	backend  Backend
	epoch    time.Time
	slots    chan int64 // one value a free slot: the instant it came free; nil = no cap
	out      *mailbox
	inFlight sync.WaitGroup // sessions
	budgets  []*budget      // of the phases begun

	stopClock func() // of the measured phase's time
}

func newLoad(b Backend, p Plan) *load {
	l := &load{backend: b, epoch: p.Epoch, out: newMailbox()}
	if l.epoch.IsZero() {
		l.epoch = time.Now()
	}
	if p.MaxConcurrency > 0 {
		l.slots = make(chan int64, p.MaxConcurrency)
		for range p.MaxConcurrency {
			l.slots <- l.now()
		}
	}
	return l
}

// now is ns since the epoch, on the monotonic clock.
func (l *load) now() int64 { return int64(time.Since(l.epoch)) }

// at is the instant ns after the epoch.
func (l *load) at(ns int64) time.Time { return l.epoch.Add(time.Duration(ns)) }

func (l *load) phases(ctx context.Context, p Plan) error {
	if p.Warmup.Source != nil {
		clock := newClock(ctx, p.Warmup.For)
		defer clock.stop()
		if err := l.phase(ctx, clock, p.Warmup, true); err != nil {
			return err
		}
		if p.Drain {
			l.inFlight.Wait()
		}
	}
	clock := newClock(ctx, p.Measured.For)
	l.stopClock = clock.stop // goes on after the last send, while requests are in flight
	return l.phase(clock.ctx, clock, p.Measured, false)
}

// phase starts the phase's sessions, each at its time and in its slot, until its
// clock says that its time is up; their requests run under ctx. It returns when
// there are no more to start; those in flight go on.
func (l *load) phase(ctx context.Context, clock *clock, ph Phase, warmup bool) error {
	zero := l.now()
	left := newBudget(ph.Requests, warmup, clock)
	l.budgets = append(l.budgets, left)
	arrival := func() (time.Duration, bool) { return 0, true }
	if ph.Pacer != nil {
		next, stop := iter.Pull(ph.Pacer.Arrivals())
		defer stop()
		arrival = next
		clock.start(l.at(zero))
	}
	for s, err := range ph.Source.Sessions() {
		if err != nil {
			return fmt.Errorf("reading requests: %w", err)
		}
		w := walk{session: s, budget: left}
		if !w.next("") {
			continue
		}
		offset, ok := arrival()
		if !ok {
			return nil
		}
		due := zero + int64(offset)
		if err := waitUntil(clock.ctx, l.at(due)); err != nil {
			return clock.over(err)
		}
		free, err := l.slot(clock.ctx)
		if err != nil {
			return clock.over(err)
		}
		w.queued = max(due, free)
		w.due = due
		if ph.Pacer == nil {
			w.due = w.queued
			clock.start(l.at(w.queued))
		}
		w.left = left.take(max(1, s.Requests))
		l.inFlight.Go(func() { // a slow reply never delays the next send
			defer l.release()
			l.walk(ctx, w)
		})
		if !left.more(clock.ctx) {
			return nil
		}
	}
	return nil
}

// slot waits for a free slot and returns the instant it came free.
func (l *load) slot(ctx context.Context) (int64, error) {
	if err := context.Cause(ctx); err != nil {
		return 0, err
	}
	if l.slots == nil {
		return 0, nil
	}
	select {
	case free := <-l.slots:
		return free, nil
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

func (l *load) release() {
	if l.slots != nil {
		l.slots <- l.now()
	}
}

// short is an error if a phase without a time limit sent fewer requests than it
// was to.
func (l *load) short() error {
	for _, b := range l.budgets {
		if b.short() > 0 && b.clock.length == 0 {
			return fmt.Errorf("%s: %d of %d requests sent, then source or schedule ended: give it more sessions or ask for fewer", b.name(), b.taken, b.limit)
		}
	}
	return nil
}
