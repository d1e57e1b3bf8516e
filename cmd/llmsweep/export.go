package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

func exportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export [dir or file…] --requests",
		Short: "Write the records of all cases as one table, a row a request",
		Long: `Export writes a row a request, with its case's coordinates, instants, latencies, tokens
and error, for a spreadsheet or a notebook, to aggregate_requests.csv in the first
folder named, or to --output. Of a results folder the cases of its plan count. A case
without records is named and left out, and makes the exit status 1.`,
		Example: `  llmsweep export results --requests
  llmsweep export results --requests -o requests.parquet`,
	}
	requests := cmd.Flags().Bool("requests", false, "export the records")
	output := cmd.Flags().StringP("output", "o", "", "write to this `file`; - is stdout")
	format := cmd.Flags().String("format", "", "csv or parquet (default: by --output's ending, else csv)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !*requests {
			return withStatus(exitUsage, errors.New("export what? --requests writes a row a request; llmsweep aggregate writes a row a case"))
		}
		if len(args) == 0 {
			args = []string{"results"}
		}
		var asked []string
		if *format != "" {
			asked = []string{*format}
		}
		picked, err := pickFormats(asked, *output, []string{"csv", "parquet"})
		if err != nil {
			return withStatus(exitUsage, err)
		}
		rows, broken := aggregate.Load(args)
		if len(rows) == 0 {
			return withStatus(exitFailed, errors.Join(append(broken, fmt.Errorf("no case files in %s", strings.Join(args, ", ")))...))
		}
		all := len(rows) + len(broken)
		path := *output
		if path == "" {
			path = filepath.Join(folder(args), aggregate.RequestsFile+"."+picked[0])
		}
		n, err := writeRequests(cmd, path, picked[0], rows, &broken)
		if err != nil {
			return withStatus(exitFailed, errors.Join(append(broken, err)...))
		}
		if path != "-" {
			fmt.Fprintf(cmd.OutOrStdout(), "%d requests of %s\n%s\n", n, cases(len(rows)), path)
		}
		if len(broken) > 0 {
			return withStatus(exitFailed, errors.Join(append(broken, brokenOf(len(broken), all))...))
		}
		return nil
	}
	return cmd
}

// writeRequests streams the rows' records to path, and adds to broken what could
// not be read. n is how many requests were written.
func writeRequests(cmd *cobra.Command, path, format string, rows []aggregate.Row, broken *[]error) (n int, err error) {
	write := aggregate.WriteRequestsCSV
	if format == "parquet" {
		write = aggregate.WriteRequestsParquet
	}
	requests := readable(aggregate.Requests(rows), &n, broken)
	if path == "-" {
		return n, write(cmd.OutOrStdout(), requests)
	}
	err = runlog.WriteFile(path, func(w io.Writer) error { return write(w, requests) })
	return n, err
}

// readable leaves out what could not be read, keeps why in broken, and counts the
// rest.
func readable(rows iter.Seq2[aggregate.RequestRow, error], n *int, broken *[]error) iter.Seq2[aggregate.RequestRow, error] {
	return func(yield func(aggregate.RequestRow, error) bool) {
		for r, err := range rows {
			if err != nil {
				*broken = append(*broken, err)
				continue
			}
			*n++
			if !yield(r, nil) {
				return
			}
		}
	}
}
