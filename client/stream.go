package client

import (
	"errors"
	"io"
	"os"
	"sync"
)

const (
	blockSize = 32 << 10 // bytes gathered before they are decoded
	maxEvent  = 16 << 20 // bytes of one event
)

var errEventSize = errors.New("an event is larger than 16 MiB")

// A stream gathers the bytes of an answer and marks the events in them. A full
// block is decoded on another goroutine while the next one fills, the last one
// when the stream has ended. A reader that fills a block before the one handed
// over is decoded waits for that, so that no more than two are undecoded; the
// kernel stamps what comes meanwhile. Blocks and marks change places, so that a
// long stream allocates no more than a short one.
type stream struct {
	scan   scanner
	dec    decoder
	decode func(block []byte, marks []mark) // dec.events; benchmarks leave it out
	block  []byte
	marks  []mark
	fill   func() []byte // a fresh block
	busy   sync.WaitGroup
	spare  []byte // the block handed over, free when busy is done; nil = none yet
	unused []mark // its marks
	head   []byte // the body's first bytes, kept when they leave the block before any event came
	last   stamp  // of the last read
}

func newStream(fill func() []byte, sh *shape) *stream {
	s := &stream{block: fill(), fill: fill}
	s.dec.shape, s.scan.framing = sh, sh.framing
	s.decode = s.dec.events
	return s
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
	s.busy.Wait() // the spare block is decoded
	fresh := s.spare
	switch {
	case len(tail) > max(cap(fresh), blockSize)/2:
		fresh = make([]byte, 0, 4*len(tail))
	case fresh == nil:
		fresh = s.fill()
	}
	fresh = append(fresh[:0], tail...)
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

// handOver has the marked events decoded on another goroutine. The block is not
// the reader's until busy is done.
func (s *stream) handOver() {
	s.spare, s.marks, s.unused = s.block, s.unused[:0], s.marks
	s.busy.Go(func() { s.decode(s.spare, s.unused) })
}

// settle decodes all that is marked.
func (s *stream) settle() {
	s.busy.Wait()
	s.decode(s.block, s.marks)
	s.marks = s.marks[:0]
}

// end decodes what is left. The standard drops a last event without its blank
// line, since it may be cut; but there are servers that end a stream without
// one. So it is taken if it cannot be cut: its data is [DONE] or a whole JSON
// object, or list where an answer may be one.
func (s *stream) end() {
	s.settle()
	event := s.block[s.scan.event:]
	data, failed := s.dec.data(event)
	if len(data) == 0 {
		return
	}
	c := cursor{b: data}
	first := c.peek()
	whole := first == '{' || first == '[' && s.dec.lists()
	if string(data) == "[DONE]" || whole && c.pass() && c.end() {
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
