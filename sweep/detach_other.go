//go:build !unix

package sweep

import (
	"os"
	"os/exec"
)

// detach does nothing where there are no process groups.
func detach(*exec.Cmd) {}

// signalGroup kills the child alone where there are no process groups.
func signalGroup(p *os.Process, _ bool) error { return p.Kill() }
