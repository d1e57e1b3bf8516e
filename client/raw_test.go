package client

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// A tape is a connection that plays the same bytes again and again, a few at a time.
type tape struct {
	net.Conn
	bytes string
	at    int
	step  int
}

func (t *tape) Read(p []byte) (int, error) {
	n := copy(p[:min(t.step, len(p))], t.bytes[t.at:])
	if t.at += n; t.at == len(t.bytes) {
		t.at = 0
	}
	return n, nil
}

func (t *tape) Write(p []byte) (int, error) { return len(p), nil }

// However an answer is cut, it is the same.
func TestRawReceive(t *testing.T) {
	const counted = "HTTP/1.1 404 Not Found\r\nCONTENT-LENGTH: 5\r\nConnection: Close\r\n\r\nhello"
	const chunked = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream;charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: x\r\n\r\n"
	for step := 1; step <= len(counted+chunked); step++ {
		r := &Raw{conn: &tape{bytes: counted + chunked, step: step}, buf: make([]byte, 64)}
		var body strings.Builder
		heads := 0
		sink := &RawSink{Head: func(RawAnswer, []byte) { heads++ }, Body: func(p []byte) { body.Write(p) }}
		for round := range 2 {
			if a, err := r.Receive(false, sink); err != nil || a != (RawAnswer{Status: 404, Close: true}) {
				t.Fatalf("step %d, round %d: %+v, %v", step, round, a, err)
			}
			if a, err := r.Receive(false, sink); err != nil || a != (RawAnswer{Status: 200, EventStream: true}) {
				t.Fatalf("step %d, round %d: %+v, %v", step, round, a, err)
			}
		}
		if body.String() != strings.Repeat("hello", 4) || heads != 4 {
			t.Fatalf("step %d: bodies %q, %d heads", step, body.String(), heads)
		}
		if n := r.Bytes(); n < int64(len(counted+chunked)) || r.Bytes() != 0 {
			t.Fatalf("step %d: %d bytes", step, n)
		}
	}
}

// The framing is read where servers write it in less usual shapes.
func TestRawFraming(t *testing.T) {
	for answer, want := range map[string]RawAnswer{
		"HTTP/1.1 200 OK\nContent-Length: 3\n\na\n\n":                                           {Status: 200},
		"HTTP/1.1 200 OK\r\nConnection: Close, X-Hop\r\nContent-Length: 3\r\n\r\na\n\n":         {Status: 200, Close: true},
		"HTTP/1.0 200 OK\r\nConnection: x , keep-alive\r\nContent-Length: 3\r\n\r\na\n\n":       {Status: 200},
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\na\n\n\r\n0\r\n\r\n":    {Status: 200},
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\nContent-Length: 3\r\n\r\na\n\n":           {Status: 200},
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: CHUNKED\r\n\r\n1\r\na\r\n2\r\n\n\n\r\n0\r\n\r\n": {Status: 200},
	} {
		for step := 1; step <= len(answer); step++ {
			r := &Raw{conn: &tape{bytes: answer, step: step}, buf: make([]byte, 16)}
			var body strings.Builder
			sink := &RawSink{Body: func(p []byte) { body.Write(p) }}
			for range 2 {
				if a, err := r.Receive(false, sink); err != nil || a != want {
					t.Fatalf("%q, step %d: %+v, %v; want %+v", answer, step, a, err, want)
				}
			}
			if body.String() != "a\n\na\n\n" {
				t.Fatalf("%q, step %d: body %q", answer, step, body.String())
			}
		}
	}
}

func TestRawFaults(t *testing.T) {
	for _, bad := range []string{
		"GARBAGE / 1.1 200 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
		"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 70_000),
	} {
		r := &Raw{conn: &tape{bytes: bad, step: 1000}, buf: make([]byte, 64)}
		if a, err := r.Receive(false, &RawSink{}); err == nil {
			t.Errorf("%.60q: %+v, want an error", bad, a)
		}
	}
	server, own := net.Pipe()
	go func() {
		io.WriteString(server, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")
		server.Close()
	}()
	r := &Raw{conn: own, buf: make([]byte, 64)}
	if _, err := r.Receive(false, &RawSink{}); err != io.ErrUnexpectedEOF {
		t.Errorf("an answer that is cut: %v, want %v", err, io.ErrUnexpectedEOF)
	}
}

// A fixed request and its answer allocate nothing.
func TestRawAllocatesNothing(t *testing.T) {
	r := &Raw{conn: &tape{bytes: "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 5\r\n\r\nhello", step: 1000}, buf: make([]byte, rawBuffer)}
	request, sink := []byte("GET / HTTP/1.1\r\n\r\n"), &RawSink{}
	if n := testing.AllocsPerRun(1000, func() {
		if err := r.Send(request); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Receive(false, sink); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a request, want 0", n)
	}
}

// A stream's tokens are found however it is cut; End says whether it is whole.
func TestRawStream(t *testing.T) {
	const text = "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n" +
		"data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n" +
		"data: {\"choices\":[{\"delta\":{\"content\":\"b\"},\"finish_reason\":\"length\"}]}\n\n"
	for step := 1; step <= len(text); step++ {
		s := NewRawStream()
		for at := 0; at < len(text); at += step {
			s.Take([]byte(text[at:min(at+step, len(text))]), time.Duration(at+1))
		}
		if got := s.End(); got.Tokens != 2 || got.Usage || got.Err != nil || got.First < 1 || got.First > time.Duration(len(text)) {
			t.Fatalf("step %d: %+v", step, got)
		}
	}
	s := NewRawStream()
	s.Take([]byte(text[:len(text)-3]), 1)
	if got := s.End(); got.Err == nil {
		t.Errorf("a stream that is cut is whole: %+v", got)
	}
}
