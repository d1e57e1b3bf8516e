package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"llmsweep/aggregate"
	"llmsweep/dataset"
	"llmsweep/metrics"
	"llmsweep/report"
	"llmsweep/runlog"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

func runCommand() *cobra.Command { return runThen(againstBaseline) }

// An ended is a run that has begun and was not interrupted: how it ended, and by which
// flags.
type ended struct {
	config   *plan.Config
	err      error // a case has no result or is invalid; nil = it ended well
	baseline string
	strict   bool
}

// runThen is the command with what comes after its run. Its error is the command's.
func runThen(after func(w *watch, stderr io.Writer, run ended) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run [config.yaml]",
		Short: "Run the sweep; run it again to go on after a break",
		Long: `Run measures each case of the config's grid and writes its results folder: one
JSON a case, its requests as JSON lines, and aggregate_results.csv.

A run that was broken off is gone on with when its last file is younger than
resume_within: what is measured stays, what is missing or failed is run. After a
complete run a new one starts, and the old files move to history/.

Exit status: 0 all measured, none invalid; 1 some case failed or is invalid, or the
server cannot be reached; 2 the command or the config is wrong; 3 a gate is broken;
130 interrupted, to be gone on with.`,
		Example: `  llmsweep run config.yaml
  llmsweep run config.yaml --only 'bench_io256x*' --set repeats=3
  llmsweep run config.yaml --baseline @prev --strict   # every night: status 3 when it got worse`,
		ValidArgsFunction: configFiles,
		Args:              cobra.MaximumNArgs(1),
	}
	sets := setFlag(cmd)
	fresh := cmd.Flags().Bool("fresh", false, "start anew, even where a run could be gone on with")
	onlyFailed := cmd.Flags().Bool("only-failed", false, "run again only the cases that failed or are invalid, also of a complete run")
	only := cmd.Flags().String("only", "", "run only cases whose name matches this `glob`, e.g. 'bench_io256x*'")
	dry := cmd.Flags().Bool("dry-run", false, "print the whole plan, and which of its cases would run now and why, and stop")
	strict := cmd.Flags().Bool("strict", false, "exit with 1 when a case is suspect, too")
	baseline := cmd.Flags().String("baseline", "", "compare with this `run` afterwards, by the config's gate: a folder, or @prev for the run before")
	var watching watchFlags
	watching.register(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		c, note, err := plan.ReadToRun(configPath(args), configEnv(), *fresh, *sets...)
		if err != nil {
			return withStatus(exitUsage, err)
		}
		if *dry {
			return dryRun(cmd, c, sweep.Runner{Fresh: *fresh, OnlyFailed: *onlyFailed, Only: *only})
		}
		if err := checkBaseline(*baseline, c.ResultsDir); err != nil {
			return withStatus(exitUsage, err)
		}
		exe, err := os.Executable()
		if err != nil {
			return withStatus(exitFailed, err)
		}
		w, err := watching.open(cmd, c.ResultsDir)
		if err != nil {
			return err
		}
		defer func() { w.close(err) }()
		if note != "" {
			w.Note(note)
		}
		var rows []aggregate.Row // of the plan's cases, whether measured now or before
		r := sweep.Runner{
			Config: c, Version: version, Executable: exe, Getenv: os.Getenv, Now: time.Now,
			Progress: w,
			Fold: func(dir string) (err error) {
				rows, err = fold(w.results, dir)
				return err
			},
			Fresh: *fresh, OnlyFailed: *onlyFailed, Only: *only,
			SelfTest: lastSelftest(w),
		}
		out, err := r.Run(cmd.Context())
		if len(out.Names) == 0 { // it never began
			return beforeBegin(err)
		}
		w.found(out)
		if out.LeftOut > 0 && err == nil {
			w.Note(fmt.Sprintf("left out: %s of %d not measured yet; run without --only and --only-failed to add them", cases(out.LeftOut), len(out.Names)))
		}
		printSkipped(w.results, out.Skipped)
		err = ending(cmd.Context(), out, rows, err, *strict, *fresh)
		if statusOf(err) == exitInterrupted {
			return err
		}
		return after(w, cmd.ErrOrStderr(), ended{c, err, *baseline, *strict})
	}
	return cmd
}

// dryRun prints the plan, and what a run with the runner's choices would do of it.
func dryRun(cmd *cobra.Command, c *plan.Config, r sweep.Runner) error {
	if err := sweep.PrintPlan(cmd.OutOrStdout(), c, c.Cases(), sweep.LastSpans(c)); err != nil {
		return err
	}
	r.Config, r.Getenv, r.Now = c, os.Getenv, time.Now
	text, err := r.Forecast(cmd.Context())
	fmt.Fprint(cmd.OutOrStdout(), text)
	return beforeBegin(err)
}

