package sweep

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// An after hook outlives an interruption by its grace, and no longer; without one
// it has no limit.
func TestOrGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		longer, done := orGrace(ctx, 30*time.Second)
		defer done()
		time.Sleep(time.Hour)
		if longer.Err() != nil {
			t.Fatal("it ended without an interruption")
		}
		interrupt()
		time.Sleep(30*time.Second - time.Nanosecond)
		synctest.Wait()
		if longer.Err() != nil {
			t.Error("it ended within its grace")
		}
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		if err := context.Cause(longer); err == nil || err.Error() != "ended 30s after the interruption" {
			t.Errorf("cause %v, want the end of the grace", err)
		}
	})
}
