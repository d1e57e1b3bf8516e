package client

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"llmsweep/dataset"
)

// Requests go to the servers in turn, exactly: of 12 each of three gets 4.
// Connections opened ahead are shared out too, and the trace says who answered.
func TestSeveralServers(t *testing.T) {
	var servers []*rawServer
	var urls []string
	for range 3 {
		s := serveRaw(t, always(sse(good), true))
		servers, urls = append(servers, s), append(urls, s.url())
	}
	c := newClient(t, Config{BaseURL: strings.Join(urls, ", ")})
	if err := c.Open(t.Context(), 7); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{3, 2, 2} {
		waitFor(t, func() bool { return servers[i].conns.Load() == want }, "%d connections to server %d", want, i)
	}
	told := map[string]int{}
	for range 12 {
		trace := c.Do(t.Context(), request)
		if trace.Err != nil || trace.ConnectStart != 0 {
			t.Fatalf("%v, connect at %d", trace.Err, trace.ConnectStart)
		}
		told[trace.Server]++
	}
	for i, s := range servers {
		if n := s.requests.Load(); n != 4 || told[urls[i]] != 4 {
			t.Errorf("server %d got %d requests, %d by the traces; want 4", i, n, told[urls[i]])
		}
	}
	for i, u := range urls {
		before := servers[i].requests.Load()
		if _, _, err := ask(t, c, u+"/metrics", nil); err != nil || servers[i].requests.Load() != before+1 {
			t.Errorf("a page of server %d: %v", i, err)
		}
	}
}

// waitFor waits until the condition holds.
func waitFor(t *testing.T, ok func() bool, format string, args ...any) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("never "+format, args...)
}

// A session stays where its first request went, until its last one.
func TestSessionStaysOnItsServer(t *testing.T) {
	var mu sync.Mutex
	at := map[string][]int{} // servers, by session
	var urls []string
	for i := range 2 {
		s := serveRaw(t, func(c net.Conn, r *http.Request, _ []byte) bool {
			mu.Lock()
			id := r.Header.Get("X-Session-Id")
			at[id] = append(at[id], i)
			mu.Unlock()
			_, err := fmt.Fprint(c, sse(good))
			return err == nil
		})
		urls = append(urls, s.url())
	}
	c := newClient(t, Config{BaseURL: strings.Join(urls, ",")})
	for turn := range 3 {
		for _, id := range []string{"a", "b", "c"} {
			r := dataset.Request{ID: "r", Session: id, Last: turn == 2, Prompt: "hi", MaxTokens: 2}
			if trace := c.Do(t.Context(), r); trace.Err != nil {
				t.Fatal(trace.Err)
			}
		}
	}
	if got, want := fmt.Sprint(at), "map[a:[0 0 0] b:[1 1 1] c:[0 0 0]]"; got != want {
		t.Errorf("sessions were at %s, want %s", got, want)
	}
	if n := len(c.road.(*spread).sessions); n != 0 {
		t.Errorf("%d sessions are remembered after their last request", n)
	}
}

// A server that is down fails its share, and no more.
func TestSpreadOverADeadServer(t *testing.T) {
	s := serveRaw(t, always(sse(good), true))
	gone := serveRaw(t, always("", false))
	gone.Close()
	c := newClient(t, Config{BaseURL: s.url() + "," + gone.url()})
	if err := c.Open(t.Context(), 2); err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(gone.url(), "http://")) {
		t.Errorf("open: %v", err)
	}
	got := map[Class]int{}
	for range 6 {
		got[class(c.Do(t.Context(), request))]++
	}
	if got[""] != 3 || got[Connect] != 3 {
		t.Errorf("classes %v, want 3 completed and 3 connect", got)
	}
}

// A request may be for another model than the config's.
func TestModelOfARequest(t *testing.T) {
	s := serveRaw(t, always(sse(good), true))
	c := newClient(t, Config{BaseURL: s.url(), Model: "base", ExtraBody: map[string]any{"top_k": 1}})
	r := request
	r.Model = "adapter-a"
	trace := c.Do(t.Context(), r)
	c.Do(t.Context(), request)
	if trace.Err != nil || trace.Request.Model != "adapter-a" || trace.Request.Extra != nil {
		t.Errorf("%v, request %+v", trace.Err, trace.Request)
	}
	bodies, _ := s.seen()
	for i, want := range []string{`"model":"adapter-a"`, `"model":"base"`} {
		if body := string(bodies[i]); !strings.Contains(body, want) || strings.Count(body, `"model"`) != 1 {
			t.Errorf("body %s, want %s", body, want)
		}
	}
}
