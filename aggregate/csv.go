package aggregate

import (
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

// ReadCSV reads what WriteCSV wrote, also with columns in another order, missing or
// unknown, and as a spreadsheet saves it: with a byte order mark, CRLF, empty lines.
// Each row must have its case, and each cell of a column of numbers a finite one.
func ReadCSV(r io.Reader) ([]Row, error) {
	lines, err := csvLines(r)
	if err != nil {
		return nil, fmt.Errorf("reading CSV: %w; save it with commas between cells and points in numbers, or aggregate the results folder again", err)
	}
	var rows []Row
	if err := gocsv.UnmarshalCSV(lines, &rows); err != nil {
		return nil, fmt.Errorf("reading CSV: %w; aggregate the results folder again", err)
	}
	return rows, nil
}

// Write puts aggregate_results.csv into dir, whole or not at all.
func Write(dir string, rows []Row) (path string, err error) {
	path = filepath.Join(dir, ResultsFile)
	return path, runlog.WriteFile(path, func(w io.Writer) error { return WriteCSV(w, rows) })
}
