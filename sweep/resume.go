package sweep

import (
	"context"
	"errors"
	"fmt"
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
	goOn, why, err := r.resumable(dir, old)
	if err != nil {
		return nil, err
	}
	if !goOn && r.OnlyFailed {
		return nil, &ConfigError{fmt.Errorf("--only-failed: there is no broken run in %s to go on with: %s", dir.Path(), why)}
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
	r.begun = r.Now()
	r.run = runlog.Run{
		Tool: "llmsweep " + r.Version, StartUnixNS: r.begun.UnixNano(), Seed: r.Config.Seed,
		Config: r.Config.Redacted(), Host: r.environment(ctx), Server: r.serverFacts(), Warnings: r.warnings, Cases: casesOf(r.plan),
	}
	if goOn {
		r.run.StartUnixNS = old.StartUnixNS
		r.begun = r.begun.Add(time.Duration(old.StartUnixNS - r.begun.UnixNano())) // keeps the monotonic clock
		if err := dir.Update(r.run); err != nil {
			return nil, err
		}
		return r.missing(dir)
	}
	to, err := dir.Archive(r.Config.History.Keep)
	if err != nil {
		return nil, err
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

// resumable reports whether the run in the folder is to be gone on with, and if
// not, why.
func (r *Runner) resumable(dir *runlog.Dir, old *runlog.Run) (ok bool, why string, err error) {
	switch {
	case old == nil:
		return false, "it holds no run", nil
	case old.Complete:
		return false, "the run before was complete", nil
	case r.Fresh:
		return false, "the run before was broken off, and --fresh starts anew", nil
	}
	last, err := dir.LastWrite()
	if err != nil {
		return false, "", err
	}
	if age := r.Now().Sub(last).Round(time.Second); age > r.Config.ResumeWithin {
		return false, fmt.Sprintf("the run before was broken off %s ago, longer than resume_within %s", age, r.Config.ResumeWithin), nil
	}
	return true, "", nil
}

// missing is what has no file, another hash, or was not measured; its attempt
// and seed are the next.
func (r *Runner) missing(dir *runlog.Dir) ([]PlannedCase, error) {
	entries, err := dir.Entries()
	if err != nil {
		return nil, err
	}
	var todo []PlannedCase
	done := 0
	for _, pc := range r.plan {
		e := entries[pc.Name]
		if measured(pc, e) || skipped(pc, e) {
			done++
			continue
		}
		if r.OnlyFailed && e.Status != runlog.StatusFailed {
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
		r.Progress.Note(fmt.Sprintf("going on: %d of %d cases stay as they are, %d to run", done, len(r.plan), len(todo)))
	}
	return todo, nil
}

// measured reports whether the journal's entry is a result of the case as planned.
func measured(pc PlannedCase, e runlog.Entry) bool {
	return e.Hash == pc.Hash && e.Status == runlog.StatusMeasured
}

// skipped reports whether a rule left the case as planned out of the run.
func skipped(pc PlannedCase, e runlog.Entry) bool {
	return e.Hash == pc.Hash && e.Status == runlog.StatusSkipped
}
