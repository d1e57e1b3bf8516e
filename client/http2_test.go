package client

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// serveH2C starts a server of HTTP/2 with prior knowledge, and of nothing else.
func serveH2C(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// Which version of HTTP each protocol comes to, as the server sees it.
func TestProtocol(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	h := func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Proto)
		mu.Unlock()
		streamer(w, r)
	}
	a := newAuthority(t)
	certs := []tls.Certificate{a.server(t, "")}
	both := serveTLS(t, &tls.Config{Certificates: certs}, true, h)
	old := serveTLS(t, &tls.Config{Certificates: certs}, false, h)
	plain := httptest.NewServer(http.HandlerFunc(h))
	defer plain.Close()
	h2c := serveH2C(t, h)

	for _, tt := range []struct {
		name, protocol, url string
		proto               string // "" = it fails, with
		says                string
	}{
		{"as ever", "", plain.URL, "HTTP/1.1", ""},
		{"as ever, TLS", HTTP1, both, "HTTP/1.1", ""},
		{"2 by ALPN", HTTP2, both, "HTTP/2.0", ""},
		{"2 by prior knowledge", HTTP2, h2c, "HTTP/2.0", ""},
		{"auto by ALPN", Auto, both, "HTTP/2.0", ""},
		{"auto, not offered", Auto, old, "HTTP/1.1", ""},
		{"auto without TLS", Auto, plain.URL, "HTTP/1.1", ""},
		{"2 where TLS does not offer it", HTTP2, old, "", "set protocol: "},
		{"2 of a server without", HTTP2, plain.URL, "", "set protocol: http1"},
	} {
		mu.Lock()
		seen = nil
		mu.Unlock()
		c := newClient(t, Config{BaseURL: tt.url, Protocol: tt.protocol, TLS: TLSOptions{CA: a.file}})
		trace := c.Do(t.Context(), request)
		if tt.proto == "" {
			if err := c.Ready(t.Context()); tt.url == plain.URL && (err == nil || !strings.Contains(err.Error(), tt.says)) {
				t.Errorf("%s: ready: %v, want %q", tt.name, err, tt.says)
			}
			if trace.Err == nil || !strings.Contains(trace.Err.Error(), tt.says) {
				t.Errorf("%s: %v, want %q", tt.name, trace.Err, tt.says)
			}
			continue
		}
		if trace.Err != nil || len(trace.Arrivals) != 2 || trace.Usage == nil || trace.Connected == 0 || trace.Sent < trace.Connected || trace.Headers < trace.Sent {
			t.Errorf("%s: %v, %d arrivals, usage %v, connected %d, sent %d, headers %d", tt.name, trace.Err, len(trace.Arrivals), trace.Usage, trace.Connected, trace.Sent, trace.Headers)
		}
		if _, err := c.Models(t.Context()); err != nil {
			t.Errorf("%s, models: %v", tt.name, err)
		}
		mu.Lock()
		if len(seen) != 2 || seen[0] != tt.proto {
			t.Errorf("%s: the server saw %v, want %s", tt.name, seen, tt.proto)
		}
		mu.Unlock()
		notes := strings.Join(c.Notes(), "\n")
		if byNetHTTP := tt.protocol == HTTP2 || tt.protocol == Auto && tt.url != plain.URL; strings.Contains(notes, "by "+tt.proto+" and net/http") != byNetHTTP {
			t.Errorf("%s: notes %q", tt.name, notes)
		}
	}
}

// Requests by HTTP/2 share a connection, and each has its own answer.
func TestHTTP2Shares(t *testing.T) {
	var mu sync.Mutex
	peers := map[string]int{}
	c := newClient(t, Config{Protocol: HTTP2, BaseURL: serveH2C(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		peers[r.RemoteAddr]++
		mu.Unlock()
		streamer(w, r)
	})})
	if first := c.Do(t.Context(), request); first.Err != nil {
		t.Fatal(first.Err)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if trace := c.Do(t.Context(), request); trace.Err != nil || trace.ConnectStart != 0 || len(trace.Arrivals) != 2 {
				t.Errorf("%v, connect at %d, %d arrivals", trace.Err, trace.ConnectStart, len(trace.Arrivals))
			}
		})
	}
	all.Wait()
	if len(peers) != 1 {
		t.Errorf("connections %v, want one for 21 requests", peers)
	}
}
