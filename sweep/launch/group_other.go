//go:build !unix

package launch

import (
	"os"
	"os/exec"
	"syscall"
)

// signalGroup ends the process for any sig but 0: there are neither groups nor
// other signals. os.ErrProcessDone = there is no such process.
func signalGroup(pid int, sig syscall.Signal) error {
	p, err := os.FindProcess(pid)
	if err != nil {
		return os.ErrProcessDone
	}
	defer p.Release()
	if sig == 0 {
		return nil
	}
	return p.Kill()
}

// detach does nothing where there are no process groups.
func detach(*exec.Cmd) {}
