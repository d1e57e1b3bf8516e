//go:build !linux

package launch

import (
	"errors"
	"os"
	"os/exec"
)

// identify is a process that was just started. There is no /proc here, so a later
// run cannot tell it from a stranger with its number.
func identify(pid int) (process, error) { return process{PID: pid}, nil }

func bootID() string { return "" }

// members is the group's leader as long as one of the group still runs.
func (p process) members() []int {
	if p.PID <= 1 || errors.Is(signalGroup(p.PID, 0), os.ErrProcessDone) {
		return nil
	}
	return []int{p.PID}
}

// listener cannot be told here.
func listener(int) (pid int, name string) { return 0, "" }

// dieWithUs does nothing where the kernel does not offer it.
func dieWithUs(*exec.Cmd) {}
