//go:build !linux

package loadgen

import "time"

// nap sleeps by the runtime's timer, the finest that is at hand here.
func nap(d time.Duration) { time.Sleep(d) }
