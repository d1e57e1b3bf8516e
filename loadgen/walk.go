package loadgen

import (
	"context"
	"sync/atomic"
	"time"

	"llmsweep/dataset"
)

// A walk is one session on its way, with its next request and when that is due.
type walk struct {
	session dataset.Session
	budget  *budget

	req    dataset.Request
	think  time.Duration
	due    int64
	queued int64
}

// next asks the session for its next request, given the answer to the last.
func (w *walk) next(answer string) (ok bool) {
	w.req, w.think, ok = w.session.Next(answer)
	w.req.Warmup = w.req.Warmup || w.budget.warmup
	return ok
}

// A sessionEnder is a Backend that keeps something for a session, a connection
// say. It is told of the end of each session with an id, which may come before its
// last request: when the phase is over, or the source has no more turns.
type sessionEnder interface {
	EndSession(id string)
}

// walk sends the session's requests, one after the other. The first one has been
// claimed from the budget already.
func (l *load) walk(ctx context.Context, w walk) {
	if b, ok := l.backend.(sessionEnder); ok && w.req.Session != "" {
		defer b.EndSession(w.req.Session)
	}
	if !l.pause(ctx, &w) {
		w.budget.claimed.Add(-1)
		return
	}
	for {
		t := l.backend.Do(ctx, w.req)
		ended := l.now()
		t.Due, t.Queued = w.due, w.queued
		answer := t.Text
		l.out.put(t)
		if ctx.Err() != nil || w.budget.spent() || !w.next(answer) {
			return
		}
		w.due, w.queued = ended, ended
		if !l.pause(ctx, &w) || !w.budget.claim() {
			return
		}
	}
}

// pause waits out the think time before w's request, and reports whether it is
// to be sent still. Think times are those of people: a plain timer will do.
func (l *load) pause(ctx context.Context, w *walk) bool {
	if w.think <= 0 {
		return ctx.Err() == nil
	}
	w.due += int64(w.think)
	w.queued = max(w.queued, w.due)
	return sleep(ctx, time.Until(l.at(w.due))) == nil
}

// A budget counts the requests of a phase, over all its sessions.
type budget struct {
	limit   int64 // 0 = none
	claimed atomic.Int64
	warmup  bool
	clock   *clock // of the phase
}

// claim takes one request from the budget, if there is one left.
func (b *budget) claim() bool {
	if n := b.claimed.Add(1); b.limit > 0 && n > b.limit {
		b.claimed.Add(-1)
		return false
	}
	return true
}

// spent reports that nothing more is to be sent: all has been, or the time is up.
func (b *budget) spent() bool { return b.limit > 0 && b.claimed.Load() >= b.limit || b.clock.up() }

func (b *budget) name() string {
	if b.warmup {
		return "warm-up"
	}
	return "load"
}
