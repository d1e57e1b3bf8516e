package simserver

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// The plain page takes GET and POST, waits as it is asked to, and has one length.
func TestPlain(t *testing.T) {
	_, url := start(t, Config{Preset: "fast"})
	for _, c := range []struct {
		method, query string
		least         time.Duration
		status        int
	}{
		{"GET", "", 0, 200}, {"POST", "", 0, 200}, {"POST", "?delay=30ms", 30 * time.Millisecond, 200}, {"GET", "?delay=soon", 0, 400}, {"GET", "?delay=-1s", 0, 400},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, url+"/sim/plain"+c.query, strings.NewReader("body"))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != c.status || time.Since(began) < c.least || c.status == 200 && len(body) != 640 {
			t.Errorf("%s %s: status %d after %v, %d bytes, %v; want %d after %v", c.method, c.query, resp.StatusCode, time.Since(began), len(body), err, c.status, c.least)
		}
	}
}
