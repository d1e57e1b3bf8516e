package loadgen

import (
	"iter"
	"sync"

	"llmsweep/client"
)

// A mailbox takes traces from many goroutines and gives them to one. It is as
// large as need be: putting one in never waits for the reader.
type mailbox struct {
	mu    sync.Mutex
	in    []client.Trace
	ready chan struct{} // holds a value when in is not empty; closed after the last put
}

func newMailbox() *mailbox { return &mailbox{ready: make(chan struct{}, 1)} }

func (m *mailbox) put(t client.Trace) {
	m.mu.Lock()
	m.in = append(m.in, t)
	m.mu.Unlock()
	select {
	case m.ready <- struct{}{}:
	default: // the reader has been told
	}
}

// close ends all once it has yielded what is in the box; no put may follow.
func (m *mailbox) close() { close(m.ready) }

// all yields each trace, in the order put in, until close.
func (m *mailbox) all() iter.Seq[client.Trace] {
	return func(yield func(client.Trace) bool) {
		var batch []client.Trace
		for open := true; open; {
			_, open = <-m.ready
			m.mu.Lock()
			batch, m.in = m.in, batch[:0]
			m.mu.Unlock()
			for i, t := range batch {
				batch[i] = client.Trace{} // its arrivals and texts are the reader's now
				if !yield(t) {
					return
				}
			}
		}
	}
}
