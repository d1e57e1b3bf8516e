//go:build unix

package sweep

import (
	"os"
	"os/exec"
	"syscall"
)

// detach puts a child in a process group of its own, so that a Ctrl-C at the
// terminal reaches this process alone, which then ends the child in order.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// signalGroup ends a detached child with all that it started: asked to, or killed.
func signalGroup(p *os.Process, kill bool) error {
	if kill {
		return syscall.Kill(-p.Pid, syscall.SIGKILL)
	}
	return syscall.Kill(-p.Pid, syscall.SIGTERM)
}
