package sweep

import (
	"path/filepath"
	"slices"
	"strings"

	"llmsweep/dataset"
	"llmsweep/runlog"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/search"
)

// A grower adds cases to a plan for what was measured: a search, a curve that is
// refined, or a sweep of rates. It is pure: what is known alone decides, so that a run that was broken
// off asks for the same cases again and goes on where it was.
type grower interface {
	// next is the cases to be measured next, of which some may be known already;
	// none = it is over.
	next(known map[string]search.Reading) []plan.Case
}

// A growth is the growers of a run, one after the other, and what they know.
type growth struct {
	r        *Runner
	dir      *runlog.Dir
	searches []*searcher
	curves   []*refiner
	rates    []*rateSweep
	known    map[string]search.Reading // by case
	entries  map[string]runlog.Entry   // of the journal before this process measured anything
	planned  map[string]bool           // the plan's cases, by name
	added    []plan.Case               // in this process
	left     []plan.Case               // to run once nothing grows
	ended    int                       // growers that want no more: with many of them, asking them all before each case takes long
	still    bool                      // nothing is to be added: --only and --only-failed
}

func (r *Runner) newGrowth(dir *runlog.Dir) *growth {
	g := &growth{r: r, dir: dir, known: map[string]search.Reading{}, still: r.Only != "" || r.OnlyFailed}
	if r.Config.Search != nil {
		g.searches = searchersOf(r.Config, r.Config.Cases())
	}
	if r.Config.Refine != nil {
		g.curves = refinersOf(r.Config, r.Config.Cases())
	}
	if r.Config.SweepsRates() {
		g.rates = rateSweepsOf(r.Config, r.Config.Cases())
	}
	return g
}

func (g *growth) growers() (all []grower) {
	for _, s := range g.searches {
		all = append(all, s)
	}
	for _, c := range g.curves {
		all = append(all, c)
	}
	for _, s := range g.rates {
		all = append(all, s)
	}
	return all
}

// none reports whether there is no grower.
func (g *growth) none() bool { return len(g.searches)+len(g.curves)+len(g.rates) == 0 }

// recall takes into the plan what was added to it before the run was broken off, as
// far as that is known. What had failed then is measured again, and what was left out
// is decided anew. Where nothing is to be added, that is all there is to tell.
func (g *growth) recall() error {
	if err := g.readJournal(); err != nil {
		return err
	}
	for _, gr := range g.growers() {
		for {
			wanted, found := gr.next(g.known), 0
			for _, pc := range wanted {
				if _, known := g.known[pc.Name]; known {
					continue
				}
				var err error
				if pc.Hash, err = g.r.hashOf(&pc); err != nil {
					return err
				}
				e := g.entries[pc.Name]
				if skipped(pc, e) {
					g.known[pc.Name] = leftOut(pc.Name, e.Why)
					found++
				} else if m, ok := g.recorded(pc, e, true); ok {
					g.known[pc.Name] = m
					g.add(pc)
					found++
				}
			}
			if found == 0 {
				break
			}
		}
	}
	if !g.still {
		clear(g.known)
	}
	return nil
}

// ahead says, behind a count of cases, that there will be more; "" = none are added.
func (g *growth) ahead() string {
	if g.still || g.none() {
		return ""
	}
	return ", and those that are still to be added"
}

// readJournal reads what earlier processes have of the run, once: what this one
// measures and leaves out it is told.
func (g *growth) readJournal() (err error) {
	if g.entries == nil {
		g.entries, err = g.dir.Entries()
	}
	return err
}

// recorded is what the folder has of the case as planned.
func (g *growth) recorded(pc plan.Case, e runlog.Entry, failedToo bool) (m search.Reading, ok bool) {
	switch {
	case measured(pc, e), failedToo && e.Hash == pc.Hash && e.Status == runlog.StatusFailed:
		f, err := runlog.ReadCase(filepath.Join(g.dir.Path(), pc.Name+".json"))
		if err != nil {
			return search.Reading{}, false // damaged: it is measured again
		}
		return search.ReadingOf(f, pc.Config.FailuresAllowed), true
	}
	return search.Reading{}, false
}

