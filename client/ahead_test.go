package client

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Connections are there before the first request on net/http's roads too: n of
// HTTP/1.1, each another one, and one of HTTP/2.
func TestOpenByNetHTTP(t *testing.T) {
	const n = 70 // more than are opened at once
	var mu sync.Mutex
	var peers map[string]int
	heads := 0
	h := func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		if peers[r.RemoteAddr]++; r.Method == http.MethodHead {
			heads++
			if r.URL.Path != "/health" || r.Header.Get("Authorization") != "Bearer k3y" {
				t.Errorf("%s %s, %v", r.Method, r.URL, r.Header)
			}
		}
		mu.Unlock()
		if r.Method == http.MethodHead {
			w.WriteHeader(http.StatusMethodNotAllowed)
			return
		}
		streamer(w, r)
	}
	proxy := httptest.NewServer(http.HandlerFunc(h))
	defer proxy.Close()
	for _, tt := range []struct {
		name         string
		cfg          Config
		conns, heads int
	}{
		{"proxy", Config{BaseURL: "http://server.test", Proxy: proxy.URL}, n, n + 1},
		{"HTTP/2", Config{BaseURL: serveH2C(t, h), Protocol: HTTP2}, 1, 1},
		{"TLS, HTTP/2", Config{BaseURL: serveTLS(t, nil, true, h), Protocol: Auto, TLS: TLSOptions{Insecure: true}}, 1, 1},
		{"TLS, HTTP/1.1", Config{BaseURL: serveTLS(t, nil, false, h), Protocol: Auto, TLS: TLSOptions{Insecure: true}}, n, n + 1},
	} {
		peers, heads = map[string]int{}, 0
		tt.cfg.APIKey = "k3y"
		c := newClient(t, tt.cfg)
		if err := c.Open(t.Context(), n); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if len(peers) != tt.conns || heads != tt.heads {
			t.Errorf("%s: %d connections by %d requests, want %d by %d", tt.name, len(peers), heads, tt.conns, tt.heads)
		}
		var all sync.WaitGroup
		for range n {
			all.Go(func() {
				if got := c.Do(t.Context(), request); got.Err != nil || got.ConnectStart != 0 || got.TLSDone != 0 || got.Reconnects != 0 {
					t.Errorf("%s: %v, connect at %d, TLS at %d, %d reconnects", tt.name, got.Err, got.ConnectStart, got.TLSDone, got.Reconnects)
				}
			})
		}
		all.Wait()
		if len(peers) != tt.conns {
			t.Errorf("%s: %d connections after all, want %d", tt.name, len(peers), tt.conns)
		}
	}
}

// A server that is not there, and one that does not answer, are an error in time.
func TestOpenByNetHTTPFails(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead := "http://" + l.Addr().String()
	l.Close()
	hung := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
		_, _ = io.Copy(io.Discard, c)
		return false
	})
	for _, tt := range []struct{ proxy, says string }{
		{dead, "connection refused"},
		{hung.url(), "context deadline exceeded"},
	} {
		c := newClient(t, Config{BaseURL: "http://server.test", Proxy: tt.proxy, Timeouts: Timeouts{Connect: 500 * time.Millisecond}})
		if err := c.Open(t.Context(), 3); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%v, want %s", err, tt.says)
		}
	}
}
