package loadgen

import (
	"context"
	"time"

	"llmsweep/dataset"
)

// A walk is one session on its way, with its next request and when that is due.
type walk struct {
	session dataset.Session
	budget  *budget
	left    int // requests that it has of the budget, and has not sent

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

// walk sends the session's requests, one after the other. A request that fails
// ends it: what would have followed answers an answer that is not there. The
// session's requests have been taken from the budget.
func (l *load) walk(ctx context.Context, w walk) {
	defer func() { w.budget.giveBack(w.left) }()
	if b, ok := l.backend.(sessionEnder); ok && w.req.Session != "" {
		defer b.EndSession(w.req.Session)
	}
	for l.pause(ctx, &w) {
		w.left--
		w.budget.send()
		req := w.req
		w.req.Prepared = nil // the backend's own now, to let go of once it is sent
		t := l.backend.Do(ctx, req)
		ended := l.now()
		t.Due, t.Queued = w.due, w.queued
		answer, failed := t.Text, t.Err != nil
		l.out.put(t)
		if w.left == 0 || failed || ctx.Err() != nil || w.budget.clock.up() || !w.next(answer) {
			return
		}
		w.due, w.queued = ended, ended
	}
}

// prepared is r as the backend makes it ready to leave. It is asked only where there
// is a wait anyway: sends that are late already are made ready side by side.
func (l *load) prepared(r dataset.Request) dataset.Request {
	if b, ok := l.backend.(preparer); ok {
		return b.Prepare(r)
	}
	return r
}

// pause waits out the think time before w's request, and reports whether it is
// to be sent still. Think times are those of people: a plain timer will do.
func (l *load) pause(ctx context.Context, w *walk) bool {
	if w.think <= 0 {
		return ctx.Err() == nil
	}
	w.req = l.prepared(w.req)
	w.due += int64(w.think)
	w.queued = max(w.queued, w.due)
	return sleep(ctx, time.Until(l.at(w.due))) == nil
}
