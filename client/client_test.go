package client

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// A server that announces keep-alive and closes after each answer, as
// llama.cpp's does, costs reconnects and no failure.
func TestServerThatCloses(t *testing.T) {
	answer := "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\nKeep-Alive: timeout=5, max=100\r\n\r\n" +
		string(cuts[0].chunked([]byte(good), true))
	s := serveRaw(t, always(answer, false))
	c := newClient(t, Config{BaseURL: s.url()})
	reconnects, kept := 0, 0
	for i := range 40 {
		got := c.Do(t.Context(), request)
		if got.Err != nil {
			t.Fatalf("request %d: %v", i, got.Err)
		}
		reconnects += got.Reconnects
		if got.ConnectStart == 0 {
			kept++
		}
	}
	if reconnects != 39 || kept != 0 || s.requests.Load() != 40 {
		t.Errorf("%d reconnects, %d on kept connections, %d requests seen; want 39, 0, 40", reconnects, kept, s.requests.Load())
	}
}

func TestKeepAlive(t *testing.T) {
	s := serveRaw(t, always(sse(good), true))
	c := newClient(t, Config{BaseURL: s.url()})
	if err := c.Open(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			for range 20 {
				if got := c.Do(t.Context(), request); got.Err != nil || got.ConnectStart != 0 || got.Reconnects != 0 {
					t.Errorf("connect start %d, %d reconnects, error %v; want a kept connection", got.ConnectStart, got.Reconnects, got.Err)
				}
			}
		})
	}
	wg.Wait()
	if err := c.Open(t.Context(), 5); err != nil || s.conns.Load() != 5 {
		t.Errorf("%d connections, error %v; want 5: open ones count", s.conns.Load(), err)
	}
}

// A request that the server took, and then did not answer, is not sent again.
func TestNoHiddenRetry(t *testing.T) {
	n := 0
	s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
		if n++; n == 1 {
			_, _ = io.WriteString(c, sse(good))
			return true
		}
		return false
	})
	c := newClient(t, Config{BaseURL: s.url()})
	first, second := c.Do(t.Context(), request), c.Do(t.Context(), request)
	if first.Err != nil || class(second) != Truncated || s.requests.Load() != 2 {
		t.Errorf("%v, then %v; %d requests seen, want 2 and the second truncated", first.Err, second.Err, s.requests.Load())
	}
}

// Nor is one that the server worked on before it reset the connection.
func TestNoHiddenRetryAfterReset(t *testing.T) {
	n := 0
	s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
		if n++; n == 1 {
			_, _ = io.WriteString(c, sse(good))
			return true
		}
		time.Sleep(10 * closeRace)
		_ = c.(*net.TCPConn).SetLinger(0) // a close is a reset now
		return false
	})
	c := newClient(t, Config{BaseURL: s.url()})
	first, second := c.Do(t.Context(), request), c.Do(t.Context(), request)
	if first.Err != nil || class(second) != Reset || s.requests.Load() != 2 {
		t.Errorf("%v, then %v; %d requests seen, want 2 and the second reset", first.Err, second.Err, s.requests.Load())
	}
}

// A first token may come long after a role chunk: the idle time begins with it,
// and waiting for it costs no CPU.
func TestFirstTokenAfterIdle(t *testing.T) {
	const idle = 50 * time.Millisecond
	s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
		_, _ = io.WriteString(c, sseHead+`data: {"choices":[{"delta":{"role":"assistant"}}]}`+"\n\n")
		time.Sleep(6 * idle)
		_, _ = io.WriteString(c, token+finish)
		return false
	})
	got := newClient(t, Config{BaseURL: s.url(), Timeouts: Timeouts{Idle: idle, FirstToken: time.Minute}}).Do(t.Context(), request)
	if got.Err != nil || len(got.Arrivals) != 1 {
		t.Errorf("%d tokens, %v; want 1 and no error", len(got.Arrivals), got.Err)
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for e := range strings.SplitAfterSeq(good, "\n\n") {
			_, _ = io.WriteString(w, e)
			w.(http.Flusher).Flush()
		}
	}))
	defer s.Close()
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // the client that refuses its certificate
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	c := newClient(t, Config{BaseURL: s.URL, RootCAs: roots})
	if err := c.Open(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	lags := 0
	for i := 0; i < 3 || lags == 0 && i < 1000 && runtime.GOOS == "linux"; i++ { // stamping may begin a little late
		got := c.Do(t.Context(), request)
		if got.Err != nil || len(got.Arrivals) != 2 || got.ConnectStart != 0 {
			t.Fatalf("%d tokens, connect start %d, error %v", len(got.Arrivals), got.ConnectStart, got.Err)
		}
		lags += len(got.Lags)
	}
	if runtime.GOOS == "linux" && lags == 0 {
		t.Error("no kernel stamps below TLS")
	}
	fresh := newClient(t, Config{BaseURL: s.URL, RootCAs: roots}).Do(t.Context(), request)
	if fresh.TLSDone < fresh.Connected || fresh.Connected < fresh.ConnectStart || fresh.ConnectStart == 0 || fresh.Sent < fresh.TLSDone {
		t.Errorf("connect start %d, connected %d, TLS %d, sent %d: not in order", fresh.ConnectStart, fresh.Connected, fresh.TLSDone, fresh.Sent)
	}
	if got := newClient(t, Config{BaseURL: s.URL}).Do(t.Context(), request); class(got) != TLS {
		t.Errorf("unknown authority: %v, want class tls", got.Err)
	}
}

