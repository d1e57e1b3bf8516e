package sweep

import (
	"os/exec"
	"syscall"
)

// dieWithUs has the kernel kill a detached child when the thread that starts it is
// gone: no kill of this process leaves the child behind.
func dieWithUs(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL }
