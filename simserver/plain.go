package simserver

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

// plainAnswer is what /sim/plain answers: as many bytes as a short chat answer.
var plainAnswer = func() []byte {
	b := make([]byte, 640)
	for i := range b {
		b[i] = "0123456789abcdef"[i%16]
	}
	return b
}()

// plain is a page without an engine behind it, for measuring load generators: it
// answers GET and POST with 640 fixed bytes, ?delay=50ms after the request, no
// matter how many there are.
func (s *Server) plain(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, r.Body, maxBody)); err != nil {
			badRequest("body", "the body could not be read: it is longer than %d bytes, or was cut", maxBody).write(w)
			return
		}
	}
	if r.URL.RawQuery != "" {
		text := r.URL.Query().Get("delay")
		delay, err := time.ParseDuration(text)
		if err != nil || delay < 0 {
			badRequest("delay", "delay=%s, want a duration such as 50ms", text).write(w)
			return
		}
		select {
		case <-time.After(delay):
		case <-s.closing:
			return
		}
	}
	h := w.Header()
	h["Content-Type"] = plainType
	h["Content-Length"] = plainLength
	_, _ = w.Write(plainAnswer) // a reader that is gone needs none
}

var (
	plainType   = []string{"text/plain"}
	plainLength = []string{strconv.Itoa(len(plainAnswer))}
)
