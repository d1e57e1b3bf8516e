//go:build !unix

package sweep

import "os/exec"

// detach does nothing where there are no process groups.
func detach(*exec.Cmd) {}
