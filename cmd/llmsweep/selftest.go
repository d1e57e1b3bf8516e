package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"llmsweep/sweep"
	"llmsweep/sweep/selftest"
)

const (
	selftestLasts = 8 * time.Second
	selftestQuick = time.Second
)

// cacheEnv names the folder of what is kept between runs, in place of llmsweep's
// own in the user's cache folder.
const cacheEnv = "LLMSWEEP_CACHE"

func selftestCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "selftest",
		Short: "Measure this machine's limits and error bound, against the simulator's ground truth",
		Long: `Selftest drives the simulated server, as a child process on this machine, with
the client that runs use, and compares each event's measured arrival with the
instant at which the server wrote it, on one clock. It prints, by number of
streams, the errors of TTFT and ITL and what the tool itself took; first the
largest load at which this machine's figures can be trusted: that of the largest
paced row in which every request completed, the TTFT and ITL errors have a p99 of
at most 1 ms, and the reader lag a p99 below 1 ms.

The last self-test of the host is kept in the user's cache folder (` + cacheEnv + ` names
another), and run and bench call a case suspect whose load goes beyond it.`,
		Example: `  llmsweep selftest --quick
  llmsweep selftest --streams 1,64,512 --json selftest.json`,
		Args: cobra.NoArgs,
	}
	streams := cmd.Flags().IntSlice("streams", []int{1, 16, 64, 256, 1000, 2000}, "requests in flight, a row each")
	lasts := cmd.Flags().Duration("duration", selftestLasts, "length of each row, its warm-up aside")
	quick := cmd.Flags().Bool("quick", false, "rows of "+selftestQuick.String())
	jsonFile := cmd.Flags().String("json", "", "write everything to this `file`, too; - is stdout, in place of the tables")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if *quick {
			if cmd.Flags().Changed("duration") {
				return withStatus(exitUsage, errors.New("--quick and --duration: want one of the two"))
			}
			*lasts = selftestQuick
		}
		return runSelftest(cmd, *streams, *lasts, *jsonFile)
	}
	return cmd
}

func runSelftest(cmd *cobra.Command, streams []int, lasts time.Duration, jsonFile string) error {
	slices.Sort(streams)
	streams = slices.Compact(streams)
	if len(streams) == 0 || streams[0] < 1 {
		return withStatus(exitUsage, fmt.Errorf("--streams %v: want numbers of at least 1", streams))
	}
	if lasts <= 0 {
		return withStatus(exitUsage, fmt.Errorf("--duration %s: want more than 0", lasts))
	}
	exe, err := os.Executable()
	if err != nil {
		return withStatus(exitFailed, err)
	}
	tester := selftest.Tester{
		Version: version, Executable: exe, Streams: streams, Lasts: lasts, Now: time.Now,
		Row: func(r selftest.Row) { fmt.Fprintln(cmd.ErrOrStderr(), r.Text()) },
	}
	t, err := tester.Run(cmd.Context())
	switch {
	case cmd.Context().Err() != nil:
		return withStatus(exitInterrupted, errors.New("interrupted: the last self-test stays as it was"))
	case err != nil:
		return withStatus(exitFailed, err)
	}
	if err := tellSelftest(cmd, t, jsonFile); err != nil {
		return withStatus(exitFailed, err)
	}
	return nil
}

// tellSelftest prints the self-test and keeps it.
func tellSelftest(cmd *cobra.Command, t *selftest.Result, jsonFile string) error {
	var errs []error
	if jsonFile == "-" {
		enc := json.NewEncoder(cmd.OutOrStdout())
		enc.SetIndent("", "  ")
		errs = append(errs, enc.Encode(t))
	} else {
		fmt.Fprintln(cmd.ErrOrStderr())
		errs = append(errs, t.Print(cmd.OutOrStdout()))
		if jsonFile != "" {
			errs = append(errs, t.Save(jsonFile))
		}
	}
	path, err := selftestPath()
	if err == nil {
		err = t.Save(path)
	}
	if err != nil { // the figures stand all the same
		fmt.Fprintf(cmd.ErrOrStderr(), "the self-test is not kept for later runs: %v\n", err)
		return errors.Join(errs...)
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "kept in %s: run and bench read it\n", path)
	return errors.Join(errs...)
}

// selftestPath is where the host's last self-test is kept.
func selftestPath() (string, error) {
	dir := os.Getenv(cacheEnv)
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(user, "llmsweep")
	}
	return filepath.Join(dir, "selftest.json"), nil
}

// lastSelftest is the host's last self-test; nil where there is none. One that
// cannot be read is told of, and does not hold up a run.
func lastSelftest(p sweep.Progress) *selftest.Result {
	path, err := selftestPath()
	if err != nil {
		return nil // no home, no cache: nothing can have been kept
	}
	hostname, err := os.Hostname()
	if err != nil {
		return nil
	}
	t, err := selftest.Last(path, hostname)
	if err != nil {
		p.Warn(err.Error())
	}
	return t
}
