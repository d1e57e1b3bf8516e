package launch

import (
	"context"
	"fmt"
	"time"
)

const (
	// AskEvery is how often a server that is not there yet is asked again.
	AskEvery = 500 * time.Millisecond
	// AskTimeout is how long one question to a server may take.
	AskTimeout = 10 * time.Second
	// firstAsk is the pause after the first question; pauses double up to askEvery.
	firstAsk = 10 * time.Millisecond
	// noteEvery is how often a user who waits for a server is told so.
	noteEvery = 5 * time.Second
)

// await asks until the server is ready, its command has ended, or timeout is over.
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
	noted := began
	for pause := firstAsk; ; pause = min(2*pause, AskEvery) {
		err := askReady(within, s.ready)
		switch {
		case isClosed(s.exited):
			return s.died()
		case err == nil:
			return nil
		case within.Err() == nil:
			answer = err
		}
		select {
		case <-time.After(pause):
		case <-within.Done():
			return s.notReady(ctx, timeout, answer)
		}
		if time.Since(noted) >= noteEvery {
			noted = time.Now()
			progress(fmt.Sprintf("waiting for %s: %.0f s, log %s", name, time.Since(began).Seconds(), s.launch.LogPath))
		}
	}
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