// Each bound has its class, and what came before it stays.
func TestTimeouts(t *testing.T) {
	const short, long = 60 * time.Millisecond, time.Minute
	role := `data: {"choices":[{"delta":{"role":"assistant"}}]}` + "\n\n"
	for _, tt := range []struct {
		name   string
		to     Timeouts
		at     string // sent at once
		every  string // sent every 10 ms after that
		class  Class
		tokens int
	}{
		{"no head", Timeouts{FirstToken: short, Request: long}, "", "", TimeoutFirstToken, 0},
		{"head alone", Timeouts{FirstToken: short, Request: long}, sseHead, "", TimeoutFirstToken, 0},
		{"role and pings", Timeouts{FirstToken: 2 * short, Idle: short, Request: long}, sseHead + role, ": ping\n\n", TimeoutFirstToken, 0},
		{"stall", Timeouts{FirstToken: long, Idle: short, Request: long}, sseHead + token + token, "", TimeoutIdle, 2},
		{"comments do not count", Timeouts{FirstToken: long, Idle: short, Request: long}, sseHead + token, ": ping\n\n", TimeoutIdle, 1},
		{"idle without first_token", Timeouts{Idle: short}, sseHead + role, ": ping\n\n", TimeoutIdle, 0},
		{"hung server", Timeouts{Request: short}, sseHead, ": ping\n\n", TimeoutRequest, 0},
		{"finished, then hung", Timeouts{Idle: short}, sseHead + token + token + finish, "", "", 2},
	} {
		s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
			_, err := io.WriteString(c, tt.at)
			for err == nil {
				time.Sleep(10 * time.Millisecond)
				if tt.every == "" {
					_, _ = io.Copy(io.Discard, c)
					break
				}
				_, err = io.WriteString(c, tt.every)
			}
			return false
		})
		got := newClient(t, Config{BaseURL: s.url(), Timeouts: tt.to}).Do(t.Context(), request)
		if class(got) != tt.class || len(got.Arrivals) != tt.tokens {
			t.Errorf("%s: %d tokens, %v; want %d, class %q", tt.name, len(got.Arrivals), got.Err, tt.tokens, tt.class)
		}
		if tt.class == TimeoutFirstToken && got.End-got.Sent < int64(tt.to.FirstToken) {
			t.Errorf("%s: ended %d ns after it was sent", tt.name, got.End-got.Sent)
		}
	}
}

// An idle bound counts from the last event, however many came.
func TestIdleIsMovedOn(t *testing.T) {
	s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
		_, _ = io.WriteString(c, sseHead)
		for range 12 {
			_, _ = io.WriteString(c, token)
			time.Sleep(100 * time.Millisecond)
		}
		_, _ = io.WriteString(c, finish)
		return false
	})
	c := newClient(t, Config{BaseURL: s.url(), Timeouts: Timeouts{FirstToken: 10 * time.Second, Idle: time.Second}})
	if got := c.Do(t.Context(), request); got.Err != nil || len(got.Arrivals) != 12 {
		t.Errorf("%d tokens, %v", len(got.Arrivals), got.Err)
	}
}

func TestConnectFailures(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	l.Close()
	c := newClient(t, Config{BaseURL: closed})
	if got := c.Do(t.Context(), request); class(got) != Connect || got.Sent != 0 || got.End == 0 {
		t.Errorf("sent %d, %v; want class connect", got.Sent, got.Err)
	}
	if err := c.Open(t.Context(), 3); err == nil || !strings.Contains(err.Error(), "connect") {
		t.Errorf("Open: %v", err)
	}
	if err := c.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), closed) || !strings.Contains(err.Error(), "start the server") {
		t.Errorf("Ready: %v; want the URL and the next step", err)
	}
	// A listener that never shakes hands: the handshake is part of connecting.
	mute := serveRaw(t, always("", true))
	c = newClient(t, Config{BaseURL: "https://" + mute.Addr().String(), Timeouts: Timeouts{Connect: 50 * time.Millisecond}})
	if got := c.Do(t.Context(), request); class(got) != TimeoutConnect && class(got) != TLS {
		t.Errorf("%v; want class timeout_connect", got.Err)
	}
}

// A cancelled request keeps what came, and says by whom it was ended.
func TestCancel(t *testing.T) {
	for _, tt := range []struct {
		cause error
		class Class
	}{
		{nil, Cancelled},
		{fmt.Errorf("case x: %w", ErrCaseTimeout), TimeoutCase},
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
			_, _ = io.WriteString(c, sseHead+token)
			time.Sleep(50 * time.Millisecond)
			cancel(tt.cause)
			_, _ = io.Copy(io.Discard, c)
			return false
		})
		c := newClient(t, Config{BaseURL: s.url()})
		got := c.Do(ctx, request)
		if class(got) != tt.class || len(got.Arrivals) != 1 || got.End < got.Arrivals[0] || got.Text != "a" {
			t.Errorf("%d tokens, text %q, %v; want 1, class %s", len(got.Arrivals), got.Text, got.Err, tt.class)
		}
		if got := c.Do(ctx, request); class(got) != tt.class || got.Sent != 0 {
			t.Errorf("after the end: sent %d, %v", got.Sent, got.Err)
		}
	}
}

// Secrets are sent, and quoted by nobody.
func TestSecrets(t *testing.T) {
	s := serveRaw(t, func(c net.Conn, r *http.Request, _ []byte) bool {
		said := `{"error":"bad key ` + r.Header.Get("Authorization") + ` ` + r.Header.Get("X-Api-Key") + `"}`
		_, err := fmt.Fprintf(c, "HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n\r\n%s", len(said), said)
		return err == nil
	})
	c := newClient(t, Config{BaseURL: s.url() + "/prefix/", APIKey: "sk-abc", Headers: map[string]string{"X-Api-Key": "hunter2hunter2", "X-Team": "a"}})
	got := c.Do(t.Context(), request)
	if said := got.Err.Error() + got.Err.Body; strings.Contains(said, "sk-abc") || strings.Contains(said, "hunter2") || !strings.Contains(said, "bad key Bearer [secret] [secret]") {
		t.Errorf("error %q", said)
	}
	h := s.headers()[0]
	if h.Get("Authorization") != "Bearer sk-abc" || h.Get("X-Team") != "a" || h.Get("X-Request-Id") != "r1" || h.Get("Accept-Encoding") != "identity" {
		t.Errorf("headers %v", h)
	}
	_, err := New(Config{Backend: "x", BaseURL: "ftp://u:hunter2@h", IgnoreEOS: "yes", Headers: map[string]string{"a b": "", "C": "x\r\nhunter2: y"}, APIKey: "sk\n"})
	if err == nil || strings.Contains(err.Error(), "hunter2") || strings.Count(err.Error(), "\n") != 5 {
		t.Errorf("want six faults and no secret in %v", err)
	}
}

// A redirect is not followed: its target is nobody to show the key to.
func TestRedirectKeepsTheKey(t *testing.T) {
	shown := make(chan string, 10)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { shown <- r.Header.Get("Authorization") }))
	defer other.Close()
	s := httptest.NewServer(http.RedirectHandler(strings.Replace(other.URL, "127.0.0.1", "localhost", 1)+"/v1/models", http.StatusFound))
	defer s.Close()
	c := newClient(t, Config{BaseURL: s.URL, APIKey: "sk-abc"})
	if err := c.Ready(t.Context()); err == nil {
		t.Error("a server that redirects is ready")
	}
	if _, err := c.Models(t.Context()); err == nil {
		t.Error("a server that redirects lists models")
	}
	if len(shown) > 0 {
		t.Errorf("the other host was asked, with %q", <-shown)
	}
}

