package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"llmsweep/dataset"
)

// A seat is where the server saw a request: on which connection, by the client's
// port.
type seat struct {
	id, session string
	port        int
}

// seats answers each request with good and notes its seat, in order of arrival.
// closes says after which requests the connection is closed without a word.
func seats(t *testing.T, closes func(id string) bool) (*rawServer, func() []seat) {
	var mu sync.Mutex
	var seen []seat
	s := serveRaw(t, func(c net.Conn, r *http.Request, _ []byte) bool {
		mu.Lock()
		seen = append(seen, seat{r.Header.Get("X-Request-Id"), r.Header.Get("X-Session-Id"), c.RemoteAddr().(*net.TCPAddr).Port})
		mu.Unlock()
		_, err := io.WriteString(c, sse(good))
		return err == nil && (closes == nil || !closes(r.Header.Get("X-Request-Id")))
	})
	return s, func() []seat {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(seen)
	}
}

// turn is the n-th request of a session of so many.
func turn(session string, n, of int) dataset.Request {
	return dataset.Request{ID: fmt.Sprintf("%s.%d", session, n), Session: session, Last: n == of, Prompt: "hi", MaxTokens: 2}
}

// alone is a request without a session.
func alone(id string) dataset.Request { return dataset.Request{ID: id, Prompt: "hi", MaxTokens: 2} }

// One request after the other: the connections are named in the order in which
// the server saw them first.
func TestSessionsKeepTheirConnection(t *testing.T) {
	const end = "end "
	for _, tt := range []struct {
		name   string
		send   []string // session.turn of 3, "end SESSION" for EndSession, else a request without a session
		closes string   // after this request the server closes
		want   string   // connection a request
	}{
		{"others go elsewhere", []string{"a.1", "x", "a.2", "y", "b.1", "z", "a.3", "b.2"}, "", "A B A B B C A B"},
		{"anyone's after the last", []string{"a.1", "a.2", "a.3", "x", "b.1", "y"}, "", "A A A A A B"},
		{"anyone's after its end", []string{"a.1", end + "a", "x", "a.2"}, "", "A A A"},
		{"unknown end", []string{"a.1", end + "b", "x"}, "", "A B"},
		{"closed while it was kept", []string{"a.1", "a.2", "a.3"}, "a.1", "A B B"},
	} {
		s, seen := seats(t, func(id string) bool { return id == tt.closes })
		c := newClient(t, Config{BaseURL: s.url()})
		reconnects := 0
		for _, id := range tt.send {
			if session, is := strings.CutPrefix(id, end); is {
				c.EndSession(session)
				continue
			}
			r := alone(id)
			if session, n, is := strings.Cut(id, "."); is {
				r = turn(session, int(n[0]-'0'), 3)
			}
			got := c.Do(t.Context(), r)
			if got.Err != nil {
				t.Fatalf("%s: request %s: %v", tt.name, id, got.Err)
			}
			reconnects += got.Reconnects
		}
		var ports []int
		var conns []string
		for _, at := range seen() {
			if !slices.Contains(ports, at.port) {
				ports = append(ports, at.port)
			}
			conns = append(conns, string(rune('A'+slices.Index(ports, at.port))))
		}
		wantReconnects := 0
		if tt.closes != "" {
			wantReconnects = 1
		}
		if got := strings.Join(conns, " "); got != tt.want || reconnects != wantReconnects {
			t.Errorf("%s: connections %s, %d reconnects; want %s, %d", tt.name, got, reconnects, tt.want, wantReconnects)
		}
	}
}

// Close ends a connection that is kept for a session, too.
func TestCloseEndsKeptConnections(t *testing.T) {
	s, _ := seats(t, nil)
	c := newClient(t, Config{BaseURL: s.url()})
	if got := c.Do(t.Context(), turn("a", 1, 2)); got.Err != nil {
		t.Fatal(got.Err)
	}
	kept := c.road.(*fast).kept["a"]
	c.Close()
	if err := kept.SetDeadline(time.Time{}); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the connection is open after Close (%v)", err)
	}
}

