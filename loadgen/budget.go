package loadgen

import (
	"context"
	"sync"
)

// A budget counts the requests of a phase, over all its sessions. A session takes
// all of its requests when it starts, so that one is cut short only by the end of
// the budget; those that it does not come to send, because one before them
// failed, go to another session.
type budget struct {
	limit  int // 0 = none
	warmup bool
	clock  *clock // of the phase

	mu     sync.Mutex
	taken  int           // requests of the sessions begun
	unsent int           // of taken: not sent yet
	lost   int           // given back
	change chan struct{} // holds a value when unsent has become less
}

func newBudget(limit int, warmup bool, clock *clock) *budget {
	return &budget{limit: limit, warmup: warmup, clock: clock, change: make(chan struct{}, 1)}
}

// take gives a session n requests, or what is left of them.
func (b *budget) take(n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.limit > 0 {
		n = min(n, b.limit-b.taken)
	}
	b.taken += n
	b.unsent += n
	return n
}

// send says that a session sends one of its requests.
func (b *budget) send() { b.less(1, 0) }

// giveBack says that a session ends without having sent n of its requests.
func (b *budget) giveBack(n int) { b.less(n, n) }

func (b *budget) less(unsent, lost int) {
	b.mu.Lock()
	b.unsent -= unsent
	b.taken -= lost
	b.lost += lost
	b.mu.Unlock()
	select {
	case b.change <- struct{}{}:
	default: // there is one already
	}
}

// more reports whether another session is to be started. Where sessions under way
// have all the rest, it waits to see whether they give some back, but not for
// those of a warm-up: the measured phase follows on.
func (b *budget) more(ctx context.Context) bool {
	for {
		b.mu.Lock()
		full, settled := b.limit > 0 && b.taken >= b.limit, b.unsent == 0
		b.mu.Unlock()
		switch {
		case !full:
			return true
		case settled || b.warmup:
			return false
		}
		select {
		case <-b.change:
		case <-ctx.Done():
			return false
		}
	}
}

// replaces reports whether requests were given back, so that a session beyond the
// planned ones stands in for another.
func (b *budget) replaces() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.lost > 0
}

// short is how many requests were not sent for want of sessions, or of arrivals.
// Those of sessions that failed are not among them: the failures tell of these.
func (b *budget) short() int { return b.limit - b.taken - b.lost }

func (b *budget) name() string {
	if b.warmup {
		return "warm-up"
	}
	return "load"
}
