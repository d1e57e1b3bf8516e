package simserver

import "time"

// An alarm lets one goroutine sleep until an instant, and others end that sleep.
// wait returns false once the alarm has been stopped; it may return early.
type alarm interface {
	wait(until time.Time) bool // the zero time = until rung
	ring()
	stop()
}

// newAlarm is the most precise alarm that the system has.
func newAlarm() alarm {
	if a := systemAlarm(); a != nil {
		return a
	}
	return &timerAlarm{bell: make(chan struct{}, 1), stopped: make(chan struct{})}
}

// timerAlarm sleeps by Go's timers, which may be 1 ms late.
type timerAlarm struct {
	bell    chan struct{}
	stopped chan struct{}
}

func (a *timerAlarm) wait(until time.Time) bool {
	var fired <-chan time.Time
	if !until.IsZero() {
		t := time.NewTimer(time.Until(until))
		defer t.Stop()
		fired = t.C
	}
	select {
	case <-fired:
	case <-a.bell:
	case <-a.stopped:
		return false
	}
	return true
}

func (a *timerAlarm) ring() {
	select {
	case a.bell <- struct{}{}:
	default: // it rings already
	}
}

func (a *timerAlarm) stop() { close(a.stopped) }
