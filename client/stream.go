package client

import (
	"errors"
	"io"
	"os"
)

const (
	blockSize = 32 << 10 // bytes gathered before they are decoded
	maxEvent  = 16 << 20 // bytes of one event
)

var errEventSize = errors.New("an event is larger than 16 MiB")

// A stream gathers the bytes of an answer and marks the events in them. Full
// blocks are decoded on other goroutines, one after the other, the last one
// when the stream has ended.
type stream struct {
	scan  scanner
	dec   decoder
	block []byte
	marks []mark
	fill  func() []byte // a fresh block
	busy  chan struct{} // closed when the blocks handed over are decoded; nil = none was
	head  []byte        // the body's first bytes, kept when they leave the block before any event came
	last  stamp         // of the last read
}

// run reads the body to its end. The error is nil at the end that the framing
// announced, or at the time allowed after [DONE].
func (s *stream) run(b body, l *limits) error {
	for armed := false; ; {
		p := s.room()
		if p == nil {
			return &Error{Class: Protocol, Err: errEventSize}
		}
		n, st, err := b.read(p)
		if n > 0 {
			s.take(n, st)
			l.event = s.scan.lastEvt
		}
		switch {
		case err == nil && (armed || l.event == 0) && s.scan.done == l.done:
			continue
		case err == nil: // the first event, or [DONE]: other bounds hold now
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, os.ErrDeadlineExceeded) && l.ctx.Err() == nil:
			s.settle()
			l.token = len(s.dec.t.Arrivals) > 0
			if c := l.expired(l.now()); c != "" {
				return l.timeout(c)
			}
		default:
			return err
		}
		armed = l.event > 0
		l.done = s.scan.done
		b.setDeadline(l.next())
		if err := l.ctx.Err(); err != nil { // its own deadline may just have been overwritten
			return err
		}
	}
}

// room is where the next read goes; nil = the event in hand is too large.
func (s *stream) room() []byte {
	if len(s.block) < cap(s.block) {
		return s.block[len(s.block):cap(s.block)]
	}
	if s.head == nil && s.scan.lastEvt == 0 {
		s.head = append(s.head, s.opening()...)
	}
	tail := s.block[s.scan.event:]
	if len(tail) > maxEvent {
		return nil
	}
	var fresh []byte
	if len(tail) > blockSize/2 {
		fresh = make([]byte, 0, 4*len(tail))
	} else {
		fresh = s.fill()[:0]
	}
	fresh = append(fresh, tail...)
	s.handOver()
	s.block = fresh
	s.scan.rebase()
	return s.block[len(s.block):cap(s.block)]
}

// take marks the events that the next n bytes of the block complete.
func (s *stream) take(n int, st stamp) {
	s.block = s.block[:len(s.block)+n]
	s.last = st
	s.marks = s.scan.scan(s.block, st, s.marks)
}

// handOver has the marked events decoded on another goroutine, after those
// handed over before. The block is its own from then on.
func (s *stream) handOver() {
	block, marks, before, done := s.block, s.marks, s.busy, make(chan struct{})
	s.marks = make([]mark, 0, cap(marks))
	s.busy = done
	go func() {
		defer close(done)
		if before != nil {
			<-before
		}
		s.dec.events(block, marks)
	}()
}

// settle decodes all that is marked.
func (s *stream) settle() {
	if s.busy != nil {
		<-s.busy
		s.busy = nil
	}
	s.dec.events(s.block, s.marks)
	s.marks = s.marks[:0]
}

// end decodes what is left. The standard drops a last event without its blank
// line, since it may be cut; but there are servers that end a stream without
// one. So it is taken if it cannot be cut: its data is [DONE] or a whole JSON
// object.
func (s *stream) end() {
	s.settle()
	event := s.block[s.scan.event:]
	data, _, failed := eventData(event, nil)
	if len(data) == 0 {
		return
	}
	c := cursor{b: data}
	if string(data) == "[DONE]" || c.peek() == '{' && c.pass() && c.end() {
		s.dec.event(data, failed, s.last)
	}
}

// opening is the first bytes of the body, for a stream without events.
func (s *stream) opening() []byte {
	if s.head != nil {
		return s.head
	}
	return s.block[:min(len(s.block), maxWords)]
}
