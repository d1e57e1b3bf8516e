package aggregate

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// cells are the lines of a CSV that was read whole, the header first: a
// gocsv.CSVReader.
type cells [][]string

// ReadAll returns all lines.
func (c cells) ReadAll() ([][]string, error) { return c, nil }

// Read is not called: gocsv reads all lines.
func (c cells) Read() ([]string, error) { return nil, io.EOF }

// csvLines reads a CSV of rows and holds each cell to its column: what a spreadsheet
// made of it may look like a number and be another one (12,769 for 12769).
func csvLines(r io.Reader) (cells, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(b) {
		return nil, errors.New("it is no UTF-8 text")
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	in.FieldsPerRecord = -1
	in.LazyQuotes = true // what is no CSV is told by its header
	lines, err := in.ReadAll()
	switch {
	case err != nil:
		return nil, err
	case len(lines) == 0:
		return nil, errors.New("the file is empty")
	}
	header := lines[0]
	numbers := make([]string, len(header)) // their names
	for _, c := range Columns() {
		if i := slices.Index(header, c.Name); i >= 0 && !c.IsText() {
			numbers[i] = c.Name
		}
	}
	at := slices.Index(header, "case")
	if at < 0 {
		return nil, fmt.Errorf("the first line has no column case: it is %q", shorten(strings.Join(header, ","), 60))
	}
	lines = slices.DeleteFunc(lines, func(line []string) bool { return strings.Join(line, "") == "" })
	for i, line := range lines[1:] {
		switch {
		case len(line) != len(header):
			return nil, fmt.Errorf("row %d: cells %d, want %d as in the header", i+1, len(line), len(header))
		case line[at] == "":
			return nil, fmt.Errorf("row %d has no case", i+1)
		}
		for j, name := range numbers {
			if name == "" || line[j] == "" {
				continue
			}
			if v, err := strconv.ParseFloat(strings.TrimSpace(line[j]), 64); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, fmt.Errorf("row %d (%s), %s: %q, want a number with a point and without separators of thousands, or an empty cell", i+1, line[at], name, line[j])
			}
		}
	}
	return lines, nil
}

// shorten cuts a text of more than n bytes.
func shorten(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "") + "…"
}
