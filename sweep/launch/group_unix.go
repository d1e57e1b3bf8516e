//go:build unix

package launch

import (
	"errors"
	"os"
	"os/exec"
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

// detach puts a child in a process group of its own, so that a Ctrl-C at the
// terminal reaches this process alone, which then ends the child in order.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