// add takes a case into the plan, unless it is there, and deals its prompts.
func (g *growth) add(pc plan.Case) (isNew bool) {
	if g.planned == nil {
		g.planned = make(map[string]bool, len(g.r.plan))
		for i := range g.r.plan {
			g.planned[g.r.plan[i].Name] = true
		}
	}
	if g.planned[pc.Name] {
		return false
	}
	g.planned[pc.Name] = true
	g.r.plan = append(g.r.plan, pc)
	g.r.inputs.add(pc)
	return true
}

// grow is the agenda's: the cases that the first grower wants that is not over, then
// what is left. They are planned before they run: see note.
func (g *growth) grow() ([]plan.Case, error) {
	if !g.still {
		for all := g.growers(); g.ended < len(all); g.ended++ {
			gr := all[g.ended]
			for wanted := gr.next(g.known); len(wanted) > 0; wanted = gr.next(g.known) {
				todo, err := g.take(wanted)
				if err != nil || len(todo) > 0 {
					return todo, err
				}
			}
		}
	}
	left := slices.DeleteFunc(slices.Clone(g.left), func(pc plan.Case) bool { _, known := g.known[pc.Name]; return known })
	g.left = nil
	return left, nil
}

// take is what of the wanted cases is not known and has to be measured, each at its
// next attempt.
func (g *growth) take(wanted []plan.Case) (todo []plan.Case, err error) {
	if err := g.readJournal(); err != nil {
		return nil, err
	}
	grew := false
	for _, pc := range wanted {
		if _, known := g.known[pc.Name]; known {
			continue
		}
		if pc.Hash, err = g.r.hashOf(&pc); err != nil {
			return nil, err
		}
		grew = g.add(pc) || grew
		e := g.entries[pc.Name]
		if g.r.staysOut(pc, e) {
			g.known[pc.Name] = leftOut(pc.Name, e.Why)
			continue
		}
		if m, ok := g.recorded(pc, e, false); ok {
			g.known[pc.Name] = m
			continue
		}
		pc.Attempt = e.Attempt + 1
		pc.Seed = dataset.CaseSeed(g.r.Config.Seed, pc.Name, pc.Attempt)
		todo = append(todo, pc)
		g.added = append(g.added, pc)
	}
	g.r.leave.budget.inRounds(todo)
	if grew {
		err = g.note(false)
	}
	return todo, err
}

// unnoted is the share of the manifest's cases by which it may be behind the plan. It
// is written whole, so of many cases not for each; the journal has each case all the
// same, and a run that is gone on with finds them again.
const unnoted = 1.0 / 64

// note puts the cases that were added into the manifest, once they are many enough, or
// at the end all of them.
func (g *growth) note(all bool) error {
	behind := len(g.r.plan) - len(g.r.run.Cases)
	if behind == 0 || !all && float64(behind) <= unnoted*float64(len(g.r.run.Cases)) {
		return nil
	}
	g.r.run.Cases = plan.Listed(g.r.plan)
	return g.dir.Update(g.r.run)
}

// leftOut is the agenda's: a case whose turn it was does not run.
func (g *growth) leftOut(pc plan.Case, why string) {
	if !g.none() {
		g.known[pc.Name] = leftOut(pc.Name, why)
	}
}

// heard is the agenda's. A run that does not grow keeps nothing.
func (g *growth) heard(pc plan.Case, f *runlog.CaseFile) {
	if !g.none() {
		g.known[pc.Name] = search.ReadingOf(f, pc.Config.FailuresAllowed)
	}
}

// over reports whether no grower wants more.
func (g *growth) over() bool {
	return !slices.ContainsFunc(g.growers(), func(gr grower) bool { return len(gr.next(g.known)) > 0 })
}

const leftOutWords = "left out: "

// leftOut is what is known of a case that a rule left out. One that stop_when left
// out is a bound, as a load that breaks the SLO is; of any other nothing is known.
func leftOut(name, why string) search.Reading {
	if strings.HasPrefix(why, stopWhenRule) {
		return search.Reading{Name: name, Broken: leftOutWords + why, Above: true}
	}
	return search.Reading{Name: name, Unfit: leftOutWords + why}
}

// loadOver is the load of the case, of what varies.
func loadOver(p *plan.Case, over string) float64 {
	if over == plan.OverRate {
		return p.Rate
	}
	return float64(p.MaxConcurrency)
}
