package sweep

import (
	"fmt"
	"strings"
	"time"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/wording"
)

// A Skip is a case that a rule of the config left out of the run.
type Skip struct {
	Case  string
	Why   string        // begins with the rule: stop_when, budget
	Takes time.Duration // about
}

// leaveOut are the rules that leave cases out of a run for good.
type leaveOut struct {
	stop   *stopWhen
	budget *budget // nil = none
}

// skip is why the case, whose turn it is, is left out; "" = it begins.
func (l *leaveOut) skip(pc plan.Case) string {
	if why := l.stop.skip(&pc); why != "" {
		return why
	}
	return l.budget.skip(&pc)
}

func (l *leaveOut) heard(pc plan.Case, f *runlog.CaseFile) {
	l.stop.heard(&pc, f)
	l.budget.heard(&pc, f)
}

// staysOut reports whether the case was left out, and is so still: stop_when is
// asked anew of what was measured, and a budget counts as long as it is the same.
func (r *Runner) staysOut(pc plan.Case, e runlog.Entry) bool {
	switch {
	case !skipped(pc, e):
		return false
	case strings.HasPrefix(e.Why, stopWhenRule):
		return r.leave.stop.skip(&pc) != ""
	case strings.HasPrefix(e.Why, budgetRule):
		return strings.HasPrefix(e.Why, (&budget{total: r.Config.Budget}).rule())
	}
	return true
}

// takes is about how long the case would take.
func (l *leaveOut) takes(pc plan.Case) time.Duration {
	if l.budget == nil {
		return plan.EstimateCase(pc)
	}
	d, _ := l.budget.expected(pc)
	return d
}

// openBudget makes the run's budget of what earlier parts of the run left of it.
func (r *Runner) openBudget(dir *runlog.Dir, toRun []plan.Case, entries map[string]runlog.Entry) error {
	if r.Config.Budget == 0 {
		return nil
	}
	used, err := dir.Spent()
	if err != nil {
		return err
	}
	if used > 0 {
		r.Progress.Note(fmt.Sprintf("budget of %s: %s used before", wording.Span(r.Config.Budget), wording.Roughly(used)))
	}
	r.leave.budget = newBudget(r.Config, r.plan, toRun, used, LastSpans(r.Config), r.Now)
	r.leave.budget.goOn(r.plan, entries)
	return nil
}
