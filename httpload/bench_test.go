package httpload

import (
	"net"
	"testing"
	"time"
)

// BenchmarkExchange is one request and its answer on one connection over loopback,
// with a server that does nothing: what http costs a request, kernel included. It
// allocates nothing.
func BenchmarkExchange(b *testing.B) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		answer, buf := []byte("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"), make([]byte, 4096)
		for {
			if _, err := c.Read(buf); err != nil { // a small request comes in one piece
				return
			}
			if _, err := c.Write(answer); err != nil {
				return
			}
		}
	}()
	o := Options{URL: "http://" + l.Addr().String(), Threads: 1, Connections: 1, Duration: time.Hour, Timeout: time.Second}
	t := &test{o: &o, pipeline: 1, ctx: b.Context()}
	if t.target, err = parseTarget(o.URL); err != nil {
		b.Fatal(err)
	}
	if err := t.setUp(b.Context(), nil, l.Addr().String()); err != nil {
		b.Fatal(err)
	}
	th := t.threads[0]
	c := th.conns[0]
	if !c.connect() {
		b.Fatal("not connected")
	}
	defer c.close()
	b.ReportAllocs()
	for b.Loop() {
		c.exchange(th.static, time.Time{})
	}
	if th.counts.requests < int64(b.N) {
		b.Errorf("%d answers of %d, errors %+v", th.counts.requests, b.N, th.counts.errors)
	}
}
