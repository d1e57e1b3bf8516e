package sweep

import (
	"context"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// An agenda is what is left of a run: cases in their order, less those that rules
// leave out, and those that are added for what was measured.
type agenda struct {
	todo []plan.Case

	// skip is why a case whose turn it is is left out of the run for good; "" = it
	// is not.
	skip func(pc plan.Case) (why string)
	// grow adds to the plan what is to be measured next, once nothing is left to
	// do; none = the run is over.
	grow func() ([]plan.Case, error)
	// heard is told what each case came to, in the order of their ends.
	heard func(pc plan.Case, f *runlog.CaseFile)
}

// work runs the agenda to its end.
func (r *Runner) work(ctx context.Context, dir *runlog.Dir, a *agenda) error {
	for {
		if len(a.todo) == 0 {
			more, err := a.grow()
			if err != nil || len(more) == 0 {
				return err
			}
			a.todo = more
		}
		pc := a.todo[0]
		a.todo = a.todo[1:]
		if why := a.skip(pc); why != "" {
			if err := dir.Skip(pc.Case, why); err != nil {
				return err
			}
			r.Progress.CaseSkipped(pc, why)
			continue
		}
		f, err := r.runCase(ctx, dir, pc)
		if err != nil {
			return err
		}
		a.heard(pc, f)
	}
}

// agenda is that of the cases that are missing, and of those that are added for what
// was measured. A search goes from its first case to its last before the next one
// begins, so that a server is started once for it.
func (r *Runner) agenda(toRun []plan.Case) *agenda {
	g := r.growth
	switch {
	case g.still && !g.none():
		r.Progress.Note("searches, refined curves and sweeps of rates wait for a run without --only and --only-failed: these add no cases")
	case len(g.searches) > 0:
		toRun, g.left = nil, toRun
	}
	return &agenda{
		todo: toRun,
		skip: func(pc plan.Case) string {
			why := r.leave.skip(pc)
			if why != "" {
				g.leftOut(pc, why)
			}
			return why
		},
		grow: g.grow,
		heard: func(pc plan.Case, f *runlog.CaseFile) {
			r.leave.heard(pc, f)
			g.heard(pc, f)
		},
	}
}
