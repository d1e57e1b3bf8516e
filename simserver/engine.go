package simserver

import (
	"sync"
	"sync/atomic"
	"time"
)

// An engine makes the tokens of the sequences given to it until it is closed.
type engine interface {
	submit(s *sequence)
	close()
}

// load is what an engine does at the moment, for /metrics.
type load struct {
	running, waiting, context atomic.Int64
}

// catchUp is how far an engine may be behind its own clock and still make up for
// it. Beyond, the machine was busy elsewhere, and a burst of tokens that no GPU
// would make is worse than a late step.
const catchUp = 50 * time.Millisecond

// An inbox hands new sequences to an engine's goroutine.
type inbox struct {
	mu     sync.Mutex
	fresh  []*sequence
	closed bool
	wake   chan struct{} // one place
	stop   chan struct{}
	ended  chan struct{} // the goroutine is gone
}

func newInbox() *inbox {
	return &inbox{wake: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{})}
}

func (b *inbox) submit(s *sequence) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		end(s)
		return
	}
	b.fresh = append(b.fresh, s)
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *inbox) take() []*sequence {
	b.mu.Lock()
	defer b.mu.Unlock()
	fresh := b.fresh
	b.fresh = nil
	return fresh
}

func (b *inbox) close() {
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		close(b.stop)
	}
	b.mu.Unlock()
	<-b.ended
}

func end(ss ...*sequence) {
	for _, s := range ss {
		s.ended.Store(true)
		s.ring()
	}
}

// A batch is the continuous-batching engine: steps one after the other, each as
// long as its work, on absolute deadlines, so that a late wake-up is not added up.
type batch struct {
	*inbox
	limits limits
	timing Timing
	load   *load
	onStep func(step) // for /metrics

	running, waiting []*sequence
}

func newBatch(c Config, l *load, onStep func(step)) *batch {
	e := &batch{inbox: newInbox(), limits: limits{c.MaxNumSeqs, c.BatchTokens, c.KVTokens},
		timing: c.Timing, load: l, onStep: onStep}
	go e.run()
	return e
}

func (e *batch) run() {
	defer close(e.ended)
	defer func() { end(e.running...); end(e.waiting...); end(e.take()...) }()
	var deadline time.Time // of the step before
	for {
		e.collect()
		if len(e.running)+len(e.waiting) == 0 {
			select {
			case <-e.wake:
				deadline = time.Time{}
				continue
			case <-e.stop:
				return
			}
		}
		now := time.Now()
		if now.Sub(deadline) > catchUp {
			deadline = now
		}
		s := plan(e.limits, views(e.running), views(e.waiting))
		e.admit(s.admitted)
		deadline = deadline.Add(e.timing.duration(s))
		if !sleepUntil(deadline, e.stop) {
			return
		}
		e.advance(s)
		e.onStep(s)
	}
}

// collect takes in what is new and drops what is gone.
func (e *batch) collect() {
	e.waiting = alive(append(e.waiting, e.take()...))
	e.running = alive(e.running)
	context := 0
	for _, s := range e.running {
		context += s.view().context
	}
	e.load.running.Store(int64(len(e.running)))
	e.load.waiting.Store(int64(len(e.waiting)))
	e.load.context.Store(int64(context))
}

func (e *batch) admit(n int) {
	now := time.Now().UnixNano()
	for _, s := range e.waiting[:n] {
		s.started.Store(now)
	}
	e.running = append(e.running, e.waiting[:n]...)
	e.waiting = e.waiting[n:]
	e.load.running.Store(int64(len(e.running)))
	e.load.waiting.Store(int64(len(e.waiting)))
}

// advance ends a step: prompts are further, and who has all of its prompt
// computed has a new token.
func (e *batch) advance(s step) {
	for i, q := range e.running {
		q.prefilled += s.grants[i]
		if q.prefilled == q.prompt {
			q.publish(1)
		}
	}
}

func views(ss []*sequence) []view {
	vs := make([]view, len(ss))
	for i, s := range ss {
		vs[i] = s.view()
	}
	return vs
}

// alive keeps, in order, the sequences that still want tokens.
func alive(ss []*sequence) []*sequence {
	var kept []*sequence
	for _, s := range ss {
		if !s.gone.Load() && !s.done() {
			kept = append(kept, s)
		}
	}
	return kept
}
