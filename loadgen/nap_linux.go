package loadgen

import (
	"syscall"
	"time"
)

// nap sleeps in the kernel, on this thread: exact to its timer slack (50 µs).
func nap(d time.Duration) {
	ts := syscall.NsecToTimespec(int64(d))
	_ = syscall.Nanosleep(&ts, nil) // a signal ends it early; the caller looks at the clock
}
