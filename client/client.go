// Package client speaks to an inference server: HTTP, TLS, SSE and the
// backends' dialects. It yields a Trace a request and derives nothing from it.
//
// In: a dataset.Request. Out: a Trace of instants, counts and the server's words.
//
// There are two roads to a server. The fast one writes HTTP/1.1 itself on a
// connection a request, and on Linux stamps each read with the kernel's receive
// time; a Unix socket has no such stamps. Through a proxy, or with HTTP/2, requests
// go by net/http: instants are then the reader's own (Trace.Lags is nil), Sent is
// when net/http got its connection, and a connection found closed is replaced by
// net/http, seen only where it asks for another one. To several servers there is a
// road each, taken in turn.
package client

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"llmsweep/dataset"
)

// The versions of HTTP that are spoken, as configs spell them.
const (
	HTTP1 = "http1" // HTTP/1.1
	HTTP2 = "http2" // HTTP/2: by ALPN over TLS, else with prior knowledge (RFC 9113, section 3.3)
	Auto  = "auto"  // HTTP/2 over TLS where the server offers it, else HTTP/1.1
)

// Config is how to reach a server and in which dialect. Its zero Timeouts mean
// none.
type Config struct {
	Backend  string            // one of Backends
	BaseURL  string            // http(s)://host[:port][/prefix] or unix:///path; several servers' with commas between
	Endpoint string            // path after BaseURL; "" = the backend's own
	Model    string            // as the server names it
	APIKey   string            // secret: sent as a bearer token, never in an error, log or file; "" = none
	Headers  map[string]string // sent with each request
	// SessionHeader names the header with the session's id, sent with the requests
	// of a session; "" = X-Session-Id. One of that name among Headers replaces it.
	SessionHeader string
	ExtraBody     map[string]any // merged last into each body; a null value removes the field
	Sampling      map[string]any // temperature, top_p, …: merged before ExtraBody
	IgnoreEOS     string         // "auto" (also ""), "true" or "false": send ignore_eos and min_tokens = the length asked for
	Proxy         string         // "none" (also ""), "env" or a URL
	Timeouts      Timeouts
	KeepText      bool           // keep each answer's text in its Trace
	Start         time.Time      // the run's start: instants count from here; zero = when New is called
	RootCAs       *x509.CertPool // who signs the server's certificate, where TLS.CA says nothing; nil = the system's roots
	TLS           TLSOptions
	Protocol      string // HTTP1 (also ""), HTTP2 or Auto
}

// Timeouts bound the parts of a request; each has its own error class.
type Timeouts struct {
	Connect    time.Duration `yaml:"connect" json:"connect"`         // dial and TLS handshake
	FirstToken time.Duration `yaml:"first_token" json:"first_token"` // from sent to the first token
	Idle       time.Duration `yaml:"idle" json:"idle"`               // between events; comments do not count
	Request    time.Duration `yaml:"request" json:"request"`         // from sent to the end
}

// A Client sends requests to one server; safe for concurrent use.
type Client struct {
	cfg     Config
	servers []server // those that BaseURL names
	base    *url.URL // of the first one: it is asked what is not timed
	target  *url.URL // where its requests go
	header  http.Header
	dialect *dialect
	road    road
	secrets []string
	blocks  sync.Pool    // of *[]byte, blockSize each
	marks   sync.Pool    // of *[]mark
	plain   *http.Client // for what is not timed
}

// New checks cfg and prepares the road to the server; nothing is sent. The
// error names every key that is wrong.
func New(cfg Config) (*Client, error) {
	if cfg.Start.IsZero() {
		cfg.Start = time.Now()
	}
	if cfg.IgnoreEOS == "" {
		cfg.IgnoreEOS = "auto"
	}
	if cfg.Protocol == "" {
		cfg.Protocol = HTTP1
	}
	p, err := cfg.check()
	if err != nil {
		return nil, err
	}
	c := &Client{cfg: cfg, servers: p.servers, secrets: cfg.secrets(p.servers), dialect: newDialect(cfg)}
	c.blocks.New = func() any {
		b := make([]byte, 0, blockSize)
		return &b
	}
	c.marks.New = func() any {
		m := make([]mark, 0, blockSize/256)
		return &m
	}
	c.header = cfg.header(p.servers[0].user)
	c.base = p.servers[0].base
	c.target = endpoint(c.base, cfg)
	c.plain = c.plainClient(p)
	c.road = c.roadTo(p, &p.servers[0])
	if len(p.servers) > 1 {
		s := &spread{}
		for i := range p.servers {
			s.roads = append(s.roads, c.roadTo(p, &p.servers[i]))
			s.names = append(s.names, p.servers[i].name)
		}
		c.road = s
	}
	return c, nil
}

