package launch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
)

// By hand: questions after 0, 10, 20, 40 … 320 ms and then every 500 ms, so the first
// one past 5 s is at 5.13 s; then 10 s after that, 20 s, 40 s, and 60 s.
func TestAwaitNotes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{launch: &Entry{Name: "TP2", LogPath: "TP2.log"}, done: make(chan struct{}), exited: make(chan struct{})}
		began := time.Now()
		s.ready = func(context.Context) error {
			if time.Since(began) < 140*time.Second {
				return errors.New("status 503: loading")
			}
			return nil
		}
		var notes []string
		if err := s.await(t.Context(), 5*time.Minute, func(text string) { notes = append(notes, text) }); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"waiting up to 5m0s for TP2, log TP2.log",
			"waiting for TP2: 5s of 5m0s; last: status 503: loading",
			"waiting for TP2: 15s of 5m0s; last: status 503: loading",
			"waiting for TP2: 35s of 5m0s; last: status 503: loading",
			"waiting for TP2: 1m15s of 5m0s; last: status 503: loading",
			"waiting for TP2: 2m15s of 5m0s; last: status 503: loading",
		}
		if !slices.Equal(notes, want) {
			t.Errorf("notes %q, want %q", notes, want)
		}
	})
}

// A server that takes the question and never answers is asked again after 10 s;
// what is told in the end is what it last said.
func TestAwaitASilentServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{launch: &Entry{Name: "TP2", LogPath: "none.log"}, done: make(chan struct{}), exited: make(chan struct{})}
		asked := 0
		s.ready = func(ctx context.Context) error {
			asked++
			<-ctx.Done()
			return errors.New("no answer")
		}
		err := s.await(t.Context(), 25*time.Second, func(string) {})
		if asked != 3 || err == nil || !strings.HasPrefix(err.Error(), "server TP2 was not ready within 25s: no answer; see its log, or raise ready_timeout; it wrote nothing") {
			t.Errorf("asked %d times, %v; want 3 questions of 10 s", asked, err)
		}
	})
}

// An answer that waiting does not change ends it; one that may pass does not.
func TestAwaitEndsAtWhatIsFinal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{launch: &Entry{Name: "TP2", LogPath: "none.log"}, done: make(chan struct{}), exited: make(chan struct{})}
		asked, began := 0, time.Now()
		s.ready = func(context.Context) error {
			if asked++; asked < 3 {
				return syscall.ECONNREFUSED
			}
			return fmt.Errorf("https://h: %w", &client.FinalError{Err: errors.New("unknown authority; tls.ca")})
		}
		err := s.await(t.Context(), time.Hour, func(string) {})
		const want = "server TP2 answers, and can never be ready so: https://h: unknown authority; tls.ca; its log is none.log"
		if err == nil || err.Error() != want || asked != 3 || time.Since(began) != 30*time.Millisecond {
			t.Errorf("asked %d times in %s, %v; want %s, by the third question, 10 and 20 ms after the others", asked, time.Since(began), err, want)
		}
	})
}
