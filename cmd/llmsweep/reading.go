package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/spf13/pflag"

	"llmsweep/aggregate"
	"llmsweep/metrics"
	"llmsweep/report"
	"llmsweep/runlog"
)

// printScreen reads the sweep in rows and shows it. Which cases are missing those paths
// say that are results folders.
func printScreen(w io.Writer, paths []string, rows []aggregate.Row, o aggregate.ReadOptions) error {
	s := report.Screen{Rows: rows, Reading: aggregate.Read(rows, o), Width: columns(w)}
	var errs []error
	for _, path := range paths {
		run, err := runlog.ReadRun(path)
		if err != nil || run == nil {
			continue // a file, or a folder without a run; a damaged manifest was told before
		}
		missing, err := missingCases(path, run, rows)
		s.Missing = append(s.Missing, missing...)
		errs = append(errs, err)
	}
	report.Terminal(w, s)
	return errors.Join(errs...)
}

// readOptions are how the sweep in paths is to be read: by the SLO that is given, else by
// that of the first run in the folders among paths that has one, and by what the searches
// of all of them found.
func readOptions(paths []string, slo map[string]float64) (o aggregate.ReadOptions, err error) {
	o.SLO = slo
	for _, path := range paths {
		run, damage := runlog.ReadRun(path)
		if damage != nil || run == nil {
			continue // a file, or a folder without a run; loading tells of damage
		}
		if o.SLO == nil {
			o.SLO = aggregate.SLOOf(run)
		}
		found, foundErr := runlog.ReadFound(path)
		o.Found.Add(found)
		err = errors.Join(err, foundErr)
	}
	return o, err
}

// missingCases are those of the plan that have no row, and why where a rule left
// them out.
func missingCases(dir string, run *runlog.Run, rows []aggregate.Row) (missing []string, err error) {
	there := map[string]bool{}
	for i := range rows {
		there[rows[i].Case] = true
	}
	var skipped map[string]string
	for _, c := range run.Cases {
		if there[c.Name] {
			continue
		}
		if skipped == nil {
			if skipped, err = runlog.Skipped(dir); err != nil {
				skipped = map[string]string{} // damage; it is told, and the rest counts
			}
		}
		text := c.Name
		if why := skipped[c.Name]; why != "" {
			text += " (skipped: " + why + ")"
		}
		missing = append(missing, text)
	}
	return missing, err
}

// asked is what aggregate's flags ask of a sweep that was measured before.
type asked struct {
	slo    map[string]float64
	limits map[string]string
	cost   runlog.Cost
}

func (a *asked) register(flags *pflag.FlagSet) {
	flags.StringToStringVar(&a.limits, "slo", nil, "name the best load under these `limits`, by columns of the CSV: p99_ttft_ms=500; in place of the config's slo")
	flags.Float64Var(&a.cost.GPUHour, "gpu-hour", 0, "the `price` of one GPU for an hour, in place of the config's cost")
	flags.Float64Var(&a.cost.MachineHour, "machine-hour", 0, "the `price` of all that served for an hour, in place of the config's cost")
	flags.IntVar(&a.cost.GPUs, "gpus", 0, "how many GPUs served; 0 = as many as the case files say")
	flags.StringVar(&a.cost.Currency, "currency", "USD", "of --gpu-hour and --machine-hour")
}

// check reads the limits and faults what cannot be.
func (a *asked) check() error {
	known := runlog.FigureNames("50", "90", "95", "99")
	for _, name := range slices.Sorted(maps.Keys(a.limits)) {
		limit, err := strconv.ParseFloat(a.limits[name], 64)
		switch {
		case !slices.Contains(known, name) || metrics.Better(name) == metrics.Neither:
			return fmt.Errorf("--slo %s: want a figure of the CSV that can get better, such as p99_ttft_ms or output_throughput", name)
		case err != nil || !(limit >= 0) || math.IsInf(limit, 1):
			return fmt.Errorf("--slo %s=%s: want a limit, a number of 0 or more", name, a.limits[name])
		}
		if a.slo == nil {
			a.slo = map[string]float64{}
		}
		a.slo[name] = limit
	}
	switch c := a.cost; {
	case !(c.GPUHour >= 0 && c.GPUHour <= 1e9 && c.MachineHour >= 0 && c.MachineHour <= 1e9 && c.GPUs >= 0): // as cost in the config
		return errors.New("--gpu-hour, --machine-hour, --gpus: want numbers of 0 or more, prices up to 1e9")
	case c.GPUHour > 0 && c.MachineHour > 0:
		return errors.New("--gpu-hour and --machine-hour: want one of them")
	}
	return nil
}

// reprice gives the rows the price that was asked for, if one was.
func (a *asked) reprice(rows []aggregate.Row) {
	if a.cost.GPUHour > 0 || a.cost.MachineHour > 0 || a.cost.GPUs > 0 {
		aggregate.Reprice(rows, a.cost)
	}
}
