package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// netHTTP is the road by net/http, for what goes through a proxy or by HTTP/2.
// Instants are the reader's own. net/http may replace a connection that it finds closed
// before the request was taken; that is counted where it asks for another one.
type netHTTP struct {
	client  *http.Client
	url     *url.URL
	health  *url.URL // of the server, for connections that are opened ahead
	connect time.Duration
	header  http.Header
	session string // name of the header with the session's id; "" = none is sent
	start   time.Time
	proxy   bool
	want    string                 // Config.Protocol
	proto   atomic.Pointer[string] // the version of HTTP that the last answer came by
}

func newNetHTTP(u, health *url.URL, h http.Header, session string, p plan, cfg Config) *netHTTP {
	t := cfg.transport(p)
	t.TLSHandshakeTimeout = cfg.Timeouts.Connect
	t.DisableCompression = true
	t.MaxIdleConnsPerHost = 1 << 20
	return &netHTTP{
		url: u, health: health, connect: cfg.Timeouts.Connect, header: h, session: session, start: cfg.Start, proxy: p.proxy != nil, want: cfg.Protocol,
		client: &http.Client{Transport: t, CheckRedirect: stay},
	}
}

// transport is net/http's way to the servers, timed or not.
func (cfg *Config) transport(p plan) *http.Transport {
	var versions http.Protocols
	versions.SetHTTP1(cfg.Protocol != HTTP2)
	versions.SetHTTP2(cfg.Protocol != HTTP1)
	versions.SetUnencryptedHTTP2(cfg.Protocol == HTTP2)
	return &http.Transport{
		Proxy:           p.proxy,
		TLSClientConfig: p.tls.Clone(),
		DialContext:     dialer(p.servers, &net.Dialer{Timeout: cfg.Timeouts.Connect}),
		Protocols:       &versions,
	}
}

// notes says which version of HTTP was spoken, where that was left open or is not
// the usual one.
func (p *netHTTP) notes() []string {
	proto := p.proto.Load()
	if proto == nil || p.want == HTTP1 {
		return nil
	}
	return []string{"by " + *proto + " and net/http: instants are the reader's own"}
}

func (p *netHTTP) endSession(string) {} // net/http hands its connections out itself
func (p *netHTTP) close()            { p.client.CloseIdleConnections() }
func (p *netHTTP) now() int64        { return int64(time.Since(p.start)) }

func (p *netHTTP) send(l *limits, m message, t *Trace) (*answer, error) {
	ctx, cancel := context.WithCancel(l.ctx)
	w := &watcher{now: p.now}
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, w.hooks()), http.MethodPost, p.url.String(), bytes.NewReader(m.body))
	if err != nil {
		cancel()
		return nil, err
	}
	req.Header = p.header.Clone()
	if host := req.Header.Get("Host"); host != "" {
		req.Host = host
	}
	for _, h := range m.headers(p.session) {
		req.Header.Set(h[0], h[1])
	}
	b := &pumped{cancel: cancel, pieces: make(chan piece), ended: make(chan struct{}), now: p.now}
	heads := make(chan any, 1)
	go func() {
		defer close(b.ended)
		resp, err := p.client.Do(req)
		if err != nil {
			heads <- err
			return
		}
		heads <- resp
		b.pump(ctx, resp.Body)
	}()
	l.sent = p.now() // until net/http has its connection, for the deadline's sake
	b.setDeadline(l.next())
	var head any
	select {
	case head = <-heads:
	case <-b.fired():
		head = os.ErrDeadlineExceeded
	}
	w.copyTo(t)
	if t.Sent > 0 {
		l.sent = t.Sent
	}
	resp, ok := head.(*http.Response)
	if !ok {
		b.release()
		return nil, p.explained(w.failure(head.(error)))
	}
	t.Headers = w.firstByte()
	p.proto.Store(&resp.Proto)
	if p.want == HTTP2 && resp.ProtoMajor != 2 {
		b.release()
		return nil, &Error{Class: Protocol, Err: fmt.Errorf("the server answered by %s; set protocol: auto", resp.Proto)}
	}
	return &answer{status: resp.StatusCode, header: resp.Header, body: b}, nil
}

// pumped is a body that another goroutine reads, so that a deadline can pass
// without ending it.
type pumped struct {
	cancel context.CancelFunc
	pieces chan piece
	ended  chan struct{} // the pump is over
	now    func() int64
	timer  *time.Timer
	rest   piece
	seq    uint32
}

type piece struct {
	b   []byte
	at  int64
	err error
}

