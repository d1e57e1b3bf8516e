//go:build unix

package selftest

import (
	"math"

	"golang.org/x/sys/unix"
)

// cpuSeconds is the user and system time of this process; NaN = not known.
func cpuSeconds() float64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return math.NaN()
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
