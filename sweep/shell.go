package sweep

import (
	"context"
	"errors"
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

// A shell is a command of the config's, its variables expanded, for `sh -c`.
type shell struct {
	text   string
	env    []string // NAME=value, beside this process's own
	output *os.File // takes what it says, at its end
}

// run runs the command in a process group of its own, which ends when ctx does, and
// at the latest with this process. An error has the last lines of what it said;
// it is the context's cause where that ended it.
func (s shell) run(ctx context.Context) error {
	before, err := s.output.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", s.text)
	cmd.Env = append(cmd.Environ(), s.env...)
	cmd.Stdout, cmd.Stderr = s.output, s.output
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
func (s shell) said(from int64) string {
	const most = 2 << 10 // bytes
	end, err := s.output.Seek(0, io.SeekEnd)
	if err != nil {
		return ""
	}
	from = max(from, end-most)
	tail := make([]byte, end-from)
	n, err := s.output.ReadAt(tail, from)
	if err != nil && !errors.Is(err, io.EOF) {
		return ""
	}
	lines := strings.FieldsFunc(strings.ToValidUTF8(string(tail[:n]), "\uFFFD"), func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines[max(0, len(lines)-3):], " | ")
}

// orGrace is a context that outlives ctx by a grace, and then ends with a cause
// that says so.
func orGrace(ctx context.Context, grace time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-time.After(grace):
			cancel(fmt.Errorf("ended %s after the interruption", grace))
		case <-longer.Done():
		}
	})
	return longer, func() { stop(); cancel(context.Canceled) }
}
