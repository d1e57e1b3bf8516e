//go:build !unix

package selftest

import "math"

// cpuSeconds is the user and system time of this process; NaN = not known.
func cpuSeconds() float64 { return math.NaN() }