func TestProxy(t *testing.T) {
	s := serveRaw(t, always(sse(good), true))
	var seen []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, r.URL.String())
		r.RequestURI = ""
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		w.Header().Set("Content-Type", resp.Header.Get("Content-Type"))
		_, _ = io.Copy(w, resp.Body)
	}))
	defer proxy.Close()
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	c := newClient(t, Config{BaseURL: s.url(), Proxy: proxy.URL})
	for i := range 2 {
		got := c.Do(t.Context(), request)
		if got.Err != nil || len(got.Arrivals) != 2 || got.Lags != nil || got.UserStamps != 2 || (got.ConnectStart == 0) != (i == 1) {
			t.Errorf("%+v", got)
		}
		checkOrder(t, got)
	}
	if want := s.url() + "/v1/completions"; !slices.Equal(seen, []string{want, want}) {
		t.Errorf("the proxy saw %q", seen)
	}
	hung := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
		_, _ = io.WriteString(c, sseHead+token)
		_, _ = io.Copy(io.Discard, c)
		return false
	})
	c = newClient(t, Config{BaseURL: "http://server.test", Proxy: hung.url(), Timeouts: Timeouts{Idle: 700 * time.Millisecond, FirstToken: 500 * time.Millisecond}})
	if got := c.Do(t.Context(), request); class(got) != TimeoutIdle || len(got.Arrivals) != 1 {
		t.Errorf("%d tokens, %v; want timeout_idle after 1", len(got.Arrivals), got.Err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	c = newClient(t, Config{BaseURL: "http://server.test", Proxy: hung.url()})
	if got := c.Do(ctx, request); class(got) != Cancelled {
		t.Errorf("%v, want cancelled", got.Err)
	}
}

func TestModelsAndReady(t *testing.T) {
	models, err := os.ReadFile("testdata/wire/vllm.models.txt")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(models), "\r\n\r\n")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /a/v1/models", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer sk-abc" {
			http.Error(w, `{"error":"Unauthorized"}`, http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, list)
	})
	mux.HandleFunc("GET /b/health", func(http.ResponseWriter, *http.Request) {})
	s := httptest.NewServer(mux)
	defer s.Close()
	c := newClient(t, Config{BaseURL: s.URL + "/a", APIKey: "sk-abc"})
	if m, err := c.Models(t.Context()); err != nil || m.AnyName || !slices.Equal(m.IDs, []string{"qwen3-tiny"}) {
		t.Errorf("models %+v, %v", m, err)
	}
	for _, tt := range []struct{ path, key, want string }{
		{"/a", "sk-abc", ""},
		{"/a/v1", "sk-abc", ""},
		{"/a", "", "api_key_env"},
		{"/b", "", ""},
		{"/c", "", "check base_url"},
	} {
		err := newClient(t, Config{BaseURL: s.URL + tt.path, APIKey: tt.key}).Ready(t.Context())
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.path, err, tt.want)
		}
	}
}

// Every goroutine ends with its request, and connections with Close.
func TestNothingLeaks(t *testing.T) {
	s := serveRaw(t, always(sse(strings.Repeat(token, 2000)+good), true))
	before := runtime.NumGoroutine() - int(s.conns.Load())
	for _, proxy := range []string{"none", s.url()} {
		c := newClient(t, Config{BaseURL: s.url(), Proxy: proxy})
		for i := range 5 {
			if got := c.Do(t.Context(), turn("a", i, 9)); got.Err != nil { // kept for a next one that never comes
				t.Fatal(got.Err)
			}
			if got := c.Do(t.Context(), request); got.Err != nil {
				t.Fatal(got.Err)
			}
		}
		if _, _, err := ask(t, c, s.url()+"/tokenize", nil); err != nil {
			t.Fatal(err)
		}
		c.Close()
	}
	for deadline := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), buf[:runtime.Stack(buf, true)])
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func TestRaiseFileLimit(t *testing.T) {
	first, err := RaiseFileLimit()
	if err != nil || first == 0 {
		t.Fatalf("%d, %v", first, err)
	}
	if again, err := RaiseFileLimit(); again != first || err != nil {
		t.Errorf("%d, then %d, %v", first, again, err)
	}
}
