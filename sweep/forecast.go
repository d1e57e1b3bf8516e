package sweep

import (
	"context"
	"fmt"
	"strings"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/wording"
)

// mostNamed is how many cases of one fate a forecast names.
const mostNamed = 8

// Forecast says which cases Run would run now, and why, and which stay as they are. No
// server is asked and nothing is touched; what only they know is said to be unknown.
func (r *Runner) Forecast(ctx context.Context) (string, error) {
	r.Progress = Silent{}
	defer r.close()
	if err := r.checkOnly(); err != nil {
		return "", &ConfigError{err}
	}
	err := r.read(ctx)
	if ctx.Err() != nil {
		return "", err
	}
	if err == nil {
		err = r.hash()
	}
	if err != nil {
		return fmt.Sprintf("which cases would run is not known: %v\n", err), nil
	}
	for i := range r.plan {
		if c := r.plan[i].Config; c.Server.Launch == "" && r.inputs.of(c).tok == nil {
			return "which cases would run is known when the server is asked for its tokenizer\n", nil
		}
	}
	dir, err := runlog.Look(r.Config.ResultsDir)
	if err != nil {
		return "", err
	}
	return r.forecast(dir)
}

func (r *Runner) forecast(dir *runlog.Dir) (string, error) {
	before, err := r.past(dir)
	if err == nil {
		err = r.takeOver(dir, before)
	}
	switch {
	case err != nil:
		return "", err
	case !before.goOn:
		return r.forecastAnew(before.run, before.why), nil
	}
	todo, err := r.missing(dir)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("would run now: %d of %s%s, going on with the run in %s\n%s",
		len(todo), wording.Plural(len(r.plan), "case"), r.growth.ahead(), dir.Path(), fates(todo, before.entries)), nil
}

// forecastAnew is the forecast of a new run, and why it is one.
func (r *Runner) forecastAnew(old *runlog.Run, why string) string {
	n := 0
	for i := range r.plan {
		if ok, _ := r.chosen(r.plan[i]); ok {
			n++
		}
	}
	text := fmt.Sprintf("would run now: %d of %s%s, as a new run", n, wording.Plural(len(r.plan), "case"), r.growth.ahead())
	if old != nil {
		text += fmt.Sprintf(": %s; its files would move to history", why)
	}
	return text + "\n"
}

// fates names the cases that would run, by why.
func fates(todo []plan.Case, entries map[string]runlog.Entry) string {
	var order []string
	of := map[string][]string{}
	for i := range todo {
		why := fate(&todo[i], entries[todo[i].Name])
		if of[why] == nil {
			order = append(order, why)
		}
		of[why] = append(of[why], todo[i].Name)
	}
	var b strings.Builder
	for _, why := range order {
		names := of[why]
		fmt.Fprintf(&b, "  %s: %s", why, strings.Join(names[:min(len(names), mostNamed)], ", "))
		if n := len(names) - mostNamed; n > 0 {
			fmt.Fprintf(&b, " and %d more", n)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// fate is why a case would run, of which the journal says that.
func fate(pc *plan.Case, e runlog.Entry) string {
	switch {
	case e.Status == "":
		return "not run yet"
	case e.Hash != pc.Hash:
		return "changed since"
	case e.Invalid:
		return "invalid"
	case e.Status == runlog.StatusFailed:
		return "failed"
	case e.Status == runlog.StatusMissing:
		return "its file is gone"
	case e.Status == runlog.StatusSkipped:
		return "left out before"
	}
	return "broken off"
}
