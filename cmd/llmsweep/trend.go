package main

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"llmsweep/aggregate"
	"llmsweep/report"
	"llmsweep/runlog"
)

func trendCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trend [results folder]",
		Short: "Follow figures over the last runs, and name the first that differs",
		Long: `Trend reads the runs in a results folder's history and its own where that is
complete, and shows each case's figures over them: a sparkline, and the first run
that differs from those before it by at least 5 % and by more than they differ
among themselves.`,
		Example: `  llmsweep trend
  llmsweep trend results --last 7 --metric p99_itl_ms`,
		Args: cobra.MaximumNArgs(1),
	}
	last := cmd.Flags().Int("last", 30, "how many `runs` to look at, the newest")
	figures := cmd.Flags().StringArray("metric", []string{"output_throughput", "p99_ttft_ms", "mean_tpot_ms"}, "a `figure`, by its column in aggregate_results.csv; may be repeated")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		dir := "results"
		if len(args) > 0 {
			dir = args[0]
		}
		if *last < 2 {
			return withStatus(exitUsage, fmt.Errorf("--last %d: want 2 or more", *last))
		}
		for _, name := range *figures {
			if !runlog.IsFigure(name) {
				return withStatus(exitUsage, fmt.Errorf("--metric %s: want a figure's column of aggregate_results.csv, such as %s", name, runlog.NearFigures(name)))
			}
		}
		runs, note, err := aggregate.Runs(dir)
		if err != nil {
			return withStatus(exitUsage, err)
		}
		if note != "" {
			fmt.Fprintln(cmd.ErrOrStderr(), note)
		}
		if len(runs) < 2 {
			return withStatus(exitUsage, fmt.Errorf("%s and its history hold %d runs, want 2 or more; run the sweep again, or name a results folder", dir, len(runs)))
		}
		runs = runs[max(0, len(runs)-*last):]
		return trend(cmd, dir, runs, *figures)
	}
	return cmd
}

// trend reads runs of dir and writes their figures. A run that cannot be read is
// named and left out.
func trend(cmd *cobra.Command, dir string, folders, figures []string) error {
	var sides []*aggregate.Side
	var names []string
	var broken []error
	definitions := map[string]bool{}
	for _, folder := range folders {
		name := runName(folder, dir)
		s, b, err := aggregate.ReadSide(name, folder, false)
		if broken = append(broken, b...); err != nil {
			broken = append(broken, err)
			continue
		}
		sides, names = append(sides, s), append(names, name)
		definitions[s.Rows[0].Definitions] = true
	}
	if len(definitions) > 1 {
		return withStatus(exitUsage, errors.New("the runs follow different definitions; take fewer by --last"))
	}
	if len(sides) > 1 {
		if err := report.TrendTerminal(cmd.OutOrStdout(), names, aggregate.Trend(sides, figures), columns(cmd.OutOrStdout())); err != nil {
			return withStatus(exitFailed, err)
		}
	}
	if len(broken) > 0 {
		return withStatus(exitFailed, fmt.Errorf("%w\nskipped: %d", errors.Join(broken...), len(broken)))
	}
	return nil
}

// runName is a run's start: what its folder in the history of dir is called, or will
// be.
func runName(folder, dir string) string {
	if folder == dir {
		if run, err := runlog.ReadRun(dir); err == nil && run != nil {
			return run.Stamp()
		}
	}
	return filepath.Base(folder)
}
