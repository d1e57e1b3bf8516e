package client

import (
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// serveSocket starts a server on a Unix socket, and returns its base URL.
func serveSocket(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "sock") // t.TempDir's may be longer than a socket's path can be
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "s.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h}
	var done sync.WaitGroup
	done.Go(func() { _ = s.Serve(l) })
	t.Cleanup(func() {
		s.Close()
		done.Wait()
		os.RemoveAll(dir)
	})
	return "unix://" + path
}

// Requests, pages and readiness by a Unix socket: the server sees the host
// localhost, and a connection that is used again.
func TestUnixSocket(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	base := serveSocket(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Method+" "+r.Host+r.URL.Path)
		mu.Unlock()
		if r.URL.Path == "/metrics" {
			_, _ = io.WriteString(w, "page")
			return
		}
		streamer(w, r)
	})
	c := newClient(t, Config{BaseURL: base})
	if err := c.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Open(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		trace := c.Do(t.Context(), request)
		if trace.Err != nil || trace.ConnectStart != 0 || len(trace.Arrivals) != 2 || trace.Reconnects != 0 {
			t.Errorf("%v, connect at %d, %d arrivals, %d reconnects", trace.Err, trace.ConnectStart, len(trace.Arrivals), trace.Reconnects)
		}
	}
	if _, said, err := ask(t, c, base+"/metrics", nil); said != "page" || err != nil {
		t.Errorf("page: %q, %v", said, err)
	}
	if _, _, err := ask(t, c, base+"x/metrics", nil); err == nil || !strings.Contains(err.Error(), "the key is shown to no other") {
		t.Errorf("another socket: %v", err)
	}
	want := "GET localhost/v1/models, POST localhost/v1/completions, POST localhost/v1/completions, POST localhost/metrics"
	if got := strings.Join(seen, ", "); got != want {
		t.Errorf("the server saw %s\nwant %s", got, want)
	}
}

func TestUnixSocketErrors(t *testing.T) {
	base := "unix://" + filepath.Join(t.TempDir(), "none.sock")
	c := newClient(t, Config{BaseURL: base})
	if err := c.Ready(t.Context()); err == nil || !strings.Contains(err.Error(), base+"/v1/models: no such socket; start the server") || strings.Contains(err.Error(), socketHost) {
		t.Errorf("ready: %v", err)
	}
	if trace := c.Do(t.Context(), request); class(trace) != Connect || !strings.Contains(trace.Err.Error(), "none.sock") {
		t.Errorf("request: %v", trace.Err)
	}
	for _, tt := range []struct{ base, proxy, says string }{
		{"unix://host/path", "", "unix:///path/of.sock"},
		{"unix://", "", "unix:///path/of.sock"},
		{"http://a,ftp://b", "", "base_url: ftp://b, want"},
		{"http://a,", "", "base_url: , want"},
		{base, "http://p:1", "proxy: set, want none with a unix: base_url"},
	} {
		if _, err := New(Config{Backend: OpenAI, BaseURL: tt.base, Proxy: tt.proxy}); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.base, err, tt.says)
		}
	}
}