// roadTo is the road to one server.
func (c *Client) roadTo(p plan, to *server) road {
	h := to.header(c.cfg.header(to.user))
	session, target := c.cfg.sessionHeader(h), endpoint(to.base, c.cfg)
	if p.proxy != nil || c.cfg.Protocol == HTTP2 || c.cfg.Protocol == Auto && to.base.Scheme == "https" {
		return newNetHTTP(target, below(to.base, find(c.cfg.Backend).healthPage()), h, session, p, c.cfg)
	}
	f := &fast{
		pool:    pool{connect: c.cfg.Timeouts.Connect, start: c.cfg.Start},
		head:    requestHead(target, h),
		session: session,
	}
	f.network, f.addr = to.address()
	if to.base.Scheme == "https" {
		f.tls = p.tls.Clone()
		f.tls.ServerName = cmp.Or(f.tls.ServerName, to.base.Hostname())
		f.tls.NextProtos = []string{"http/1.1"}
	}
	return f
}

func (c *Client) newBlock() []byte { return (*c.blocks.Get().(*[]byte))[:0] }

// freeBlock keeps a block of the usual size for another stream.
func (c *Client) freeBlock(b []byte) {
	if cap(b) == blockSize {
		c.blocks.Put(&b)
	}
}

// Do sends r and reads the answer to its end. What was seen until a failure or
// the end of ctx is in the Trace; Due and Queued are left to the caller.
//
// The connection of a request with a Session is kept for that session's next
// request, and is anyone's after its Last one or EndSession. Where it has died in
// between, the next request gets one as any request does.
func (c *Client) Do(ctx context.Context, r dataset.Request) Trace {
	ahead, _ := r.Prepared.(*prepared)
	r.Prepared = nil
	t := Trace{Request: r}
	for {
		without := c.dialect.without()
		body, err := c.dialect.bodyOr(ahead, r, without)
		ahead = nil
		if err != nil {
			t.Err = &Error{Class: Protocol, Err: fmt.Errorf("request body: %w", err)}
			return t
		}
		refusal := c.exchange(ctx, message{id: r.ID, session: r.Session, last: r.Last, body: body}, &t)
		named := c.dialect.refuse(t.Status, refusal, without)
		if len(named) == 0 || ctx.Err() != nil {
			return t
		}
		t = Trace{Request: t.Request, Reconnects: t.Reconnects, Resent: t.Resent}
		for _, f := range named {
			if t.Resent != "" {
				t.Resent += ", "
			}
			t.Resent += f
		}
	}
}

// Prepare is r with its body made, so that Do sends it at once. It may be called
// from any goroutine; what is wrong with r is told by Do.
func (c *Client) Prepare(r dataset.Request) dataset.Request {
	without := c.dialect.without()
	if body, err := c.dialect.body(r, without); err == nil {
		r.Prepared = &prepared{body, r.Model, without}
	}
	return r
}

// Open opens connections ahead, TLS handshake included, until n idle ones
// exist, of several servers a share each; with HTTP/2 one. Through a proxy and with
// HTTP/2 that takes a HEAD request of the server's health page each.
func (c *Client) Open(ctx context.Context, n int) error { return c.road.open(ctx, n) }

// EndSession says that no more requests of a session will come, whether or not
// its Last one has been sent. Of a session that is unknown it says nothing new.
func (c *Client) EndSession(id string) { c.road.endSession(id) }

// Close closes the idle connections, those kept for sessions too; those in use
// are closed when their request ends.
func (c *Client) Close() {
	c.road.close()
	c.plain.CloseIdleConnections()
}

// Notes says what was found out about the server, one sentence each.
func (c *Client) Notes() []string {
	c.dialect.mu.Lock()
	defer c.dialect.mu.Unlock()
	var notes []string
	for _, n := range c.dialect.notes {
		notes = append(notes, c.Redact(n))
	}
	if n := c.dialect.bound(); n != "" {
		notes = append(notes, n)
	}
	if c.cfg.TLS.Insecure {
		notes = append(notes, "tls.insecure: the server's certificate was not checked")
	}
	return append(notes, c.road.notes()...)
}

// EOSIgnored reports whether requests ask the server to ignore the end of
// sequence: not so once it has refused the field, or where it has none.
func (c *Client) EOSIgnored() bool { return c.dialect.eosIgnored() }
