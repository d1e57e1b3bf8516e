package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// groupPoll is how often it is looked whether processes and port are gone.
const groupPoll = 20 * time.Millisecond

// An ending is how a server is ended: once.
type ending struct {
	once     sync.Once
	err      error
	goneWait time.Duration // 0 = goneWait
}

// Stop ends the server by its stop command or SIGTERM, and after StopWait, or
// when ctx ends, by SIGKILL. An error says which process or port is left, or what
// else is wrong; then the server stays on record, and the next run's EndLeftovers
// tries again. Later calls return what the first one did.
func (s *Server) Stop(ctx context.Context) error {
	s.ending.once.Do(func() {
		wait := cmp.Or(s.ending.goneWait, goneWait)
		if s.ending.err = s.record.end(ctx, s.ready, wait); s.ending.err == nil {
			select { // it has ended: Alive is to know that, too
			case <-s.done:
			case <-time.After(wait):
			}
		}
		removeGroup(s.record.Process.PID)
		if s.unbound != nil {
			s.unbound()
		}
	})
	return s.ending.err
}

// end ends a server, and its record when nothing of it is left. The whole group
// is signalled: a shell does not pass signals on to what it started.
func (r *serverRecord) end(ctx context.Context, ready func(context.Context) error, goneWait time.Duration) error {
	stopErr := r.ask(ctx, ready)
	if len(r.Process.members()) > 0 {
		if err := signalGroup(r.Process.PID, syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return errors.Join(stopErr, fmt.Errorf("server %s: killing process group %d: %w; end it by hand", r.Name, r.Process.PID, err))
		}
	}
	if err := r.gone(context.WithoutCancel(ctx), ready, goneWait); err != nil {
		return errors.Join(stopErr, err)
	}
	return r.remove()
}

// ask asks the server to end and gives it StopWait to do so. Its error, from the
// stop command, counts only when something is left in the end.
func (r *serverRecord) ask(ctx context.Context, ready func(context.Context) error) (err error) {
	within, cancel := context.WithTimeout(ctx, r.StopWait)
	defer cancel()
	running := len(r.Process.members()) > 0
	switch {
	case r.Stop != "":
		err = r.runStop(within, running)
	case running:
		signalGroup(r.Process.PID, syscall.SIGTERM) // what cannot be signalled cannot be killed either: told then
	}
	poll(within, func() bool {
		if len(r.Process.members()) > 0 {
			return false
		}
		used := false
		if r.Stop != "" { // its server need not be in the group
			used, _ = occupied(within, r.Address, ready)
		}
		return !used
	})
	return err
}

// runStop runs the stop command, which finds the server's process group, where it
// still runs, in LLMSWEEP_SERVER_PID.
func (r *serverRecord) runStop(ctx context.Context, running bool) error {
	log, _, err := openLog(r.Log, fmt.Sprintf("stopping %s by its stop command", r.Name))
	if err == nil {
		defer log.Close()
	}
	cmd := exec.Command("sh", "-c", r.Stop)
	cmd.Dir, cmd.Env = r.Dir, append(environ(r.Env), "LLMSWEEP_SERVER_PID=")
	if running {
		cmd.Env[len(cmd.Env)-1] += strconv.Itoa(r.Process.PID)
	}
	if err == nil { // else without a log: the server is to end on a full disk, too
		cmd.Stdout, cmd.Stderr = log, log
	}
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("server %s: starting its stop command: %w", r.Name, err)
	}
	defer watchGroup(cmd)()
	unwatch := context.AfterFunc(ctx, func() { signalGroup(cmd.Process.Pid, syscall.SIGKILL) })
	err = cmd.Wait()
	if !unwatch() {
		return fmt.Errorf("server %s: its stop command was cut short, stop_wait is %s: %w; its log is %s", r.Name, r.StopWait, context.Cause(ctx), r.Log)
	}
	if err != nil {
		return fmt.Errorf("server %s: its stop command: %w; its log is %s", r.Name, err, r.Log)
	}
	return nil
}

// gone waits until neither a process of the group nor its port is left.
func (r *serverRecord) gone(ctx context.Context, ready func(context.Context) error, wait time.Duration) error {
	within, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var left []int
	if !poll(within, func() bool { left = r.Process.members(); return len(left) == 0 }) {
		return fmt.Errorf("server %s: processes %v still run %s after SIGKILL; end them by hand, a driver may hold them", r.Name, left, wait)
	}
	var used, here bool
	if !poll(within, func() bool { used, here = occupied(ctx, r.Address, ready); return !used }) {
		return fmt.Errorf("server %s: %s is still in use by %s, %s after its end; end that, or give the entry a `stop` that does", r.Name, r.Address, holder(r.Address, here), wait)
	}
	return nil
}

// poll looks until ok or ctx ends, at least once.
func poll(ctx context.Context, ok func() bool) bool {
	for {
		if ok() {
			return true
		}
		select {
		case <-time.After(groupPoll):
		case <-ctx.Done():
			return ok()
		}
	}
}
