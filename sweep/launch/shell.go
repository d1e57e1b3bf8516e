package launch

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// shellGrace is how long a command's processes have between SIGTERM and SIGKILL.
const shellGrace = 2 * time.Second

// A Shell is a command of the config's, its variables expanded, for `sh -c`.
type Shell struct {
	Text   string
	Env    []string // NAME=value, beside this process's own
	Output *os.File // takes what it says, at its end
}

// Run runs the command in a process group of its own, which ends when ctx does, and
// at the latest with this process. An error has the last lines of what it said;
// it is the context's cause where that ended it.
func (s Shell) Run(ctx context.Context) error {
	before, err := s.Output.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", s.Text)
	cmd.Env = append(cmd.Environ(), s.Env...)
	cmd.Stdout, cmd.Stderr = s.Output, s.Output
	cmd.Cancel = func() error { return signalGroup(cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = shellGrace
	detach(cmd)
	dieWithUs(cmd)

	// A child that dies with its parent dies with the parent's thread: this one
	// stays until the child has ended.
	runtime.LockOSThread()
	err = cmd.Start()
	if err == nil {
		done := watchGroup(cmd)
		err = cmd.Wait()
		done()
	}
	runtime.UnlockOSThread()

	if ctx.Err() != nil {
		if cmd.Process != nil {
			_ = signalGroup(cmd.Process.Pid, syscall.SIGKILL) // what did not go by itself; mostly none is left
		}
		return context.Cause(ctx)
	}
	if err == nil {
		return nil
	}
	if said := s.said(before); said != "" {
		return fmt.Errorf("%w: %s", err, said)
	}
	return fmt.Errorf("%w, and it said nothing", err)
}

// said is the last lines of the output from an offset on, on one line.
func (s Shell) said(from int64) string {
	const most = 2 << 10 // bytes
	text := strings.ReplaceAll(tailOf(s.Output, from, 3), "\n", " | ")
	return strings.ToValidUTF8(text[max(0, len(text)-most):], "")
}
