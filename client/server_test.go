package client

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"llmsweep/dataset"
)

// A rawServer answers each request with bytes of the test's own making.
type rawServer struct {
	net.Listener
	conns    atomic.Int64
	requests atomic.Int64
	mu       sync.Mutex
	bodies   [][]byte
	heads    []http.Header
}

// serveRaw listens on 127.0.0.1 and hands each request to answer; the
// connection is closed when answer says so.
func serveRaw(t testing.TB, answer func(c net.Conn, r *http.Request, body []byte) (keep bool)) *rawServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{Listener: l}
	var wg sync.WaitGroup
	open := map[net.Conn]bool{}
	t.Cleanup(func() {
		l.Close()
		s.mu.Lock()
		for c := range open {
			c.Close()
		}
		s.mu.Unlock()
		wg.Wait()
	})
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.conns.Add(1)
			s.mu.Lock()
			open[c] = true
			s.mu.Unlock()
			wg.Go(func() {
				defer c.Close()
				for r := bufio.NewReader(c); ; {
					req, err := http.ReadRequest(r)
					if err != nil {
						return
					}
					body, _ := io.ReadAll(req.Body)
					s.requests.Add(1)
					s.mu.Lock()
					s.bodies, s.heads = append(s.bodies, body), append(s.heads, req.Header)
					s.mu.Unlock()
					if !answer(c, req, body) {
						return
					}
				}
			})
		}
	})
	return s
}

// seen is the bodies of the requests so far, and their headers.
func (s *rawServer) seen() (bodies [][]byte, heads []http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bodies, s.heads
}

func (s *rawServer) url() string { return "http://" + s.Addr().String() }

// always answers every request with the same bytes.
func always(b string, keep bool) func(net.Conn, *http.Request, []byte) bool {
	return func(c net.Conn, _ *http.Request, _ []byte) bool {
		_, err := io.WriteString(c, b)
		return keep && err == nil
	}
}

// A cut says how the bytes of an answer are split into writes.
type cut struct {
	name string
	size func(r *rand.Rand, left int) int
}

var cuts = []cut{
	{"whole", func(_ *rand.Rand, left int) int { return left }},
	{"byte by byte", func(*rand.Rand, int) int { return 1 }},
	{"random", func(r *rand.Rand, left int) int { return 1 + r.IntN(min(left, 300)) }},
}

// write sends b in pieces.
func (k cut) write(w io.Writer, b []byte) {
	r := rand.New(rand.NewPCG(1, 2))
	for len(b) > 0 {
		n := k.size(r, len(b))
		if _, err := w.Write(b[:n]); err != nil {
			return
		}
		b = b[n:]
	}
}

// chunked is body in chunked coding, cut into chunks by k.
func (k cut) chunked(body []byte, ended bool) []byte {
	r := rand.New(rand.NewPCG(3, 4))
	var b bytes.Buffer
	for len(body) > 0 {
		n := k.size(r, len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	if ended {
		b.WriteString("0\r\n\r\n")
	}
	return b.Bytes()
}

// sse is a whole answer with the given event stream, of known length.
func sse(events string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: %d\r\n\r\n%s", len(events), events)
}

const sseHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" // until closed

const (
	token  = `data: {"choices":[{"index":0,"text":"a","finish_reason":null}]}` + "\n\n"
	finish = `data: {"choices":[{"index":0,"text":"","finish_reason":"length"}]}` + "\n\n"
	usage  = `data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}` + "\n\n"
	ended  = "data: [DONE]\n\n"
	good   = token + token + finish + usage + ended
)

func newClient(t testing.TB, cfg Config) *Client {
	t.Helper()
	if cfg.Backend == "" {
		cfg.Backend = "openai"
	}
	if cfg.Timeouts == (Timeouts{}) {
		cfg.Timeouts = Timeouts{Connect: 20 * time.Second, FirstToken: 20 * time.Second, Idle: 20 * time.Second, Request: 20 * time.Second}
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

var request = dataset.Request{ID: "r1", Prompt: "hi", MaxTokens: 2}

// class is a trace's error class; "" = completed.
func class(t Trace) Class {
	if t.Err == nil {
		return ""
	}
	return t.Err.Class
}
