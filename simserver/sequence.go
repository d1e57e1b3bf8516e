package simserver

import (
	"sync/atomic"
	"time"
)

// A sequence is one request in an engine. The engine makes tokens, the handler
// writes them; a slow reader never holds up the engine.
type sequence struct {
	prompt   int       // tokens
	output   int       // tokens
	received time.Time // before the body was read

	started atomic.Int64 // Unix ns: left the queue; 0 = not yet
	made    atomic.Int64 // tokens made so far
	wake    chan struct{}
	gone    atomic.Bool // the handler has ended: drop it at the next step
	ended   atomic.Bool // the engine has closed: no more tokens

	prefilled int // prompt tokens computed; the engine's own

	firstToken, lastToken time.Time // as written; the handler's own
}

func newSequence(prompt, output int, received time.Time) *sequence {
	return &sequence{prompt: prompt, output: output, received: received, wake: make(chan struct{}, 1)}
}

// make n tokens known to the handler.
func (s *sequence) publish(n int) {
	s.made.Add(int64(n))
	s.ring()
}

func (s *sequence) ring() {
	select {
	case s.wake <- struct{}{}:
	default: // not yet taken: the handler will see this token too
	}
}

func (s *sequence) done() bool { return int(s.made.Load()) >= s.output }

// wait blocks until more than n tokens are made; false when cancel came first or
// the engine has closed.
func (s *sequence) wait(n int, cancel <-chan struct{}) bool {
	for int(s.made.Load()) <= n {
		if s.ended.Load() {
			return false
		}
		select {
		case <-s.wake:
		case <-cancel:
			return false
		}
	}
	return true
}

func (s *sequence) view() view {
	made := int(s.made.Load())
	return view{left: s.prompt - s.prefilled, context: s.prefilled + made, full: s.prompt + s.output}
}
