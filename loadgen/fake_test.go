package loadgen

import (
	"context"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
)

// singles yields n sessions of one request, named prefix0, prefix1, …
type singles struct {
	prefix string
	n      int
}

func (s singles) Sessions() iter.Seq2[dataset.Session, error] {
	return func(yield func(dataset.Session, error) bool) {
		for i := range s.n {
			if !yield(dataset.Single(dataset.Request{ID: fmt.Sprint(s.prefix, i)}), nil) {
				return
			}
		}
	}
}

// chats yields n sessions of turns requests each, think apart; each prompt is
// the answer before.
type chats struct {
	n, turns int
	think    time.Duration
}

func (c chats) Sessions() iter.Seq2[dataset.Session, error] {
	return func(yield func(dataset.Session, error) bool) {
		for i := range c.n {
			turn := 0
			next := func(answer string) (dataset.Request, time.Duration, bool) {
				turn++
				think := c.think
				if turn == 1 {
					think = 0
				}
				return dataset.Request{
					ID: fmt.Sprint(i, ".", turn), Session: fmt.Sprint(i), Prompt: answer,
				}, think, turn <= c.turns
			}
			if !yield(dataset.Session{Requests: c.turns, Next: next}, nil) {
				return
			}
		}
	}
}

// A server answers each request after a time of its choice, and keeps count.
type server struct {
	epoch time.Time
	after func(r dataset.Request) time.Duration // nil = at once

	inFlight, peak atomic.Int64
	mu             sync.Mutex
	order          []string // ids as they came in
	sent           map[string]time.Duration
}

func (s *server) Do(ctx context.Context, r dataset.Request) client.Trace {
	t := client.Trace{Request: r, Sent: int64(time.Since(s.epoch)), Text: "answer to " + r.ID}
	n := s.inFlight.Add(1)
	defer s.inFlight.Add(-1)
	s.mu.Lock()
	s.peak.Store(max(s.peak.Load(), n))
	s.order = append(s.order, r.ID)
	if s.sent == nil {
		s.sent = map[string]time.Duration{}
	}
	s.sent[r.ID] = time.Since(s.epoch)
	s.mu.Unlock()
	if s.after != nil {
		select {
		case <-time.After(s.after(r)):
		case <-ctx.Done():
			t.Err = &client.Error{Class: client.Cancelled, Err: context.Cause(ctx)}
		}
	}
	t.End = int64(time.Since(s.epoch))
	return t
}

// always answers after d.
func always(d time.Duration) func(dataset.Request) time.Duration {
	return func(dataset.Request) time.Duration { return d }
}

// keep returns an emit that appends to traces.
func keep(traces *[]client.Trace) func(client.Trace) error {
	return func(t client.Trace) error {
		*traces = append(*traces, t)
		return nil
	}
}
