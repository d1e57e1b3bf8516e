package simserver

import (
	"encoding/json"
	"io"
	"sync"
)

// Outcomes of a request.
const (
	completed = "completed"
	aborted   = "aborted" // the client hung up, or the server closed
	faulted   = "faulted" // a fault was injected
)

// A Truth is what really happened to one request: a line of /sim/truth. Instants
// are ns of CLOCK_REALTIME; 0 = did not happen.
type Truth struct {
	ID               string  `json:"id"` // of the X-Request-Id header, else the answer's own
	PromptTokens     int     `json:"prompt_tokens"`
	CompletionTokens int     `json:"completion_tokens"` // written, and for a whole answer all
	Received         int64   `json:"received_unix_ns"`  // before the body was read
	Queued           int64   `json:"queued_unix_ns"`    // given to the engine
	Started          int64   `json:"started_unix_ns"`   // left the engine's queue
	Writes           []int64 `json:"writes_unix_ns"`    // right before each token-bearing write
	FirstWrite       int64   `json:"first_write_unix_ns"`
	End              int64   `json:"end_unix_ns"`
	FinishReason     string  `json:"finish_reason"`
	Outcome          string  `json:"outcome"` // completed, aborted, faulted
	Fault            string  `json:"fault,omitempty"`
}

// A truthLog keeps the last requests, in the order of their end. Its zero value
// with a limit is empty.
type truthLog struct {
	mu     sync.Mutex
	limit  int // write instants kept
	writes int
	lines  []Truth
}

// cost is what a line counts against the limit; a request without writes counts
// too.
func (t Truth) cost() int { return max(len(t.Writes), 16) }

func (l *truthLog) add(t Truth) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.Writes == nil {
		t.Writes = []int64{} // a list in JSON, never null
	}
	l.lines = append(l.lines, t)
	l.writes += t.cost()
	for l.writes > l.limit && len(l.lines) > 1 {
		l.writes -= l.lines[0].cost()
		l.lines = l.lines[1:]
	}
}

func (l *truthLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines, l.writes = nil, 0
}

// snapshot is a copy of the lines; the write instants are shared, and never change.
func (l *truthLog) snapshot() []Truth {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Truth(nil), l.lines...)
}

func writeLines(w io.Writer, lines []Truth) error {
	enc := json.NewEncoder(w)
	for _, t := range lines {
		if err := enc.Encode(t); err != nil {
			return err
		}
	}
	return nil
}
