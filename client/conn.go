package client

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// maxLag is the largest reader lag that is believed. A stamp further off means
// that a clock was set between arrival and read.
const maxLag = 60 * time.Second

// A stamp says when the bytes of one socket read arrived.
type stamp struct {
	at     int64  // ns since the run's start
	lag    int32  // µs from arrival to read; 0 without a kernel stamp
	seq    uint32 // counts the socket reads of a connection
	kernel bool   // at is the kernel's receive time, not the reader's
}

// stampAt maps the kernel's receive time (Unix ns, 0 = none) onto the run's
// monotonic clock: lag = now − kernel on the wall clock, at = now − lag. A step
// of the wall clock thus hurts one read alone, and a lag below 0 or above
// maxLag falls back to now.
func stampAt(now, start time.Time, kernel int64) stamp {
	s := stamp{at: int64(now.Sub(start))}
	if lag := now.UnixNano() - kernel; kernel != 0 && lag >= 0 && lag <= int64(maxLag) {
		s.at -= lag
		s.lag = int32(lag / 1000)
		s.kernel = true
	}
	return s
}

// A socket is a connection of TCP or of a Unix socket.
type socket interface {
	net.Conn
	syscall.Conn
}

// A wire is a socket that stamps its reads. It works below tls.Client.
type wire struct {
	net.Conn
	rx      receiver
	start   time.Time
	last    stamp
	wrote   int64 // bytes since the connection was opened
	nowt    bool  // reads do not wait
	singles int   // blank lines that reads still end with, one each
}

// firstReads is how many reads of an answer end with a blank line each: its head,
// and its first events, the first token among them.
const firstReads = 5

// blankLine is the index after the first blank line in b; 0 = there is none.
func blankLine(b []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return 0
		}
		at += i + 1
		switch rest := b[at:]; {
		case len(rest) > 0 && rest[0] == '\n':
			return at + 1
		case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
			return at + 2
		}
	}
}

func newWire(c socket, start time.Time) (*wire, error) {
	w := &wire{Conn: c, start: start}
	return w, w.rx.attach(c)
}

// Read reads what is there, waiting for it unless nowt is set, and keeps the
// stamp of the read in last.
func (w *wire) Read(p []byte) (int, error) {
	n, kernel, err := w.receive(p)
	if n > 0 || err == io.EOF {
		s := stampAt(time.Now(), w.start, kernel)
		// TCP delivers in order, so an arrival before the last one is the clocks'
		// doing: their grain, a step, or a read before this one without a kernel
		// stamp, which was given the later user time.
		s.at = max(s.at, w.last.at)
		s.seq = w.last.seq + 1
		w.last = s
	}
	return n, err
}

// receive is one read; an answer's first ones end with a blank line.
func (w *wire) receive(p []byte) (n int, kernel int64, err error) {
	if w.singles > 0 && !w.nowt && len(p) > 0 {
		cut, found, err := w.rx.upTo(p)
		if err != nil {
			return 0, 0, err
		}
		if p = cut; found {
			w.singles--
		}
	}
	return w.rx.read(p, w.nowt)
}

func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.wrote += int64(n)
	return n, err
}

// writeBoth writes a and b in one system call.
func (w *wire) writeBoth(a, b []byte) error {
	both := net.Buffers{a, b}
	n, err := both.WriteTo(w.Conn)
	w.wrote += n
	return err
}

// A conn is one HTTP/1.1 connection, plain or TLS.
type conn struct {
	net.Conn // the wire itself, or TLS over it
	wire     *wire
	buf      []byte    // response heads are read into it
	before   int64     // wire.wrote when the request in hand was begun
	begun    time.Time // when the request in hand was begun
	answered bool      // a byte of the answer to the request in hand came
}

// joined is the largest body, bytes, that leaves with its head in one TLS record.
const joined = 8 << 10

// send writes a request. A large body, an image's or a long prompt's, is not
// copied to stand behind its head.
func (c *conn) send(head, body []byte) error {
	if c.wire == c.Conn {
		return c.wire.writeBoth(head, body)
	}
	if len(body) <= joined {
		head, body = append(head, body...), nil
	}
	if _, err := c.Write(head); err != nil || body == nil {
		return err
	}
	_, err := c.Write(body)
	return err
}

// alive reports whether a kept connection can take a request: nothing to read,
// not closed. TLS session tickets that lie unread are taken in on the way.
func (c *conn) alive() bool {
	var b [1]byte
	c.wire.nowt = true
	_, err := c.Conn.Read(b[:])
	c.wire.nowt = false
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// closeRace is how long after a send a reset still tells of a server that was
// closing the connection at that moment, with the request unread.
const closeRace = 20 * time.Millisecond

// untaken reports whether err says that the server had closed the connection
// before it took any of the request: it closed with none of the bytes
// acknowledged, or reset the connection then or at once, as a kernel does for
// bytes that arrive at a close and are never read.
func (c *conn) untaken(err error) bool {
	switch {
	case c.answered:
		return false
	case isReset(err):
		return time.Since(c.begun) < closeRace || !c.wire.rx.acked(c.before)
	}
	return isEOF(err) && !c.wire.rx.acked(c.before)
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNABORTED)
}

func isEOF(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
