//go:build unix

package sweep

import (
	"os/exec"
	"syscall"
)

// detach puts a child in a process group of its own, so that a Ctrl-C at the
// terminal reaches this process alone, which then ends the child in order.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
