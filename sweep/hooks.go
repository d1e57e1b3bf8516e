package sweep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"llmsweep/sweep/conf"
	"llmsweep/sweep/launch"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/redact"
	"llmsweep/sweep/wording"
)

// afterGrace bounds an after hook once the run was interrupted.
const afterGrace = 30 * time.Second

// The statuses of a sweep, as after_sweep hears them; a case's are runlog's.
const (
	sweepComplete    = "complete"
	sweepIncomplete  = "incomplete" // some case has no result
	sweepInterrupted = "interrupted"
	sweepFailed      = "failed" // ended by an error
)

func sweepStatus(ctx context.Context, out *Outcome, err error) string {
	switch {
	case ctx.Err() != nil:
		return sweepInterrupted
	case err != nil:
		return sweepFailed
	case out.Missing > 0:
		return sweepIncomplete
	}
	return sweepComplete
}

// hooks runs a config's hooks for a run in a results folder.
type hooks struct {
	config *plan.Config
	dir    string // the results folder
	log    string // where what they say goes
}

// newHooks has what before_sweep says go to a temporary file: the earlier run's
// logs are moved only after it.
func newHooks(c *plan.Config, dir string) hooks {
	return hooks{c, dir, filepath.Join(dir, ".run", ".hooks.log.llmsweep-tmp")}
}

// settle moves what was said so far to the run's logs, and goes on there.
func (h *hooks) settle() error {
	early := h.log
	h.log = filepath.Join(h.dir, ".run", "logs", "hooks.log")
	said, err := os.ReadFile(early)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("hooks' log: %w", err)
	}
	f, err := h.open()
	if err != nil {
		return err
	}
	_, err = f.Write(said)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("hooks' log: %w; make room or rights there and run again", err)
	}
	return os.Remove(early)
}

func (h *hooks) open() (*os.File, error) {
	err := os.MkdirAll(filepath.Dir(h.log), 0o755)
	if err == nil {
		var f *os.File
		if f, err = os.OpenFile(h.log, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644); err == nil {
			return f, nil
		}
	}
	return nil, fmt.Errorf("hooks' log: %w; make room or rights there and run again", err)
}

func (h *hooks) beforeSweep(ctx context.Context) error {
	return h.run(ctx, "before_sweep", h.config.BeforeSweep, h.config.Variables, "")
}

func (h *hooks) beforeCase(ctx context.Context, pc plan.Case) error {
	return h.run(ctx, "before_case", h.config.BeforeCase, h.config.CaseVariables(&pc), "", "LLMSWEEP_CASE="+pc.Name)
}

// afterCase and afterSweep run after an interruption, too, for afterGrace then.
func (h *hooks) afterCase(ctx context.Context, pc plan.Case, status string) error {
	ctx, cancel := orGrace(ctx, afterGrace)
	defer cancel()
	return h.run(ctx, "after_case", h.config.AfterCase, h.config.CaseVariables(&pc), pc.Name, "LLMSWEEP_CASE="+pc.Name, "LLMSWEEP_STATUS="+status)
}

func (h *hooks) afterSweep(ctx context.Context, status string) error {
	ctx, cancel := orGrace(ctx, afterGrace)
	defer cancel()
	return h.run(ctx, "after_sweep", h.config.AfterSweep, h.config.Variables, "", "LLMSWEEP_STATUS="+status)
}

// run runs one hook; of names it in the error, and may be "". The log has the
// command as it is written, so that no variable's value comes into it from here.
func (h *hooks) run(ctx context.Context, hook, command string, lookup func(string) (string, bool), of string, env ...string) error {
	if command == "" {
		return nil
	}
	if of != "" {
		of = " of " + of
	}
	text, err := conf.Expand(command, lookup)
	if err != nil {
		return fmt.Errorf("%s%s: %w", hook, of, err)
	}
	out, err := h.open()
	if err != nil {
		return err
	}
	defer out.Close()
	folder, err := filepath.Abs(h.dir)
	if err != nil {
		return err
	}
	if limit := h.config.HookTimeout; limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, limit, fmt.Errorf("ended after %s, hook_timeout; raise it, or see why the command hangs", wording.Span(limit)))
		defer cancel()
	}
	fmt.Fprintf(out, "%s %s%s: %s\n", time.Now().UTC().Format(time.RFC3339), hook, of, redact.Command(command))
	err = launch.Shell{Text: text, Env: append(env, "LLMSWEEP_RESULTS_DIR="+folder), Output: out}.Run(ctx)
	if err != nil {
		return fmt.Errorf("%s%s: %w; all that it said is in %s", hook, of, err, h.log)
	}
	return nil
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
