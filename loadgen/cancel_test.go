package loadgen

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
)

func TestCancelLeavesEveryTrace(t *testing.T) {
	full := errors.New("disk full")
	for _, tt := range []struct {
		name  string
		pacer Pacer
		stop  func(cancel context.CancelCauseFunc, n int) error // called with each trace
	}{
		{"context, closed loop", nil, func(cancel context.CancelCauseFunc, n int) error {
			if n == 5 {
				cancel(full)
			}
			return nil
		}},
		{"context, open loop", Constant{Rate: 100, N: 1000}, func(cancel context.CancelCauseFunc, n int) error {
			if n == 5 {
				cancel(full)
			}
			return nil
		}},
		{"emit", nil, func(_ context.CancelCauseFunc, n int) error {
			if n >= 5 {
				return fmt.Errorf("%w", full) // again and again: it is still given every trace
			}
			return nil
		}},
	} {
		synctest.Test(t, func(t *testing.T) { // fails if a goroutine is left behind
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			s := &server{epoch: time.Now(), after: func(r dataset.Request) time.Duration {
				if r.ID == "r0" {
					return time.Hour // in flight when the load is stopped
				}
				return time.Second
			}}
			n, cancelled := 0, 0
			err := Run(ctx, s, Plan{
				Measured: Phase{Source: singles{"r", 1000}, Requests: 1000, Pacer: tt.pacer}, MaxConcurrency: 4, Epoch: s.epoch,
			}, func(tr client.Trace) error {
				n++
				if tr.Err != nil && errors.Is(tr.Err, full) {
					cancelled++
				}
				return tt.stop(cancel, n)
			})
			if !errors.Is(err, full) {
				t.Errorf("%s: error %v, want %v", tt.name, err, full)
			}
			if n != len(s.order) || s.inFlight.Load() != 0 || n >= 20 {
				t.Errorf("%s: %d traces of %d requests sent, %d still in flight", tt.name, n, len(s.order), s.inFlight.Load())
			}
			if cancelled == 0 {
				t.Errorf("%s: no request in flight was cancelled", tt.name)
			}
		})
	}
}

func TestCancelEndsThinkingAndWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, plan := range map[string]Plan{
			"thinking":         {Measured: Phase{Source: chats{n: 1, turns: 2, think: time.Hour}}, MaxConcurrency: 1},
			"waiting for due":  {Measured: Phase{Source: singles{"r", 1}, Pacer: Constant{Rate: 1e-3, N: 1}}},
			"waiting for slot": {Measured: Phase{Source: singles{"r", 2}}, MaxConcurrency: 1},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			began := time.Now()
			s := &server{epoch: began, after: func(r dataset.Request) time.Duration {
				if name == "thinking" {
					return 0
				}
				return time.Hour
			}}
			err := Run(ctx, s, plan, func(client.Trace) error { return nil })
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
				t.Errorf("%s: error %v after %v, want the deadline's after 1m", name, err, time.Since(began))
			}
			cancel()
		}
	})
}

type broken struct{ err error }

func (b broken) Sessions() iter.Seq2[dataset.Session, error] {
	return func(yield func(dataset.Session, error) bool) {
		if yield(dataset.Single(dataset.Request{ID: "good"}), nil) {
			yield(dataset.Session{}, b.err)
		}
	}
}

func TestSourceError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := errors.New("line 7: not JSON")
		n := 0
		s := &server{epoch: time.Now(), after: always(time.Second)}
		err := Run(t.Context(), s, Plan{Measured: Phase{Source: broken{bad}, Requests: 2}}, func(client.Trace) error { n++; return nil })
		source, ok := errors.AsType[*SourceError](err)
		if !ok || source.Phase != "load" || !errors.Is(err, bad) || err.Error() != "load: reading requests: line 7: not JSON" || n != len(s.order) {
			t.Errorf("error %v, %d traces of %d requests", err, n, len(s.order))
		}
	})
}
