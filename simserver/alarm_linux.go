package simserver

import (
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// fdAlarm sleeps on a timerfd in the runtime's poller: precise to some 10 µs, and
// unlike nanosleep it leaves the processor to other goroutines, also where there
// is but one.
type fdAlarm struct {
	file  *os.File
	fd    int
	mu    sync.Mutex
	rung  bool // since the last wait ended
	ended bool
	buf   [8]byte
}

// systemAlarm is a timerfd, or nil where there is none to be had.
func systemAlarm() alarm {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil
	}
	return &fdAlarm{file: os.NewFile(uintptr(fd), "timerfd"), fd: fd}
}

func (a *fdAlarm) wait(until time.Time) bool {
	var in time.Duration // 0 = disarmed
	if !until.IsZero() {
		in = max(time.Until(until), 1)
	}
	if !a.arm(in) {
		return false
	}
	if _, err := a.file.Read(a.buf[:]); err != nil {
		return false // closed by stop
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rung = false
	return !a.ended
}

func (a *fdAlarm) ring() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.rung = true
	if !a.ended {
		a.set(1)
	}
}

// arm sets the timer unless the alarm rings already; false = stopped.
func (a *fdAlarm) arm(in time.Duration) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended && !a.rung {
		a.set(in)
	}
	return !a.ended
}

func (a *fdAlarm) set(in time.Duration) {
	spec := unix.ItimerSpec{Value: unix.NsecToTimespec(int64(in))}
	_ = unix.TimerfdSettime(a.fd, 0, &spec, nil) // fails only for bad arguments
}

func (a *fdAlarm) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.ended {
		a.ended = true
		_ = a.file.Close()
	}
}
