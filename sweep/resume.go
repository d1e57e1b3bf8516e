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
	"llmsweep/sweep/plan"
)

// A past is what a results folder says of the run before.
type past struct {
	run     *runlog.Run // nil = there is none
	last    time.Time   // of its last write
	entries map[string]runlog.Entry
	goOn    bool
	why     string // it does not go on
}

// past decides between going on and starting anew. It asks no server, so that a run
// that is refused has started none.
func (r *Runner) past(dir *runlog.Dir) (p past, err error) {
	p.run, err = dir.Run()
	if err != nil && !r.Fresh {
		return p, &ConfigError{err}
	}
	if err := errors.Join(err, dir.Damage()); err != nil {
		r.Progress.Warn(err.Error())
	}
	if p.last, err = dir.LastWrite(); err != nil {
		return p, err
	}
	if p.entries, err = dir.Entries(); err != nil {
		return p, err
	}
	p.goOn, p.why = r.resumable(p.run, p.last, p.entries)
	if !p.goOn && r.OnlyFailed {
		return p, &ConfigError{fmt.Errorf("--only-failed: nothing in %s to measure again: %s", dir.Path(), p.why)}
	}
	return p, nil
}

// takeOver gives a run that goes on its seed, and the cases that were added to it.
func (r *Runner) takeOver(dir *runlog.Dir, before past) error {
	if before.goOn && r.Config.SeedRandom && r.Config.Seed != before.run.Seed {
		r.Config.SetSeed(before.run.Seed)
		if err := r.replan(); err != nil {
			return err
		}
	}
	r.growth = r.newGrowth(dir)
	if !before.goOn {
		return nil
	}
	return r.growth.recall()
}

// begin begins or goes on with a run, and returns what is to run.
func (r *Runner) begin(ctx context.Context, dir *runlog.Dir, before past) ([]plan.Case, error) {
	if err := r.takeOver(dir, before); err != nil {
		return nil, err
	}
	r.begun = cmp.Or(r.Config.RunStart(), r.Now()) // the start that date and time are of
	r.run = runlog.Run{
		Tool: "llmsweep " + r.Version, StartUnixNS: r.begun.UnixNano(), Seed: r.Config.Seed, ConfigKey: r.Config.Key(),
		Config: r.Config.Redacted(), Host: r.environment(ctx), Server: r.serverFacts(), Warnings: r.warnings, Cases: plan.Listed(r.plan),
	}
	if before.goOn {
		r.run.StartUnixNS = before.run.StartUnixNS
		r.begun = begunBefore(r.Now(), time.Unix(0, before.run.StartUnixNS), before.last)
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
	case before.run == nil:
		r.Progress.Warn("there was a run here without its manifest; its files are in " + to)
	default:
		r.Progress.Note(fmt.Sprintf("%s; its files are in %s", before.why, to))
	}
	if err := dir.Begin(r.run); err != nil {
		return nil, err
	}
	return r.missing(dir)
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
	case old.Complete && !slices.ContainsFunc(r.plan, func(pc plan.Case) bool { return entries[pc.Name].Broken() }):
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
func (r *Runner) missing(dir *runlog.Dir) ([]plan.Case, error) {
	entries, err := dir.Entries()
	if err != nil {
		return nil, err
	}
	r.leave.stop = newStopWhen(r.Config, r.plan, entries, dir.Path(), r.Progress.Warn)
	var todo []plan.Case
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
func measured(pc plan.Case, e runlog.Entry) bool {
	return e.Hash == pc.Hash && e.Status == runlog.StatusMeasured
}

// skipped reports whether a rule left the case as planned out of the run.
func skipped(pc plan.Case, e runlog.Entry) bool {
	return e.Hash == pc.Hash && e.Status == runlog.StatusSkipped
}

// checkOnly faults a glob that matches no case, before anything is touched.
func (r *Runner) checkOnly() error {
	for _, pc := range r.Config.Cases() {
		ok, err := r.chosen(pc)
		if err != nil {
			return fmt.Errorf("--only %s: not a glob: %w", r.Only, err)
		}
		if ok {
			return nil
		}
	}
	added := ""
	if r.Config.Search != nil || r.Config.Refine != nil || r.Config.SweepsRates() {
		added = ", and what is added to them cannot be chosen"
	}
	return fmt.Errorf("--only %s: no case has such a name; `llmsweep plan` prints the names%s", r.Only, added)
}

// chosen reports whether --only leaves the case in.
func (r *Runner) chosen(pc plan.Case) (bool, error) {
	if r.Only == "" {
		return true, nil
	}
	return path.Match(r.Only, pc.Name)
}
