package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

const (
	headBuf    = 4 << 10 // bytes of a connection's buffer for response heads
	openAtOnce = 64      // connections that are opened ahead at the same time
)

// A pool dials connections to one address and keeps the idle ones, some of them
// for a session's next request.
type pool struct {
	network string      // tcp or unix
	addr    string      // host:port, or the Unix socket's path
	tls     *tls.Config // nil = plain
	connect time.Duration
	start   time.Time

	mu     sync.Mutex
	idle   []*conn          // anyone's
	kept   map[string]*conn // idle too, each for the session of that id alone
	closed bool
}

// take is an idle connection that still lives, the session's own first, or nil.
// dead counts those that were found closed.
func (p *pool) take(session string) (c *conn, dead int) {
	for {
		c = p.pop(session)
		if c == nil || c.alive() {
			return c, dead
		}
		c.Close()
		dead++
	}
}

func (p *pool) pop(session string) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.kept[session]; c != nil {
		delete(p.kept, session)
		return c
	}
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	c := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return c
}

// put keeps a connection for the session's next request; "" = for anyone's.
func (p *pool) put(c *conn, session string) {
	_ = c.SetDeadline(time.Time{})
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed:
		c.Close()
	case session == "" || p.kept[session] != nil: // a session that sends two at once keeps the first to come back
		p.idle = append(p.idle, c)
	default:
		if p.kept == nil {
			p.kept = map[string]*conn{}
		}
		p.kept[session] = c
	}
}

// endSession makes the session's connection anyone's.
func (p *pool) endSession(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.kept[id]; c != nil {
		delete(p.kept, id)
		p.idle = append(p.idle, c)
	}
}

// dial opens a connection and notes its instants in t.
func (p *pool) dial(ctx context.Context, t *Trace) (*conn, error) {
	outer := ctx
	if p.connect > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.connect)
		defer cancel()
	}
	t.ConnectStart = p.now()
	nc, err := new(net.Dialer).DialContext(ctx, p.network, p.addr)
	if err != nil {
		return nil, p.dialError(outer, Connect, err)
	}
	t.Connected = p.now()
	w, err := newWire(nc.(socket), p.start)
	if err != nil {
		nc.Close()
		return nil, p.dialError(outer, Connect, err)
	}
	c := &conn{Conn: w, wire: w, buf: make([]byte, headBuf)}
	if p.tls == nil {
		return c, nil
	}
	tc := tls.Client(w, p.tls)
	if err := tc.HandshakeContext(ctx); err != nil {
		nc.Close()
		return nil, p.dialError(outer, TLS, err)
	}
	t.TLSDone = p.now()
	c.Conn = tc
	return c, nil
}

func (p *pool) dialError(ctx context.Context, class Class, err error) *Error {
	if e := cancelled(ctx); e != nil {
		return e
	}
	if ne, ok := errors.AsType[net.Error](err); errors.Is(err, context.DeadlineExceeded) || ok && ne.Timeout() {
		return &Error{Class: TimeoutConnect, Err: fmt.Errorf("no connection to %s within %v", p.addr, p.connect)}
	}
	return &Error{Class: class, Err: advised(err)}
}

// open dials until n idle connections exist, a few at a time so that the
// server's backlog is not overrun.
func (p *pool) open(ctx context.Context, n int) error {
	p.mu.Lock()
	old := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, c := range old {
		if c.alive() {
			p.put(c, "")
			n--
		} else {
			c.Close()
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	slots := make(chan struct{}, openAtOnce)
	var wg sync.WaitGroup
	for range n {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
		}
		if ctx.Err() != nil {
			break
		}
		wg.Go(func() {
			defer func() { <-slots }()
			c, err := p.dial(ctx, new(Trace))
			if err != nil {
				cancel(err) // the first one says why
				return
			}
			p.put(c, "")
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return fmt.Errorf("opening %d connections to %s: %w", n, p.addr, context.Cause(ctx))
	}
	return nil
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, c := range p.idle {
		c.Close()
	}
	for _, c := range p.kept {
		c.Close()
	}
	p.idle, p.kept = nil, nil
}

func (p *pool) now() int64 { return int64(time.Since(p.start)) }
