package loadgen

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// On the real clock a wait never ends early; how late it ends is the machine's.
func TestWaitIsNeverEarly(t *testing.T) {
	for _, d := range []time.Duration{-time.Second, 0, time.Microsecond, 100 * time.Microsecond, 700 * time.Microsecond, 3 * ms} {
		due := time.Now().Add(d)
		if err := WaitUntil(t.Context(), due); err != nil {
			t.Error(err)
		}
		if early := time.Until(due); early > 0 {
			t.Errorf("a wait of %v ended %v early", d, early)
		}
	}
}

func TestWaitOnAFakeClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, d := range []time.Duration{0, time.Microsecond, 500 * time.Microsecond, ms, time.Hour} {
			due := time.Now().Add(d)
			if err := WaitUntil(t.Context(), due); err != nil || !time.Now().Equal(due) {
				t.Errorf("a wait of %v ended %v after it was due, error %v", d, time.Since(due), err)
			}
		}
	})
}

func TestWaitEndsWithContext(t *testing.T) {
	for _, due := range []time.Duration{-time.Second, time.Microsecond, ms, time.Hour} {
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("stop")
		cancel(stop)
		if err := WaitUntil(ctx, time.Now().Add(due)); due != time.Microsecond && !errors.Is(err, stop) {
			t.Errorf("due in %v: error %v, want the context's cause", due, err)
		}
	}
}
