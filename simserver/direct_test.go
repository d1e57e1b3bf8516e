package simserver

import (
	"net/http/httptest"
	"regexp"
	"testing"
	"time"
)

func TestAppendChunk(t *testing.T) {
	for _, tt := range []struct{ data, want string }{
		{"a", "1\r\na\r\n"},
		{"0123456789abcdef", "10\r\n0123456789abcdef\r\n"},
	} {
		if got := string(appendChunk([]byte("x"), []byte(tt.data))); got != "x"+tt.want {
			t.Errorf("%q: %q, want %q", tt.data, got, "x"+tt.want)
		}
	}
}

// Streams written right to the connection have the bytes of those that go through
// the ResponseWriter, and the connection is good for the next request.
func TestDirectStreamsAreTheSame(t *testing.T) {
	s, direct := start(t, Config{Seed: 3})
	through := httptest.NewServer(s)
	defer through.Close()
	created := regexp.MustCompile(`"created":\d+`)
	for _, body := range []string{
		`{"prompt":"a","max_tokens":9,"ignore_eos":true,"stream":true,"seed":5}`,
		`{"messages":[{"role":"user","content":"a"}],"max_tokens":9,"ignore_eos":true,"stream":true,"seed":5,"stream_options":{"include_usage":true}}`,
		`{"prompt":"a","max_tokens":1,"stream":true,"seed":5}`,
	} {
		path := "/v1/completions"
		if body[2] == 'm' {
			path = "/v1/chat/completions"
		}
		want := created.ReplaceAllString(must(t, through.URL+path, "r", body), "")
		if got := created.ReplaceAllString(must(t, direct+path, "r", body), ""); got != want || len(events(got)) < 2 {
			t.Errorf("%s:\n%s\nwant\n%s", body, got, want)
		}
	}
}

// An alarm ends its sleep at its time, when rung (also before the sleep began),
// and when stopped.
func TestAlarm(t *testing.T) {
	for name, a := range map[string]alarm{
		"system": newAlarm(),
		"timer":  &timerAlarm{bell: make(chan struct{}, 1), stopped: make(chan struct{})},
	} {
		until := time.Now().Add(5 * time.Millisecond)
		for time.Now().Before(until) {
			if !a.wait(until) {
				t.Fatalf("%s: stopped before its time", name)
			}
		}
		a.ring()
		if !a.wait(time.Time{}) || !a.wait(time.Now().Add(-time.Second)) {
			t.Errorf("%s: a rung alarm, or one in the past, is as good as stopped", name)
		}
		go a.ring()
		if !a.wait(time.Now().Add(time.Hour)) {
			t.Errorf("%s: rung, and stopped", name)
		}
		go a.stop()
		if a.wait(time.Now().Add(time.Hour)) || a.wait(time.Time{}) {
			t.Errorf("%s: stopped, and goes on", name)
		}
	}
}
