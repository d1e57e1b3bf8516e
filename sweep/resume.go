package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"time"

	"llmsweep/dataset"
	"llmsweep/runlog"
)

// begin decides between going on and starting anew, and returns what is to run.
func (r *Runner) begin(ctx context.Context, dir *runlog.Dir) ([]PlannedCase, error) {
	old, err := dir.Run()
	if err != nil && !r.Fresh {
		return nil, &ConfigError{err}
	}
	if err := errors.Join(err, dir.Damage()); err != nil {
		r.Progress.Warn(err.Error())
	}
	last, err := dir.LastWrite()
	if err != nil {
		return nil, err
	}
	entries, err := dir.Entries()
	if err != nil {
		return nil, err
	}
	goOn, why := r.resumable(old, last, entries)
	if !goOn && r.OnlyFailed {
		return nil, r.nothingAgain(dir, why)
	}
	if goOn && r.Config.SeedRandom && r.Config.Seed != old.Seed {
		r.Config.setSeed(old.Seed)
		if err := r.replan(); err != nil {
			return nil, err
		}
	}
	r.growth = r.newGrowth(dir)
	if goOn {
		if err := r.growth.recall(); err != nil {
			return nil, err
		}
	}
	r.begun = cmp.Or(r.Config.readAt, r.Now()) // the start that date and time are of
	r.run = runlog.Run{
		Tool: "llmsweep " + r.Version, StartUnixNS: r.begun.UnixNano(), Seed: r.Config.Seed, ConfigKey: r.Config.key,
		Config: r.Config.Redacted(), Host: r.environment(ctx), Server: r.serverFacts(), Warnings: r.warnings, Cases: casesOf(r.plan),
	}
	if goOn {
		r.run.StartUnixNS = old.StartUnixNS
		r.begun = begunBefore(r.Now(), time.Unix(0, old.StartUnixNS), last)
		if err := dir.Update(r.run); err != nil {
			return nil, err
		}
		return r.missing(dir)
	}
	to, kept, err := dir.Archive(r.Config.History.Keep)
	if err != nil {
		return nil, err
	}
	if kept != nil {
		r.Progress.Warn(kept.Error())
	}
	switch {
	case to == "":
	case old == nil:
		r.Progress.Warn("there was a run here without its manifest; its files are in " + to)
	default:
		r.Progress.Note(fmt.Sprintf("%s; its files are in %s", why, to))
	}
	if err := dir.Begin(r.run); err != nil {
		return nil, err
	}
	return r.missing(dir)
}

func (r *Runner) nothingAgain(dir *runlog.Dir, why string) error {
	return &ConfigError{fmt.Errorf("--only-failed: nothing in %s to measure again: %s", dir.Path(), why)}
}

// begunBefore is the instant that a run's instants count from when it is gone on
// with: its start, by a clock that may have been set back since. No instant comes
// before one that the run has written already, at last.
func begunBefore(now, start, last time.Time) time.Time {
	lasted := max(now.Sub(start), last.Sub(start), 0)
	return now.Add(-lasted) // has now's monotonic clock
}

// resumable reports whether the run in the folder, which last wrote then, is to be
// gone on with, and if not, why. A complete one is for what is invalid in it, where
// that is asked for. A last write after now is a clock's that was set
// back.
func (r *Runner) resumable(old *runlog.Run, last time.Time, entries map[string]runlog.Entry) (ok bool, why string) {
	age := r.Now().Sub(last).Round(time.Second)
	switch {
	case old == nil:
		return false, "it holds no run"
	case old.Complete && !r.OnlyFailed:
		return false, "the run before was complete"
	case old.Complete && !slices.ContainsFunc(r.plan, func(pc PlannedCase) bool { return entries[pc.Name].Broken() }):
		return false, "the run before was complete, and no case of it is invalid"
	case r.Fresh:
		return false, "the run before was broken off, and --fresh starts anew"
	case age > r.Config.ResumeWithin:
		return false, fmt.Sprintf("the run before was broken off %s ago, longer than resume_within %s", age, r.Config.ResumeWithin)
	case -age > r.Config.ResumeWithin:
		return false, fmt.Sprintf("the run before was broken off %s from now by this clock, which is no age to go on from; is the clock right?", -age)
	}
	return true, ""
}

// missing is what has no file, another hash, or was not measured; its attempt
// and seed are the next.
func (r *Runner) missing(dir *runlog.Dir) ([]PlannedCase, error) {
	entries, err := dir.Entries()
	if err != nil {
		return nil, err
	}
	r.leave.stop = newStopWhen(r.Config, r.plan, entries, dir.Path(), r.Progress.Warn)
	var todo []PlannedCase
	done := 0
	for _, pc := range r.plan {
		e := entries[pc.Name]
		again := r.OnlyFailed && e.Broken()
		if !again && (measured(pc, e) || r.staysOut(pc, e)) {
			done++
			continue
		}
		if r.OnlyFailed && !again {
			continue
		}
		if ok, _ := r.chosen(pc); !ok {
			continue
		}
		pc.Attempt = e.Attempt + 1
		pc.Seed = dataset.CaseSeed(r.Config.Seed, pc.Name, pc.Attempt)
		todo = append(todo, pc)
	}
	if len(entries) > 0 {
		r.Progress.Note(fmt.Sprintf("going on: %d of %d cases stay as they are, %d to run%s", done, len(r.plan), len(todo), r.growth.ahead()))
	}
	return todo, r.openBudget(dir, todo, entries)
}

// measured reports whether the journal's entry is a result of the case as planned.
func measured(pc PlannedCase, e runlog.Entry) bool {
	return e.Hash == pc.Hash && e.Status == runlog.StatusMeasured
}

// skipped reports whether a rule left the case as planned out of the run.
func skipped(pc PlannedCase, e runlog.Entry) bool {
	return e.Hash == pc.Hash && e.Status == runlog.StatusSkipped
}

// checkOnly faults a glob that matches no case, before anything is touched.
func (r *Runner) checkOnly() error {
	for _, pc := range r.Config.Plan() {
		ok, err := r.chosen(pc)
		if err != nil {
			return fmt.Errorf("--only %s: not a glob: %w", r.Only, err)
		}
		if ok {
			return nil
		}
	}
	added := ""
	if r.Config.Search != nil || r.Config.Refine != nil {
		added = ", and what is added to them cannot be chosen"
	}
	return fmt.Errorf("--only %s: no case has such a name; `llmsweep plan` prints the names%s", r.Only, added)
}

// chosen reports whether --only leaves the case in.
func (r *Runner) chosen(pc PlannedCase) (bool, error) {
	if r.Only == "" {
		return true, nil
	}
	return path.Match(r.Only, pc.Name)
}
