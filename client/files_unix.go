//go:build unix

package client

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// RaiseFileLimit raises the soft limit on open files to the hard one, and
// returns what holds now: each connection takes one.
func RaiseFileLimit() (uint64, error) {
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
		return 0, fmt.Errorf("limit on open files: %w", err)
	}
	if l.Cur < l.Max {
		soft := l.Cur
		l.Cur = l.Max
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &l); err != nil {
			return uint64(soft), fmt.Errorf("limit on open files: %w; raise it by ulimit -n", err)
		}
	}
	return uint64(l.Cur), nil
}