// Many sessions at once, with pauses between their turns and other requests all
// the while: each has one connection, and nobody else's request goes by it from
// its first turn to its last.
func TestSessionsAmongOtherRequests(t *testing.T) {
	const sessions, turns = 8, 5
	s, seen := seats(t, nil)
	c := newClient(t, Config{BaseURL: s.url()})
	if err := c.Open(t.Context(), sessions); err != nil {
		t.Fatal(err)
	}
	do := func(r dataset.Request) {
		if got := c.Do(t.Context(), r); got.Err != nil || got.Reconnects != 0 {
			t.Errorf("request %s: %v, %d reconnects", r.ID, got.Err, got.Reconnects)
		}
	}
	var wg sync.WaitGroup
	for i := range sessions {
		wg.Go(func() {
			for n := range turns {
				do(turn(fmt.Sprint("s", i), n+1, turns))
				time.Sleep(time.Duration(i+1) * time.Millisecond)
			}
		})
		wg.Go(func() {
			for n := range 4 * turns {
				do(alone(fmt.Sprint("x", i, ".", n)))
				time.Sleep(time.Millisecond)
			}
		})
	}
	wg.Wait()
	all := seen()
	if len(all) != sessions*5*turns {
		t.Fatalf("%d requests seen, want %d", len(all), sessions*5*turns)
	}
	for i := range sessions {
		id := fmt.Sprint("s", i)
		first := slices.IndexFunc(all, func(at seat) bool { return at.session == id })
		left := turns
		for _, at := range all[first:] {
			if mine := at.session == id; mine != (at.port == all[first].port) {
				t.Errorf("session %s has port %d; request %s went by %d", id, all[first].port, at.id, at.port)
			} else if mine {
				if left--; left == 0 {
					break // the connection is anyone's now
				}
			}
		}
		if left != 0 {
			t.Errorf("session %s: %d turns not seen", id, left)
		}
	}
}

// The session's id goes as a header, and only with requests that have one.
func TestSessionHeader(t *testing.T) {
	const name = "X-Session-Id"
	for _, tt := range []struct {
		name    string
		cfg     Config
		session string
		header  string
		want    []string
	}{
		{"default", Config{}, "s1", name, []string{"s1"}},
		{"none", Config{}, "", name, nil},
		{"own name", Config{SessionHeader: "x-affinity"}, "s1", "X-Affinity", []string{"s1"}},
		{"own name alone", Config{SessionHeader: "x-affinity"}, "s1", name, nil},
		{"fixed by the config", Config{Headers: map[string]string{"x-session-id": "all"}}, "s1", name, []string{"all"}},
		{"fixed, without a session", Config{Headers: map[string]string{"x-session-id": "all"}}, "", name, []string{"all"}},
		{"no header value", Config{}, "s\r\n1", name, nil},
	} {
		for _, road := range []string{"direct", "proxy"} {
			s := serveRaw(t, always(sse(good), true))
			cfg := tt.cfg
			cfg.BaseURL = s.url()
			if road == "proxy" {
				cfg.BaseURL, cfg.Proxy = "http://server.test", s.url()
			}
			got := newClient(t, cfg).Do(t.Context(), dataset.Request{ID: "r", Session: tt.session, Prompt: "hi", MaxTokens: 2})
			heads := s.headers()
			if got.Err != nil || len(heads) != 1 || !slices.Equal(heads[0].Values(tt.header), tt.want) {
				t.Errorf("%s, %s: %v, headers %v; want %s %q", tt.name, road, got.Err, heads, tt.header, tt.want)
			}
		}
	}
	for _, bad := range []string{"a b", "Host", "content-length", "x-request-id"} {
		_, err := New(Config{Backend: OpenAI, BaseURL: "http://h", SessionHeader: bad})
		if err == nil || !strings.Contains(err.Error(), "session_header: "+bad) {
			t.Errorf("session header %q: %v", bad, err)
		}
	}
}

// Below TLS, too, a long request arrives whole and on its session's connection.
func TestSessionOverTLS(t *testing.T) {
	var mu sync.Mutex
	ports := map[string]bool{}
	var prompts []int // bytes
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ Prompt string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		mu.Lock()
		prompts = append(prompts, len(body.Prompt))
		ports[r.RemoteAddr] = true
		mu.Unlock()
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, good)
	}))
	defer s.Close()
	c := newClient(t, Config{BaseURL: s.URL, RootCAs: s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs})
	sizes := []int{1, joined, 1 << 20}
	for n, size := range sizes {
		r := turn("a", n, 3)
		r.Prompt = strings.Repeat("a", size)
		if got := c.Do(t.Context(), r); got.Err != nil {
			t.Fatal(got.Err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(ports) != 1 || !slices.Equal(prompts, sizes) {
		t.Errorf("connections %v, prompts of %v bytes; want one, %v", ports, prompts, sizes)
	}
}