func (b *pumped) pump(ctx context.Context, r io.ReadCloser) {
	defer r.Close()
	for buf := make([]byte, 16<<10); ; {
		n, err := r.Read(buf)
		select {
		case b.pieces <- piece{b: bytes.Clone(buf[:n]), at: b.now(), err: err}:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

func (b *pumped) fired() <-chan time.Time {
	if b.timer == nil {
		return nil
	}
	return b.timer.C
}

func (b *pumped) setDeadline(t time.Time) {
	if b.timer != nil {
		b.timer.Stop()
	}
	b.timer = nil
	if !t.IsZero() {
		b.timer = time.NewTimer(time.Until(t))
	}
}

func (b *pumped) read(p []byte) (int, stamp, error) {
	if len(b.rest.b) == 0 && b.rest.err == nil {
		select {
		case b.rest = <-b.pieces:
			b.seq++
		case <-b.fired():
			return 0, stamp{at: b.now()}, os.ErrDeadlineExceeded
		case <-b.ended: // only where the context is over
			return 0, stamp{at: b.now()}, context.Canceled
		}
	}
	st := stamp{at: b.rest.at, seq: b.seq}
	n := copy(p, b.rest.b)
	if b.rest.b = b.rest.b[n:]; n > 0 {
		return n, st, nil
	}
	return 0, st, b.rest.err
}

func (b *pumped) release() {
	b.setDeadline(time.Time{})
	b.cancel()
	<-b.ended
}

// watcher collects what httptrace tells; its hooks may run late, on goroutines
// of net/http's own.
type watcher struct {
	now func() int64

	mu    sync.Mutex
	t     Trace // the instants only
	first int64
	conns int
	inTLS bool
}

func (w *watcher) note(f func(*Trace)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(&w.t)
}

func (w *watcher) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		ConnectStart:      func(string, string) { w.note(func(t *Trace) { t.ConnectStart = w.now() }) },
		ConnectDone:       func(string, string, error) { w.note(func(t *Trace) { t.Connected = w.now() }) },
		TLSHandshakeStart: func() { w.note(func(*Trace) { w.inTLS = true }) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			w.note(func(t *Trace) { t.TLSDone, w.inTLS = w.now(), err != nil })
		},
		GotConn: func(i httptrace.GotConnInfo) {
			w.note(func(t *Trace) {
				if w.conns++; w.conns > 1 {
					t.Reconnects++
				}
				if t.Sent = w.now(); i.Reused {
					t.ConnectStart, t.Connected, t.TLSDone = 0, 0, 0
				}
			})
		},
		WroteRequest:         func(httptrace.WroteRequestInfo) { w.note(func(t *Trace) { t.Written = w.now() }) },
		GotFirstResponseByte: func() { w.note(func(*Trace) { w.first = w.now() }) },
	}
}

func (w *watcher) copyTo(t *Trace) {
	w.note(func(seen *Trace) {
		t.ConnectStart, t.Connected, t.TLSDone = seen.ConnectStart, seen.Connected, seen.TLSDone
		t.Sent, t.Written = seen.Sent, seen.Written
		t.Reconnects += seen.Reconnects
	})
}

func (w *watcher) firstByte() (at int64) {
	w.note(func(*Trace) { at = w.first })
	return at
}

// failure gives an error from before the request was sent its class.
func (w *watcher) failure(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ue, ok := errors.AsType[*url.Error](err); ok {
		err = ue.Err
	}
	if w.t.Sent > 0 || errors.Is(err, context.Canceled) || errors.Is(err, os.ErrDeadlineExceeded) && w.conns > 0 {
		return err
	}
	ne, ok := errors.AsType[net.Error](err)
	switch {
	case ok && ne.Timeout():
		return &Error{Class: TimeoutConnect, Err: err}
	case w.inTLS || isTLS(err):
		return &Error{Class: TLS, Err: advised(err)}
	}
	return &Error{Class: Connect, Err: err}
}

// explained is an error from before the request was sent, with where it went
// wrong.
func (p *netHTTP) explained(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Class == Connect && p.proxy {
		e.Err = fmt.Errorf("through the proxy: %w", e.Err)
	}
	switch first := p.proto.Load() == nil; {
	case first && p.url.Scheme == "https" && overtaken(err) != "":
		return &Error{Class: TLS, Err: fmt.Errorf("%w; %s", err, overtaken(err))}
	case first && p.want == HTTP2 && p.url.Scheme == "http" && isOldHTTP(err):
		return &Error{Class: Protocol, Err: fmt.Errorf("%w; %s", err, useHTTP1)}
	}
	return err
}

const useHTTP1 = "does the server speak HTTP/2? if not, set protocol: http1"

// isOldHTTP reports whether err is how HTTP/2 ends with a server that does not know
// it.
func isOldHTTP(err error) bool {
	return isReset(err) || isEOF(err) || strings.Contains(err.Error(), "http2: ") // no exported type
}
