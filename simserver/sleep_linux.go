package simserver

import (
	"syscall"
	"time"
)

// timerSlack is how late Linux lets a sleeping thread wake by default, to save
// power: prctl(2), PR_SET_TIMERSLACK.
const timerSlack = 50 * time.Microsecond

// sleepPrecisely is nanosleep, asked to end a timer slack early. Go's preemption
// signals interrupt it, so it goes on until the time has come.
func sleepPrecisely(deadline time.Time) {
	for {
		left := time.Until(deadline) - timerSlack
		if left <= 0 {
			return
		}
		ts := syscall.NsecToTimespec(int64(left))
		_ = syscall.Nanosleep(&ts, nil) // EINTR: go round
	}
}
