package loadgen

import (
	"context"
	"fmt"
	"iter"
	"runtime"
	"time"
)

// yieldFor is how far off the next send has to be for others to go first, ns: to
// come back can take as long on a busy machine.
const yieldFor = int64(time.Millisecond)

// A lane is a plan with its slots.
type lane struct {
	*load
	plan  Plan
	slots chan int64 // one value a free slot: the instant it came free; nil = no cap
}

func newLane(l *load, p Plan) *lane {
	ln := &lane{load: l, plan: p}
	if p.MaxConcurrency > 0 {
		ln.slots = make(chan int64, p.MaxConcurrency)
		for range p.MaxConcurrency {
			ln.slots <- l.now()
		}
	}
	return ln
}

// send starts the phase's sessions, each at its time and in its slot, until the
// clock says that the time is up.
func (l *lane) send(ctx context.Context, ph Phase, left *budget, zero int64) error {
	clock := left.clock
	arrival := func() (time.Duration, bool) { return 0, true }
	if ph.Pacer != nil {
		next, stop := iter.Pull(ph.Pacer.Arrivals())
		defer stop()
		arrival = next
		clock.start(l.at(zero))
	}
	for s, err := range ph.Source.Sessions() {
		if err != nil {
			return &SourceError{left.name(), fmt.Errorf("reading requests: %w", err)}
		}
		w := walk{session: s, budget: left}
		if !w.next("") {
			continue
		}
		offset, ok := arrival()
		if !ok {
			if !left.replaces() {
				return nil
			}
			offset = time.Duration(l.now() - zero)
		}
		due := zero + int64(offset)
		if wait := due - l.now(); wait > 0 || l.full() {
			if wait > yieldFor {
				runtime.Gosched() // the send before may wait for this processor
			}
			w.req = l.prepared(w.req)
		}
		if err := WaitUntil(clock.ctx, l.at(due)); err != nil {
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

// full reports whether the next session has to wait for a slot.
func (l *lane) full() bool { return l.slots != nil && len(l.slots) == 0 }

// slot waits for a free slot and returns the instant it came free.
func (l *lane) slot(ctx context.Context) (int64, error) {
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

func (l *lane) release() {
	if l.slots != nil {
		l.slots <- l.now()
	}
}