func cases(n int) string {
	if n == 1 {
		return "1 case"
	}
	return fmt.Sprintf("%d cases", n)
}

// beforeBegin gives an error that came before anything was moved its status.
func beforeBegin(err error) error {
	switch _, isConfig := errors.AsType[*sweep.ConfigError](err); {
	case err == nil:
		return nil
	case isConfig:
		return withStatus(exitUsage, err)
	case errors.Is(err, context.Canceled):
		return withStatus(exitInterrupted, errors.New("interrupted before anything was measured"))
	default:
		return withStatus(exitFailed, err)
	}
}

// fold writes the folder's CSV and prints its table, the CSV's path last.
func fold(w io.Writer, dir string) ([]aggregate.Row, error) {
	rows, broken := aggregate.Load([]string{dir})
	if len(rows) == 0 { // what searches came to is all that there is to say
		found, err := runlog.ReadFound(dir)
		for _, text := range found.Texts {
			fmt.Fprintf(w, "\n%s\n", text)
		}
		return nil, errors.Join(append(broken, err)...)
	}
	path, err := writeCSVs(dir, rows)
	if err != nil {
		return rows, errors.Join(append(broken, err)...)
	}
	fmt.Fprintln(w)
	o, err := readOptions([]string{dir}, nil)
	broken = append(broken, err, printScreen(w, []string{dir}, rows, o), foldScenarios(w, dir, rows))
	fmt.Fprintf(w, "\n%s\n", path)
	return rows, errors.Join(broken...)
}

// foldScenarios prints the parts of each case of a mixed dataset.
func foldScenarios(w io.Writer, dir string, rows []aggregate.Row) error {
	for i := range rows {
		if rows[i].Dataset != dataset.TypeMix {
			continue
		}
		f, err := runlog.ReadCase(filepath.Join(dir, rows[i].Case+".json"))
		if err != nil {
			return err
		}
		fmt.Fprintln(w)
		report.Scenarios(w, f)
	}
	return nil
}

// writeCSVs writes both CSVs of a results folder, and returns the first one's path.
func writeCSVs(dir string, rows []aggregate.Row) (string, error) {
	path, err := aggregate.Write(dir, rows)
	if err != nil {
		return "", err
	}
	_, err = aggregate.WriteSummary(dir, aggregate.Groups(rows))
	return path, err
}

// ending is the exit status of a run that had begun, and its last words. A case
// that was measured before the run was gone on with is judged like the others.
func ending(ctx context.Context, out sweep.Outcome, rows []aggregate.Row, err error, strict, fresh bool) error {
	again := "the same command"
	if fresh {
		again += " without --fresh"
	}
	if ctx.Err() != nil {
		return withStatus(exitInterrupted, interrupted(ctx, fmt.Sprintf("%s of %d missing; %s goes on from here", cases(out.Missing), len(out.Names), again)))
	}
	if err != nil {
		return withStatus(exitFailed, err)
	}
	if missing := out.Missing - out.LeftOut; missing > 0 {
		return withStatus(exitFailed, fmt.Errorf("%s of %d without a result; %s runs what is missing", cases(missing), len(out.Names), again))
	}
	if !slices.ContainsFunc(rows, func(r aggregate.Row) bool { return r.Status == runlog.StatusMeasured }) {
		return withStatus(exitFailed, fmt.Errorf("nothing was measured: %s of %d left out; choose others, or give them more time", cases(len(out.Skipped)+out.LeftOut), len(out.Names)))
	}
	if names := judged(rows, metrics.Invalid); names != "" {
		return withStatus(exitFailed, fmt.Errorf("invalid: %s; run --only-failed measures what is invalid again", names))
	}
	if names := judged(rows, metrics.Suspect); strict && names != "" {
		return withStatus(exitFailed, fmt.Errorf("--strict: suspect: %s", names))
	}
	return nil
}

// interrupted is the error of a run that was; it names the signal where that was
// not its user's Ctrl-C.
func interrupted(ctx context.Context, rest string) error {
	s, ok := errors.AsType[stopped](context.Cause(ctx))
	switch {
	case !ok || s.by == os.Interrupt:
		return fmt.Errorf("interrupted: %s", rest)
	case s.by == syscall.SIGHUP:
		rest += "; under nohup or tmux it outlives its terminal"
	}
	return fmt.Errorf("interrupted by %s: %s", s.what(), rest)
}

// judged names the measured cases with a verdict.
func judged(rows []aggregate.Row, verdict string) string {
	var names []string
	for i := range rows {
		if rows[i].Status == runlog.StatusMeasured && rows[i].Validity == verdict {
			names = append(names, rows[i].Case)
		}
	}
	return strings.Join(names, ", ")
}
