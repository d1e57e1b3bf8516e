package launch

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"llmsweep/client"
	"llmsweep/sweep/wording"
)

const (
	// AskEvery is how often a server that is not there yet is asked again.
	AskEvery = 500 * time.Millisecond
	// AskTimeout is how long one question to a server may take.
	AskTimeout = 10 * time.Second
	// firstAsk is the pause after the first question; pauses double up to askEvery.
	firstAsk = 10 * time.Millisecond
	// firstNote is when a user who waits for a server is first told so; pauses double
	// up to mostNote.
	firstNote, mostNote = 5 * time.Second, time.Minute
	// mostHeard is how many characters of a server's words a note has.
	mostHeard = 120
)

// await asks until the server is ready, its command has ended, its answer is one that
// waiting does not change, or timeout is over.
func (s *Server) await(ctx context.Context, timeout time.Duration, progress func(string)) error {
	within, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	go func() { // a question under way ends with the server
		select {
		case <-s.exited:
			cancel()
		case <-within.Done():
		}
	}()
	name, began := s.launch.Name, time.Now()
	progress(fmt.Sprintf("waiting up to %s for %s, log %s", timeout, name, s.launch.LogPath))
	var answer error // of the last question that was not cut short
	var notes Notes
	for pause := firstAsk; ; pause = min(2*pause, AskEvery) {
		err := askReady(within, s.ready)
		switch {
		case isClosed(s.exited):
			return s.died()
		case err == nil:
			return nil
		case client.IsFinal(err):
			return fmt.Errorf("server %s answers, and can never be ready so: %w; its log is %s", name, err, s.launch.LogPath)
		case within.Err() == nil:
			answer = err
		}
		select {
		case <-time.After(pause):
		case <-within.Done():
			return s.notReady(ctx, timeout, answer)
		}
		if waited := time.Since(began); notes.Due(waited) {
			heard := s.Tail(1)
			if heard == "" && answer != nil {
				heard = answer.Error()
			}
			progress(WaitText(name, waited, timeout, heard))
		}
	}
}

// Notes is when one who waits is told so: seldom enough that an hour of loading is no
// wall of lines. The zero value has told nothing.
type Notes struct{ last, pause time.Duration }

// Due reports whether the next note is due after so long a wait.
func (n *Notes) Due(waited time.Duration) bool {
	if waited < n.last+cmp.Or(n.pause, firstNote) {
		return false
	}
	n.last, n.pause = waited, min(2*cmp.Or(n.pause, firstNote), mostNote)
	return true
}

// WaitText is a note on a server that is waited for, and the last that was heard of
// it; "" = nothing was.
func WaitText(name string, waited, most time.Duration, heard string) string {
	text := fmt.Sprintf("waiting for %s: %s of %s", name, waited.Round(time.Second), most)
	heard = wording.OneLine(heard)
	if runes := []rune(heard); len(runes) > mostHeard {
		heard = string(runes[:mostHeard-1]) + "…"
	}
	if heard != "" {
		text += "; last: " + heard
	}
	return text
}

// notReady is why the waiting ended: the command's end, the caller's, or the
// timeout's.
func (s *Server) notReady(ctx context.Context, timeout time.Duration, answer error) error {
	switch {
	case isClosed(s.exited):
		return s.died()
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case answer == nil:
		answer = fmt.Errorf("it did not answer")
	}
	return fmt.Errorf("server %s was not ready within %s: %w; see its log, or raise ready_timeout; %s", s.launch.Name, timeout, answer, s.LastWords())
}

// askReady asks once, and waits no longer than askTimeout for the answer.
func askReady(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, AskTimeout)
	defer cancel()
	return ready(ctx)
}
