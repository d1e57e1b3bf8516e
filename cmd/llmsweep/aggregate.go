package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"llmsweep/aggregate"
)

func aggregateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "aggregate [dir or file…]",
		Short: "Fold case JSONs, ours and vllm bench serve's, into CSV, xlsx, Markdown, JSON or Parquet",
		Long: `Aggregate reads case files, ours and those of vllm bench serve --save-result, and
writes aggregate_results.csv and aggregate_summary.csv into the first folder named, or
a table a --format (aggregate_results.xlsx and so on), or one to the file that --output
names (- is stdout). A file that cannot be read is named and left out, and makes the
exit status 1.`,
		Example: `  llmsweep aggregate results
  llmsweep aggregate results --format xlsx,md
  llmsweep aggregate nightly/*.json vllm_result.json -o both.xlsx
  llmsweep aggregate results --format json -o - | jq '.[].p99_ttft_ms'`,
	}
	definitions := cmd.Flags().String("definitions", "llmsweep", "llmsweep, or `vllm`: compute our cases' figures anew from their records, by vLLM's rules")
	var ask asked
	ask.register(cmd.Flags())
	output := cmd.Flags().StringP("output", "o", "", "write one format to this `file`; - is stdout")
	formats := cmd.Flags().StringSlice("format", nil, "`formats` to write: csv, xlsx, md, json, parquet (default: by --output's ending, else csv)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			args = []string{"results"}
		}
		picked, err := pickFormats(*formats, *output, aggregateFormats())
		if err != nil {
			return withStatus(exitUsage, err)
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
		f := folded{paths: args}
		f.rows, f.broken = load(args)
		if len(f.rows) == 0 {
			return withStatus(exitFailed, errors.Join(append(f.broken, fmt.Errorf("no case files in %s; llmsweep run, or vllm bench serve --save-result, writes some", strings.Join(args, ", ")))...))
		}
		ask.reprice(f.rows)
		var damage error
		f.read, damage = readOptions(args, ask.slo)
		if err := errors.Join(writeAggregate(cmd, f, picked, *output), damage); err != nil {
			return withStatus(exitFailed, errors.Join(append(f.broken, err)...))
		}
		if len(f.broken) > 0 {
			return withStatus(exitFailed, errors.Join(append(f.broken, brokenOf(len(f.broken), len(f.rows)+len(f.broken)))...))
		}
		return nil
	}
	return cmd
}

// brokenOf says how many files were left out.
func brokenOf(broken, all int) error {
	return errors.New(message.NewPrinter(language.English).Sprintf("%d of %d files broken, and left out", broken, all))
}

// writeAggregate writes the formats; the table goes to stdout unless one of them
// does.
func writeAggregate(cmd *cobra.Command, f folded, formats []string, output string) error {
	stdout := cmd.OutOrStdout()
	if output == "-" {
		return f.write(stdout, formats[0], ".")
	}
	var written []string
	for _, format := range formats {
		path := output
		switch {
		case path != "":
			if err := f.writeFile(path, format); err != nil {
				return err
			}
		case format == "csv":
			var err error
			if path, err = writeCSVs(folder(f.paths), f.rows); err != nil {
				return err
			}
		default:
			path = filepath.Join(folder(f.paths), strings.TrimSuffix(aggregate.ResultsFile, ".csv")+"."+format)
			if err := f.writeFile(path, format); err != nil {
				return err
			}
		}
		written = append(written, path)
	}
	err := printScreen(stdout, f.paths, f.rows, f.read)
	fmt.Fprintln(stdout)
	for _, path := range written {
		fmt.Fprintln(stdout, path)
	}
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
