//go:build unix

package sweep

import (
	"errors"
	"os"
	"syscall"
)

// signalGroup sends sig to every process of a group; os.ErrProcessDone = there is
// none.
func signalGroup(pgid int, sig syscall.Signal) error {
	err := syscall.Kill(-pgid, sig)
	if errors.Is(err, syscall.ESRCH) {
		return os.ErrProcessDone
	}
	return err
}
