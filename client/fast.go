package client

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"
)

// fast is the road without net/http: our own HTTP/1.1 over one connection a
// request, kept for the next one.
type fast struct {
	pool
	head    string // request line and headers, up to the request's own
	session string // name of the header with the session's id; "" = none is sent
}

func (f *fast) notes() []string { return nil }

func (f *fast) send(l *limits, m message, t *Trace) (*answer, error) {
	head := f.headOf(m)
	c, dead := f.take(m.session)
	t.Reconnects += dead
	if c != nil {
		a, untaken, err := f.try(l, c, head, m, t)
		if err == nil || l.ctx.Err() != nil || !untaken {
			return a, err
		}
		t.Reconnects++
		t.Sent, t.Written = 0, 0
	}
	c, err := f.dial(l.ctx, t)
	if err != nil {
		return nil, err
	}
	a, _, err := f.try(l, c, head, m, t)
	return a, err
}

// headOf is the request's bytes up to its body.
func (f *fast) headOf(m message) []byte {
	b := make([]byte, 0, len(f.head)+len(m.id)+len(f.session)+len(m.session)+80)
	b = append(b, f.head...)
	for _, h := range m.headers(f.session) {
		b = append(b, h[0]...)
		b = append(b, ": "...)
		b = append(b, h[1]...)
		b = append(b, "\r\n"...)
	}
	b = append(b, "Content-Length: "...)
	b = strconv.AppendInt(b, int64(len(m.body)), 10)
	return append(b, "\r\n\r\n"...)
}

// try sends the request on c and reads the head of its answer. Where that fails c
// is closed, and untaken says whether the server took none of the request.
func (f *fast) try(l *limits, c *conn, head []byte, m message, t *Trace) (a *answer, untaken bool, err error) {
	stop := context.AfterFunc(l.ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
	a, err = f.exchange(l, c, head, m.body, t)
	if err != nil {
		stop()
		untaken = c.untaken(err) // asks the socket: before it is closed
		c.Close()
		return nil, untaken, err
	}
	b := a.body.(*framed)
	b.stop = stop
	if !m.last {
		b.session = m.session
	}
	return a, false, nil
}

func (f *fast) exchange(l *limits, c *conn, head, body []byte, t *Trace) (*answer, error) {
	c.before, c.answered, c.begun = c.wire.wrote, false, time.Now()
	if c.wire == c.Conn { // below TLS there are no lines to see
		c.wire.singles = firstReads
	}
	t.Sent = l.now()
	l.sent = t.Sent
	_ = c.SetDeadline(l.next())
	if err := l.ctx.Err(); err != nil {
		return nil, err
	}
	werr := c.send(head, body)
	if werr == nil {
		t.Written = l.now()
	} else if !isReset(werr) {
		return nil, werr
	}
	a, err := f.readHead(c, t) // even after a reset: a refusal may have come before it
	if err != nil && werr != nil {
		return nil, werr
	}
	return a, err
}

// readHead reads the response head; what comes with it of the body is kept.
func (f *fast) readHead(c *conn, t *Trace) (*answer, error) {
	have := 0
	for {
		if have == len(c.buf) {
			c.buf = append(c.buf, make([]byte, len(c.buf))...)
		}
		n, err := c.Read(c.buf[have:])
		if n == 0 && err != nil {
			return nil, err
		}
		c.answered = true
		have += n
		for {
			resp, n, err := parseHead(c.buf[:have])
			if err != nil {
				return nil, err
			}
			if n == 0 {
				break
			}
			if resp.StatusCode >= 200 {
				t.Headers = c.wire.last.at
				b := &framed{conn: c, pool: &f.pool, rest: c.buf[n:have], keep: !resp.Close, left: resp.ContentLength}
				b.chunked = len(resp.TransferEncoding) > 0
				return &answer{status: resp.StatusCode, header: resp.Header, body: b}, nil
			}
			have = copy(c.buf, c.buf[n:have])
		}
	}
}

// framed is the body of an answer on the fast road: chunked, of a known length,
// or until the connection closes.
type framed struct {
	conn    *conn
	pool    *pool
	session string      // to keep the connection for; "" = for anyone
	stop    func() bool // ends the watch over the context
	rest    []byte      // came with the head
	chunked bool
	chunks  chunks
	left    int64 // bytes still to come; -1 = until closed
	ended   bool
	keep    bool
}

func (b *framed) read(p []byte) (int, stamp, error) {
	for !b.ended && (b.chunked || b.left != 0) {
		n := copy(p, b.rest)
		if b.rest = b.rest[n:]; n == 0 {
			var err error
			if n, err = b.conn.Read(p); n == 0 && err != nil {
				return 0, b.conn.wire.last, b.closed(err)
			}
		}
		n, err := b.unframe(p[:n])
		if n > 0 || err != nil {
			return n, b.conn.wire.last, err
		}
	}
	b.ended = true
	return 0, b.conn.wire.last, io.EOF
}

// unframe leaves the body's own bytes at p's front and counts them.
func (b *framed) unframe(p []byte) (int, error) {
	if b.chunked {
		n, used, done, err := b.chunks.walk(p)
		b.ended = done
		b.keep = b.keep && used == len(p)
		return n, err
	}
	if b.left < 0 {
		return len(p), nil
	}
	n := int(min(b.left, int64(len(p))))
	b.left -= int64(n)
	b.keep = b.keep && n == len(p)
	return n, nil
}

// closed is what an error of the connection means here.
func (b *framed) closed(err error) error {
	if !isEOF(err) {
		return err
	}
	if !b.chunked && b.left < 0 && err == io.EOF {
		b.ended, b.keep = true, false
		return io.EOF
	}
	return fmt.Errorf("%w: the body was cut", io.ErrUnexpectedEOF)
}

func (b *framed) setDeadline(t time.Time) { _ = b.conn.SetReadDeadline(t) }

func (b *framed) release() {
	// A watch that has begun may yet set the deadline: no use for another request.
	if b.stop() && b.keep && b.ended && len(b.rest) == 0 {
		b.pool.put(b.conn, b.session)
		return
	}
	b.conn.Close()
}
