package httpload

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// options are a short test of url.
func options(url string) Options {
	return Options{URL: url, Threads: 2, Connections: 4, Duration: 150 * time.Millisecond, Timeout: 2 * time.Second}
}

// mustRun is a test's result; a machine so busy that nothing at all came of it
// in that time, not even a handshake, is given four times as long.
func mustRun(t *testing.T, o Options) *Result {
	t.Helper()
	for {
		var got *Result
		err := Run(t.Context(), o, func() {}, func(r *Result) error {
			got = r
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got.Requests > 0 || got.Errors != (Errors{}) || got.Unanswered > 0 || o.Duration > 5*time.Second {
			return got
		}
		o.Duration *= 4
	}
}

// What the server was asked is what the result counts.
func TestRunCounts(t *testing.T) {
	var asked, wrong atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != "PUT" || r.URL.RequestURI() != "/a?b=c" || r.Header.Get("X-One") != "1" || string(body) != `{"n":1}` ||
			r.Header.Get("Content-Type") != "application/json" {
			wrong.Add(1)
		}
		if asked.Add(1)%10 == 0 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		io.WriteString(w, "hello")
	}))
	defer s.Close()
	o := options(s.URL + "/a?b=c")
	o.Method, o.Headers, o.Body = "PUT", []Header{{"X-One", "0"}, {"x-one", "1"}}, []byte(`{"n":1}`)
	r := mustRun(t, o)
	if wrong.Load() > 0 {
		t.Errorf("%d of %d requests are not what was asked for", wrong.Load(), asked.Load())
	}
	// In flight at the end are at most as many as there are connections.
	if n := asked.Load(); r.Requests == 0 || r.Requests > n || r.Requests < n-4 {
		t.Errorf("%d requests counted, the server saw %d", r.Requests, n)
	}
	if r.Errors.Status != r.Statuses[503] || r.Statuses[200]+r.Statuses[503] != r.Requests || r.Errors.Status == 0 || r.Errors.Sockets() {
		t.Errorf("errors %+v, statuses %v of %d", r.Errors, r.Statuses, r.Requests)
	}
	if r.Latency.Count() != r.Requests || r.Took < o.Duration || r.Nothing() != nil {
		t.Errorf("%d latencies of %d in %v; %v", r.Latency.Count(), r.Requests, r.Took, r.Nothing())
	}
}

// An answer that takes as long as the timeout counts as one, when it comes, and is
// in no latency; one that does not come is told of as well.
func TestRunTimeouts(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(50 * time.Millisecond):
		}
	}))
	defer s.Close()
	o := options(s.URL)
	o.Timeout, o.Duration = 20*time.Millisecond, 190*time.Millisecond
	r := mustRun(t, o)
	if r.Errors.Timeout == 0 || r.Errors.Timeout != r.Requests || r.Latency.Count() != 0 {
		t.Errorf("%d timeouts of %d requests, %d latencies; want all, and none", r.Errors.Timeout, r.Requests, r.Latency.Count())
	}
	if err := r.Nothing(); err == nil || !strings.Contains(err.Error(), "timeout of 20ms") {
		t.Errorf("it measured something: %v", err)
	}
	o.Duration = 40 * time.Millisecond // all wait still, for longer than the timeout
	if r := mustRun(t, o); r.Unanswered+r.Errors.Timeout < 4 {
		t.Errorf("%d unanswered, %d timeouts; want 4", r.Unanswered, r.Errors.Timeout)
	}
}

// raw serves each connection's requests by answer until that returns false.
func raw(t *testing.T, answer func(n int64, w io.Writer) bool) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	var n atomic.Int64
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				in := bufio.NewReader(c)
				for {
					req, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					io.Copy(io.Discard, req.Body)
					if !answer(n.Add(1), c) {
						return
					}
				}
			}()
		}
	}()
	return "http://" + l.Addr().String() + "/"
}

