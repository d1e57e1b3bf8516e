package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

func aggregateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "aggregate [dir or file…]",
		Short: "Fold case JSONs, ours and vllm bench serve's, into aggregate_results.csv",
		Long: `Aggregate reads case files, ours and those of vllm bench serve --save-result, and
writes aggregate_results.csv into the first folder named, or to the file that
--output names (- is stdout).`,
	}
	definitions := cmd.Flags().String("definitions", "llmsweep", "llmsweep, or `vllm`: compute our cases' figures anew from their records, by vLLM's rules")
	var ask asked
	ask.register(cmd.Flags())
	output := cmd.Flags().StringP("output", "o", "", "write the CSV to this `file`; - is stdout")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			args = []string{"results"}
		}
		load := aggregate.Load
		switch *definitions {
		case "llmsweep":
		case "vllm":
			load = aggregate.LoadVLLM
		default:
			return withStatus(exitUsage, fmt.Errorf("--definitions %s: want llmsweep or vllm", *definitions))
		}
		if err := ask.check(); err != nil {
			return withStatus(exitUsage, err)
		}
		rows, broken := load(args)
		if len(rows) == 0 {
			return withStatus(exitFailed, errors.Join(append(broken, fmt.Errorf("no case files in %s", strings.Join(args, ", ")))...))
		}
		ask.reprice(rows)
		if err := writeAggregate(cmd, args, *output, rows, ask.slo); err != nil {
			return withStatus(exitFailed, errors.Join(append(broken, err)...))
		}
		if len(broken) > 0 {
			return withStatus(exitFailed, fmt.Errorf("%w\n%d of %d files skipped", errors.Join(broken...), len(broken), len(broken)+len(rows)))
		}
		return nil
	}
	return cmd
}

// writeAggregate writes the CSV; the table goes to stdout unless the CSV does.
func writeAggregate(cmd *cobra.Command, args []string, output string, rows []aggregate.Row, slo map[string]float64) error {
	stdout := cmd.OutOrStdout()
	if output == "-" {
		return aggregate.WriteCSV(stdout, rows)
	}
	path := output
	if path == "" {
		var err error
		if path, err = writeCSVs(folder(args), rows); err != nil {
			return err
		}
	} else if err := runlog.WriteFile(path, func(w io.Writer) error { return aggregate.WriteCSV(w, rows) }); err != nil {
		return err
	}
	err := printScreen(stdout, args, rows, slo)
	fmt.Fprintf(stdout, "\n%s\n", path)
	return err
}

// folder is the first of paths that is a folder; else where llmsweep is.
func folder(paths []string) string {
	for _, p := range paths {
		if info, err := os.Stat(p); err == nil && info.IsDir() {
			return p
		}
	}
	return "."
}
