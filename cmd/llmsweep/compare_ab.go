package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"llmsweep/aggregate"
	"llmsweep/sweep/plan"
)

// compareAB runs a config of two servers, interleaved, and compares them repeat by
// repeat. The run's own tables go to stderr, the comparison to stdout.
func compareAB(cmd *cobra.Command, config string, sets []string, flags compareFlags) error {
	sets = append(slices.Clone(sets), "order=interleaved")
	c, err := loadConfig([]string{config}, sets)
	if err != nil {
		return err
	}
	servers := serversOf(c)
	switch {
	case len(servers) != 2:
		return withStatus(exitUsage, fmt.Errorf("%s: --ab compares two servers, and there are %d; want servers: with two entries", c.Path, len(servers)))
	case c.Repeats < 2:
		return withStatus(exitUsage, fmt.Errorf("%s: repeats: %d gives no pairs to compare; add --set repeats=5", c.Path, c.Repeats))
	case flags.junit != "" && len(flags.failOn) == 0 && flags.config == "" && len(c.Gate) == 0:
		return withStatus(exitUsage, errNoGates)
	}
	flags.paired = true
	run := runThen(func(w *watch, stderr io.Writer, run ended) error {
		c := run.config
		sides, broken, err := twoServers(c.ResultsDir, servers, flags.definitions == "vllm")
		for _, b := range broken {
			w.Warn(b.Error())
		}
		if err != nil {
			return withStatus(exitFailed, errors.Join(err, run.err))
		}
		// Of a run that did not end well the rest is compared: what is left out is said.
		err = flags.compare(cmd.OutOrStdout(), stderr, sides)
		switch {
		case err == nil:
			return run.err
		case run.err == nil:
			return err
		}
		return withStatus(statusOf(err), errors.Join(err, run.err))
	})
	args := []string{config}
	for _, s := range sets {
		args = append(args, "--set", s)
	}
	run.SetArgs(args)
	run.SetOut(cmd.ErrOrStderr())
	run.SetErr(cmd.ErrOrStderr())
	run.SilenceErrors, run.SilenceUsage = true, true
	return run.ExecuteContext(cmd.Context())
}

// serversOf are the names of the servers of a config's cases, in order.
func serversOf(c *plan.Config) (names []string) {
	for _, pc := range c.Cases() {
		if s := pc.Axes.Server; !slices.Contains(names, s) && s != "" {
			names = append(names, s)
		}
	}
	return names
}

// twoServers are the sides of a run on two servers: the first is BASE.
func twoServers(dir string, servers []string, vllm bool) (sides []*aggregate.Side, broken []error, err error) {
	for _, name := range servers {
		s, b, err := aggregate.ReadSide(name, dir, vllm)
		if err != nil {
			return nil, b, err
		}
		broken = b
		s.Rows = slices.DeleteFunc(s.Rows, func(r aggregate.Row) bool { return r.Server != name })
		if len(s.Rows) == 0 {
			return nil, b, fmt.Errorf("%s: no case files of server %s", dir, name)
		}
		sides = append(sides, s)
	}
	return sides, broken, nil
}
