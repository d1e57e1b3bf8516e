package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"llmsweep/aggregate"
	"llmsweep/report"
	"llmsweep/runlog"
)

// The formats of aggregate, by the endings of their files.
func aggregateFormats() []string { return []string{"csv", "xlsx", "md", "json", "parquet"} }

// pickFormats checks formats against those there are. None asked: the output's by
// its ending, CSV where it has none.
func pickFormats(asked []string, output string, known []string) ([]string, error) {
	var picked []string
	for _, f := range asked {
		if !slices.Contains(known, f) {
			return nil, fmt.Errorf("--format %s: want %s", f, strings.Join(known, ", "))
		}
		if !slices.Contains(picked, f) {
			picked = append(picked, f)
		}
	}
	if len(picked) == 0 {
		ending := strings.TrimPrefix(filepath.Ext(output), ".")
		switch {
		case output == "" || output == "-" || ending == "":
			ending = "csv"
		case !slices.Contains(known, ending):
			return nil, fmt.Errorf("--output %s: what is a .%s? want an ending of %s, or --format", output, ending, strings.Join(known, ", "))
		}
		picked = []string{ending}
	}
	if output != "" && len(picked) > 1 {
		return nil, fmt.Errorf("--output %s holds one format of %s; leave --output out, or ask for one", output, strings.Join(picked, ", "))
	}
	return picked, nil
}

// A folded is what aggregate has to write.
type folded struct {
	rows   []aggregate.Row
	broken []error
	paths  []string // that were asked for
	read   aggregate.ReadOptions
}

// write writes one format; links in it are relative to the folder from.
func (f folded) write(w io.Writer, format, from string) error {
	reading := func() aggregate.Reading { return aggregate.Read(f.rows, f.read) }
	switch format {
	case "xlsx":
		return report.WriteXLSX(w, report.Workbook{Rows: linked(f.rows, from), Reading: reading(), Runs: runsOf(f.paths), Broken: f.broken})
	case "md":
		return report.WriteMarkdown(w, linked(f.rows, from), reading())
	case "json":
		return aggregate.WriteJSON(w, f.rows)
	case "parquet":
		return aggregate.WriteParquet(w, f.rows)
	}
	return aggregate.WriteCSV(w, f.rows)
}

// writeFile writes one format whole or not at all.
func (f folded) writeFile(path, format string) error {
	return runlog.WriteFile(path, func(w io.Writer) error { return f.write(w, format, filepath.Dir(path)) })
}

// linked are the rows with the paths of their files as a reader in the folder from
// has to write them.
func linked(rows []aggregate.Row, from string) []aggregate.Row {
	base, err := filepath.Abs(from)
	if err != nil {
		return rows
	}
	rows = slices.Clone(rows)
	for i := range rows {
		if rows[i].File == "" {
			continue
		}
		if path, err := filepath.Abs(rows[i].File); err == nil {
			if relative, err := filepath.Rel(base, path); err == nil {
				rows[i].File = relative
			}
		}
	}
	return rows
}

// runsOf are the manifests in the folders among paths; Load has told of those that
// cannot be read.
func runsOf(paths []string) []report.WorkbookRun {
	var runs []report.WorkbookRun
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			continue
		}
		if run, err := runlog.ReadRun(path); err == nil && run != nil {
			runs = append(runs, report.WorkbookRun{Folder: path, Run: run})
		}
	}
	return runs
}
