package simserver

import "time"

// timerSlop is how late a Go timer may fire: the netpoller counts in whole
// milliseconds.
const timerSlop = 1500 * time.Microsecond

// sleepUntil sleeps by a Go timer until timerSlop before deadline, and the rest
// precisely; false when stop came first.
func sleepUntil(deadline time.Time, stop <-chan struct{}) bool {
	if coarse := time.Until(deadline) - timerSlop; coarse > 0 {
		t := time.NewTimer(coarse)
		defer t.Stop()
		select {
		case <-t.C:
		case <-stop:
			return false
		}
	}
	sleepPrecisely(deadline)
	select {
	case <-stop:
		return false
	default:
		return true
	}
}
