package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// A Raw is one HTTP/1.1 connection for requests whose bytes were made ahead. It
// takes answers apart no further than their framing needs, and allocates nothing
// for one, so that a load generator can spend its time on sending. It is for one
// goroutine, Interrupt aside.
type Raw struct {
	conn net.Conn
	buf  []byte
	from int // buf[from:to] was read and not yet taken
	to   int
	took int64
}

const (
	rawBuffer  = 16 << 10 // bytes read at once
	maxRawHead = 64 << 10 // bytes of an answer's head
)

// A RawAnswer is what the framing of an answer says.
type RawAnswer struct {
	Status      int
	Close       bool // the server ends the connection after it
	EventStream bool // its Content-Type is text/event-stream
}

// A RawSink is handed an answer while it is read; nil = nobody wants that part.
// The bytes are the connection's again when the call returns.
type RawSink struct {
	Head func(a RawAnswer, head []byte) // status line and headers, with the blank line
	Body func(p []byte)                 // data, its chunked coding taken off
}

// DialRaw connects to addr, host:port; tc is nil for plain HTTP.
func DialRaw(ctx context.Context, addr string, tc *tls.Config) (*Raw, error) {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if tc != nil {
		secure := tls.Client(c, tc)
		if err := secure.HandshakeContext(ctx); err != nil {
			c.Close()
			return nil, err
		}
		c = secure
	}
	return &Raw{conn: c, buf: make([]byte, rawBuffer)}, nil
}

// Send writes a request.
func (r *Raw) Send(request []byte) error {
	_, err := r.conn.Write(request)
	return err
}

// Interrupt makes Send and Receive under way, and later ones, fail; any goroutine
// may call it.
func (r *Raw) Interrupt() { _ = r.conn.SetDeadline(time.Unix(1, 0)) }

// Close closes the connection.
func (r *Raw) Close() error { return r.conn.Close() }

// Bytes is how much was read since the last call, heads and framing included.
func (r *Raw) Bytes() int64 {
	n := r.took
	r.took = 0
	return n
}

// Receive reads one answer to its end, interim ones (1xx) aside. noBody says that
// it is to HEAD, whose answers have none. The error is io.ErrUnexpectedEOF where
// the server closed before the end.
func (r *Raw) Receive(noBody bool, sink *RawSink) (RawAnswer, error) {
	for {
		h, err := r.head(sink)
		if err != nil {
			return RawAnswer{}, whole(err)
		}
		if h.Status >= 200 {
			noBody = noBody || h.Status == 204 || h.Status == 304
			if !noBody {
				err = r.body(&h, sink)
			}
			return h.RawAnswer, whole(err)
		}
	}
}

// whole is err with an end in the midst of an answer called by its name.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// fill reads more into the buffer, which it grows where it is full.
func (r *Raw) fill() error {
	if r.from == r.to {
		r.from, r.to = 0, 0
	} else if r.to == len(r.buf) {
		if r.from == 0 {
			r.buf = append(r.buf, make([]byte, len(r.buf))...)
		}
		r.to = copy(r.buf, r.buf[r.from:r.to])
		r.from = 0
	}
	n, err := r.conn.Read(r.buf[r.to:])
	r.to += n
	r.took += int64(n)
	if n > 0 {
		return nil
	}
	return err
}

// A head ends with an empty line. Some servers end lines with a bare LF.
var headEnds = [][]byte{[]byte("\n\r\n"), []byte("\n\n")}

// headLen is the length of the head that b begins with; 0 = its end is not there.
// The end is not before seen.
func headLen(b []byte, seen int) (n int) {
	from := max(seen-len("\n\r\n"), 0)
	for _, end := range headEnds {
		if at := bytes.Index(b[from:], end); at >= 0 {
			n = from + at + len(end)
			b = b[:n]
		}
	}
	return n
}

// head reads the next head.
func (r *Raw) head(sink *RawSink) (h rawHead, err error) {
	for seen := 0; ; {
		unread := r.buf[r.from:r.to]
		if n := headLen(unread, seen); n > 0 {
			head := unread[:n]
			r.from += n
			if h, err = parseRawHead(head); err == nil && h.Status >= 200 && sink.Head != nil {
				sink.Head(h.RawAnswer, head)
			}
			return h, err
		}
		if seen = len(unread); seen > maxRawHead {
			return h, fmt.Errorf("the head of an answer is longer than %d bytes", maxRawHead)
		}
		if err := r.fill(); err != nil {
			return h, err
		}
	}
}

// body reads what follows a head.
func (r *Raw) body(h *rawHead, sink *RawSink) error {
	switch {
	case h.chunked:
		return r.chunked(sink)
	case h.length >= 0:
		return r.counted(h.length, sink)
	}
	h.Close = true
	for {
		r.hand(r.buf[r.from:r.to], sink)
		r.from = r.to
		switch err := r.fill(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// counted reads a body of so many bytes.
func (r *Raw) counted(left int64, sink *RawSink) error {
	for {
		n := int(min(left, int64(r.to-r.from)))
		r.hand(r.buf[r.from:r.from+n], sink)
		r.from += n
		if left -= int64(n); left == 0 {
			return nil
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// chunked reads a body in chunked coding.
func (r *Raw) chunked(sink *RawSink) error {
	var c chunks
	for {
		unread := r.buf[r.from:r.to]
		n, used, done, err := c.walk(unread)
		r.hand(unread[:n], sink)
		r.from += used
		if err != nil || done {
			return err
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

func (r *Raw) hand(p []byte, sink *RawSink) {
	if sink.Body != nil && len(p) > 0 {
		sink.Body(p)
	}
}
