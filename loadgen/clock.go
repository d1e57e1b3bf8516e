package loadgen

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A clock ends a phase when its time is up.
type clock struct {
	ctx    context.Context // over, by ErrTimeUp, once the time is up
	cancel context.CancelCauseFunc
	length time.Duration // 0 = no limit
	begun  sync.Once
	timer  *time.Timer // nil = not started
}

func newClock(ctx context.Context, length time.Duration) *clock {
	c := &clock{length: length}
	c.ctx, c.cancel = context.WithCancelCause(ctx)
	return c
}

// start lets the time count from an instant, the first time it is called by any
// lane.
func (c *clock) start(from time.Time) {
	c.begun.Do(func() {
		if c.length > 0 {
			c.timer = time.AfterFunc(time.Until(from.Add(c.length)), func() { c.cancel(ErrTimeUp) })
		}
	})
}

func (c *clock) up() bool { return errors.Is(context.Cause(c.ctx), ErrTimeUp) }

// over is what ended a wait, but nil where that was the time being up.
func (c *clock) over(err error) error {
	if errors.Is(err, ErrTimeUp) {
		return nil
	}
	return err
}

// stop frees what the clock holds; what still runs under ctx is cancelled.
func (c *clock) stop() {
	if c.timer != nil {
		c.timer.Stop()
	}
	c.cancel(nil)
}
