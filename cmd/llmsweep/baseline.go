package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

// checkBaseline faults a baseline that is not there, before anything is run.
func checkBaseline(baseline, resultsDir string) error {
	switch {
	case baseline == "" || baseline == aggregate.Prev:
		return nil
	case strings.HasPrefix(baseline, "@"):
		return fmt.Errorf("--baseline %s: want %s or a folder", baseline, aggregate.Prev)
	}
	if filepath.Clean(baseline) == filepath.Clean(resultsDir) {
		return fmt.Errorf("--baseline %s is where this run goes; %s is the run that is there now", baseline, aggregate.Prev)
	}
	if _, err := os.Stat(baseline); err != nil {
		return fmt.Errorf("--baseline: %w", err)
	}
	return nil
}

// againstBaseline compares a run that ended well with an earlier one, and judges it
// by the config's gates. The first run has none before it, and passes.
func againstBaseline(w *watch, stderr io.Writer, run ended) error {
	c, baseline := run.config, run.baseline
	if run.err != nil {
		if baseline != "" {
			w.Note("not compared with --baseline " + baseline + ": the run did not end well")
		}
		return run.err
	}
	if baseline == "" {
		if len(c.Gate) > 0 {
			w.Note("gate: not checked; run with --baseline @prev to hold a run to the one before it")
		}
		return nil
	}
	path := baseline
	if baseline == aggregate.Prev {
		runs, err := runlog.History(c.ResultsDir)
		if err != nil {
			return withStatus(exitFailed, err)
		}
		if len(runs) == 0 {
			w.Note("--baseline @prev: there is no earlier run in " + c.ResultsDir + "; the next one is compared with this one")
			return nil
		}
		path = runs[len(runs)-1]
	}
	f := compareFlags{definitions: "llmsweep", failOn: c.Gate, strict: run.strict}
	var sides []*aggregate.Side
	for _, s := range []struct{ name, path string }{{baseline, path}, {c.ResultsDir, c.ResultsDir}} {
		side, broken, err := aggregate.ReadSide(s.name, s.path, false)
		if err != nil {
			return withStatus(exitUsage, err)
		}
		for _, b := range broken {
			w.Warn(b.Error())
		}
		sides = append(sides, side)
	}
	fmt.Fprintln(w.results)
	return f.compare(w.results, stderr, sides)
}