func TestRunFramings(t *testing.T) {
	for _, c := range []struct {
		name, method, answer string
		keep                 bool  // the connection stays
		read                 int64 // read errors an answer
	}{
		{"counted", "GET", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello", true, 0},
		{"empty", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true, 0},
		{"no content", "GET", "HTTP/1.1 204 No Content\r\n\r\n", true, 0},
		{"head", "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true, 0},
		{"interim", "GET", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", true, 0},
		{"chunked", "GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", true, 0},
		{"close", "GET", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", false, 0},
		{"until the end", "GET", "HTTP/1.0 200 OK\r\n\r\nhello", false, 0},
		{"cut", "GET", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", false, 1},
		{"nothing", "GET", "", false, 1},
		{"no HTTP", "GET", "SSH-2.0-OpenSSH_9.2\r\n\r\n", false, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var answered atomic.Int64
			o := options(raw(t, func(_ int64, w io.Writer) bool {
				answered.Add(1)
				io.WriteString(w, c.answer)
				return c.keep
			}))
			o.Method, o.Duration = c.method, 50*time.Millisecond
			r := mustRun(t, o)
			good, failed := r.Requests, r.Errors.Read
			if c.read > 0 {
				good, failed = failed, good
			}
			if n := answered.Load(); good == 0 || failed != 0 || good > n || r.Errors.Status+r.Errors.Write != 0 {
				t.Errorf("%d requests, errors %+v of %d answers", r.Requests, r.Errors, n)
			}
			if c.read == 0 && r.Bytes < r.Requests*int64(len(c.answer)) {
				t.Errorf("%d bytes read in %d answers of %d", r.Bytes, r.Requests, len(c.answer))
			}
		})
	}
}

// At a rate of 100/s over 200 ms 20 requests are due; a server that stalls once
// makes those that wait late, by their due time.
func TestRunRate(t *testing.T) {
	o := options(raw(t, func(n int64, w io.Writer) bool {
		if n == 1 {
			time.Sleep(100 * time.Millisecond)
		}
		_, err := io.WriteString(w, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		return err == nil
	}))
	o.Threads, o.Connections, o.Rate, o.Duration, o.Latency = 1, 1, 100, 300*time.Millisecond, true
	r := mustRun(t, o)
	if most := int64(r.Took.Seconds()*o.Rate) + 1; r.Requests > most || r.Requests < 11 {
		t.Errorf("%d requests in %v, want 11 to %d", r.Requests, r.Took, most)
	}
	// Those due at 10, 20, … 90 ms are sent at 100 ms: five of them are over 50 ms late.
	var late int64
	for v, times := range r.Latency.values() {
		if v > 45_000 {
			late += times
		}
	}
	if late < 5 {
		t.Errorf("%d latencies over 45 ms, want those of the requests that were held up", late)
	}
	var b strings.Builder
	if err := r.Print(&b); err != nil || !strings.Contains(b.String(), "from when each request was due, at 100.00 requests/s") {
		t.Errorf("the report does not tell of the due times: %v\n%s", err, b.String())
	}
}

// A stream's first token and its tokens are counted; one that breaks is no whole one.
func TestRunStreams(t *testing.T) {
	const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"
	chunk := func(s string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(s), s) }
	const role = `data: {"choices":[{"delta":{"role":"assistant","content":""}}]}` + "\n\n"
	const hello = `data: {"choices":[{"delta":{"content":"hello"}}]}` + "\n\n"
	const stop = `data: {"choices":[{"delta":{},"finish_reason":"stop"}]}` + "\n\n"
	const usage = `data: {"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":7,"total_tokens":8}}` + "\n\ndata: [DONE]\n\n"
	for _, c := range []struct {
		name, rest string
		tokens     int64 // of a stream
		chunks     bool
		broken     bool
	}{
		{"usage", stop + usage, 7, false, false},
		{"no usage", stop, 2, true, false},
		{"no end", "", 0, false, true},
		{"error", `data: {"error":{"message":"out of memory"}}` + "\n\n", 0, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := options(raw(t, func(_ int64, w io.Writer) bool {
				io.WriteString(w, head+chunk(role))
				time.Sleep(20 * time.Millisecond)
				_, err := io.WriteString(w, chunk(hello)+chunk(hello)+chunk(c.rest+": end\n\n")+"0\r\n\r\n")
				return err == nil
			}))
			r := mustRun(t, o)
			if r.Streams == 0 || r.Streams != r.Requests {
				t.Fatalf("%d streams of %d requests", r.Streams, r.Requests)
			}
			if c.broken {
				if r.Broken != r.Streams || r.OutputTokens != 0 || r.TTFT.Count() != 0 {
					t.Errorf("%d broken of %d, %d tokens", r.Broken, r.Streams, r.OutputTokens)
				}
				return
			}
			if r.OutputTokens != c.tokens*r.Streams || (r.Uncounted == r.Streams) != c.chunks || r.Broken != 0 {
				t.Errorf("%d tokens of %d streams, events counted of %d; want %d each, of all %v", r.OutputTokens, r.Streams, r.Uncounted, c.tokens, c.chunks)
			}
			// The role is no token: the first one comes after the pause.
			if r.TTFT.Count() != r.Streams || r.TTFT.Min() < 20_000 || r.TTFT.Max() > r.Latency.Max() {
				t.Errorf("%d TTFTs from %v to %v µs, want all, from 20000 up", r.TTFT.Count(), r.TTFT.Min(), r.TTFT.Max())
			}
		})
	}
}

func TestRunTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	o := options(s.URL)
	if r := mustRun(t, o); r.Requests != 0 || r.Errors.Connect == 0 || r.Nothing() == nil || !strings.Contains(r.Nothing().Error(), "certificate") {
		t.Errorf("a certificate of nobody's: %d requests, errors %+v", r.Requests, r.Errors)
	}
	o.Insecure = true
	if r := mustRun(t, o); r.Requests == 0 || r.Errors.Sockets() {
		t.Errorf("any certificate: %d requests, errors %+v", r.Requests, r.Errors)
	}
}

func TestRunInterrupted(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	o := options(s.URL)
	o.Duration = time.Hour
	var got *Result
	err := Run(ctx, o, func() { time.AfterFunc(50*time.Millisecond, cancel) }, func(r *Result) error {
		got = r
		return nil
	})
	if err != nil || !got.Interrupted || got.Requests == 0 || got.CaseFile("v").Status != StatusInterrupted {
		t.Errorf("%v, %+v", err, got)
	}
}

func TestRunDeadPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	url := "http://" + l.Addr().String()
	l.Close()
	err = Run(t.Context(), options(url), func() { t.Error("it began") }, func(*Result) error { return errors.New("it ended") })
	if want := "unable to connect to " + l.Addr().String(); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("%v, want one line: %s …", err, want)
	}
}
