package aggregate

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/gocarina/gocsv"

	"llmsweep/runlog"
)

// ResultsFile is the CSV in a results folder, a row a case.
const ResultsFile = "aggregate_results.csv"

// WriteCSV writes a header and a line a row.
func WriteCSV(w io.Writer, rows []Row) error {
	if rows == nil {
		rows = []Row{} // still a header
	}
	if err := gocsv.Marshal(rows, w); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

// ReadCSV reads what WriteCSV wrote, also with columns in another order, missing
// or unknown; each row must have its case.
func ReadCSV(r io.Reader) ([]Row, error) {
	var rows []Row
	if err := gocsv.Unmarshal(r, &rows); err != nil {
		if errors.Is(err, gocsv.ErrEmptyCSVFile) {
			err = errors.New("the file is empty")
		}
		return nil, fmt.Errorf("reading CSV: %w; aggregate the results folder again", err)
	}
	for i, row := range rows {
		if row.Case == "" {
			return nil, fmt.Errorf("reading CSV: row %d has no case; want a file that llmsweep aggregate wrote", i+1)
		}
	}
	return rows, nil
}

// Write puts aggregate_results.csv into dir, whole or not at all.
func Write(dir string, rows []Row) (path string, err error) {
	path = filepath.Join(dir, ResultsFile)
	return path, runlog.WriteFile(path, func(w io.Writer) error { return WriteCSV(w, rows) })
}
