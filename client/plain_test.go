package client

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// ask posts body to u by c.HTTP and returns the answer's status and text.
func ask(t *testing.T, c *Client, u string, body []byte) (status int, said string, err error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.HTTP(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(b), err
}

// A plain request has the client's headers and key, and its connection is used
// again.
func TestHTTP(t *testing.T) {
	s := serveRaw(t, func(c net.Conn, r *http.Request, body []byte) bool {
		said := fmt.Sprint(r.Method, " ", r.URL.Path, " ", len(body))
		status := "200 OK"
		if r.URL.Path == "/refuse" {
			status, said = "401 Unauthorized", "bad key "+r.Header.Get("Authorization")
		}
		_, err := fmt.Fprintf(c, "HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s", status, len(said), said)
		return err == nil
	})
	c := newClient(t, Config{BaseURL: s.url() + "/v1", APIKey: "sk-abc", Headers: map[string]string{"X-Team": "a"}})
	for _, tt := range []struct {
		path   string
		size   int
		status int
		said   string
	}{
		{"/tokenize", 2, 200, "POST /tokenize 2"},
		{"/tokenize", 5 << 20, 200, "POST /tokenize 5242880"},
		{"/refuse", 2, 401, "bad key Bearer [secret]"},
		{"/tokenize", 0, 200, "POST /tokenize 0"},
	} {
		status, said, err := ask(t, c, s.url()+tt.path, bytes.Repeat([]byte("a"), tt.size))
		if status != tt.status || said != tt.said || err != nil {
			t.Errorf("%s, %d bytes: %d %q, %v; want %d %q", tt.path, tt.size, status, said, err, tt.status, tt.said)
		}
	}
	h := s.headers()[0]
	if h.Get("Authorization") != "Bearer sk-abc" || h.Get("X-Team") != "a" || h.Get("Content-Type") != "application/json" || len(h.Values("Idempotency-Key")) > 0 {
		t.Errorf("headers %v", h)
	}
	if n := s.conns.Load(); n != 1 {
		t.Errorf("%d connections, want one", n)
	}
	other := serveRaw(t, always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true))
	if _, _, err := ask(t, c, other.url()+"/tokenize", nil); err == nil || !strings.Contains(err.Error(), "the key is shown to no other") || other.requests.Load() != 0 {
		t.Errorf("another host: %v, %d requests", err, other.requests.Load())
	}
}

// A server that closes its connections unannounced fails no plain request.
func TestHTTPOfServerThatCloses(t *testing.T) {
	s := serveRaw(t, always("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", false))
	c := newClient(t, Config{BaseURL: s.url()})
	for i := range 100 {
		if _, said, err := ask(t, c, s.url()+"/tokenize", []byte("{}")); said != "ok" || err != nil {
			t.Fatalf("request %d: %q, %v", i, said, err)
		}
	}
}

// Plain requests go by the same proxy and trust the same roots as timed ones.
func TestHTTPRoads(t *testing.T) {
	ok := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.String()) })
	proxy := httptest.NewServer(ok)
	defer proxy.Close()
	c := newClient(t, Config{BaseURL: "http://server.test", Proxy: proxy.URL})
	if _, said, err := ask(t, c, "http://server.test/tokenize", nil); said != "http://server.test/tokenize" || err != nil {
		t.Errorf("by proxy: %q, %v", said, err)
	}
	secure := httptest.NewTLSServer(ok)
	defer secure.Close()
	c = newClient(t, Config{BaseURL: secure.URL, RootCAs: secure.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs})
	if _, said, err := ask(t, c, secure.URL+"/tokenize", nil); said != "/tokenize" || err != nil {
		t.Errorf("by TLS: %q, %v", said, err)
	}
	proxy.Close()
	c = newClient(t, Config{BaseURL: proxy.URL})
	if _, _, err := ask(t, c, proxy.URL+"/tokenize", nil); err == nil || !strings.Contains(err.Error(), "start the server") {
		t.Errorf("no server: %v", err)
	}
}

func TestPromptTokens(t *testing.T) {
	for _, tt := range []struct {
		name, answer string
		want         int
		noUsage      bool
		class        Class
	}{
		{"counted", sse(good), 3, false, ""},
		{"not counted", sse(token + finish + ended), 0, true, ""},
		{"output counted alone", sse(token + finish + `data: {"choices":[],"usage":{"completion_tokens":1}}` + "\n\n"), 0, true, ""},
		{"failed", "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nhelp", 0, false, HTTP5xx},
	} {
		s := serveRaw(t, always(tt.answer, true))
		r := request
		r.MaxTokens = 1
		n, err := newClient(t, Config{BaseURL: s.url()}).PromptTokens(t.Context(), r)
		var got Class
		if e, is := errors.AsType[*Error](err); is {
			got = e.Class
		}
		if n != tt.want || errors.Is(err, ErrNoUsage) != tt.noUsage || got != tt.class || err == nil != (tt.want > 0) {
			t.Errorf("%s: %d, %v", tt.name, n, err)
		}
		if err != nil && !strings.Contains(err.Error(), s.url()+"/v1/completions") {
			t.Errorf("%s: %q does not say where", tt.name, err)
		}
	}
}
