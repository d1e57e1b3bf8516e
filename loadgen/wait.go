package loadgen

import (
	"context"
	"runtime"
	"time"
)

// How the last stretch before a send is waited for. A timer of the Go runtime is
// up to 1 ms late when the process is idle (it waits in whole ms), a nap in the
// kernel up to about 0.1 ms; the rest is spun, and gives way to other goroutines.
// On two shared cores half of the sends at 50/s were 45 µs late so, and 640 µs by
// a timer alone (BenchmarkSendLag); the price is some 0.1 ms of CPU a send.
const (
	timerLate = 1200 * time.Microsecond
	napLate   = 120 * time.Microsecond
	naps      = 4      // a signal can end one early
	spins     = 20_000 // far more than napLate holds; see WaitUntil
)

// WaitUntil returns at due, within some µs on an idle machine, or at once when
// due is past; it returns the context's cause if that ends first. It takes some
// 0.1 ms of CPU.
//
// Naps and spins are bounded by number, and a timer ends the wait in any case.
// So it ends at due under a fake clock too, which stands still while a goroutine
// naps or spins.
func WaitUntil(ctx context.Context, due time.Time) error {
	left := time.Until(due)
	if left > timerLate {
		if err := sleep(ctx, left-timerLate); err != nil {
			return err
		}
		left = time.Until(due)
	}
	for i := 0; i < naps && left > napLate; i++ {
		nap(left - napLate)
		left = time.Until(due)
	}
	for i := 0; i < spins && left > 0; i++ {
		runtime.Gosched()
		left = time.Until(due)
	}
	return sleep(ctx, left)
}

// sleep waits for d by a timer, and returns the context's cause if that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
