package client

import (
	"fmt"
	"math"
	"os"
	"syscall"
)

// measureRoom raises the soft limit on open files and says what there is. What
// cannot be found out is no bound.
func measureRoom() (r room) {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) == nil {
		if limit.Cur < limit.Max {
			limit.Cur = limit.Max
			if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
				_ = syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) // it was read before
			}
		}
		r.files = int(min(limit.Cur, math.MaxInt32))
	}
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		r.inUse = len(open) - 1 // the folder itself is one of them
	}
	if b, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range"); err == nil {
		r.ports = portRange(string(b))
	}
	return r
}

// portRange is how many ports a text such as "32768	60999" spans; 0 = no range.
func portRange(text string) int {
	var low, high int
	if _, err := fmt.Sscan(text, &low, &high); err != nil || low < 1 || high < low {
		return 0
	}
	return high - low + 1
}
