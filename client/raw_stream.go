package client

import (
	"errors"
	"time"
)

// A RawStream finds the tokens in a streamed answer that a Raw connection reads.
type RawStream struct {
	s   *stream
	t   Trace
	seq uint32
	err error
}

// RawTokens is what a streamed answer held.
type RawTokens struct {
	First  time.Duration // when the first token-bearing event came, as Take was told; 0 = none did
	Tokens int           // the server's count of output tokens, else that of token-bearing events
	Usage  bool          // Tokens is the server's count
	Err    error         // why the answer is not whole; nil = it is
}

// NewRawStream is for one answer.
func NewRawStream() *RawStream {
	r := &RawStream{s: newStream(func() []byte { return make([]byte, 0, blockSize) }, find(OpenAI).shapes[0])}
	r.s.dec.t = &r.t
	return r
}

// Take is the answer's next bytes, which came at an instant after any start.
func (r *RawStream) Take(p []byte, at time.Duration) {
	r.seq++
	for len(p) > 0 && r.err == nil {
		room := r.s.room()
		if room == nil {
			r.err = errEventSize
			return
		}
		n := copy(room, p)
		p = p[n:]
		r.s.take(n, stamp{at: int64(at), seq: r.seq})
	}
}

// End is called once, when the answer has ended.
func (r *RawStream) End() RawTokens {
	r.s.end()
	r.s.dec.finishTrace(false)
	tokens := RawTokens{Tokens: len(r.t.Arrivals), Err: r.err}
	if len(r.t.Arrivals) > 0 {
		tokens.First = time.Duration(r.t.Arrivals[0])
	}
	if u := r.t.Usage; u != nil {
		tokens.Tokens, tokens.Usage = u.Completion, true
	}
	switch fault := r.s.dec.fault; {
	case tokens.Err != nil:
	case fault != nil:
		tokens.Err = fault
	case !r.s.dec.complete():
		tokens.Err = errors.New("the stream ended before a finish_reason or usage")
	}
	return tokens
}
