package dataset

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// readJSONL calls each for every object of a file that has one a line. Blank
// lines are skipped.
func readJSONL(in *input, each func(line int, f fields) error) error {
	for line := 1; ; line++ {
		text, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return in.fault(line, "%w", err)
		}
		if len(bytes.TrimSpace(text)) > 0 {
			var f fields
			if !utf8.Valid(text) {
				return in.fault(line, "not UTF-8: want %s", wantCustom)
			}
			if err := json.Unmarshal(text, &f); err != nil || f == nil {
				return in.fault(line, "%s: want %s; of a CSV file, set dataset.format: csv", notAnObject(err), wantCustom)
			}
			if err := each(line, f); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

func notAnObject(err error) string {
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return e.Error()
	}
	return "not a JSON object"
}

// readCSV calls each for every record of a CSV file whose first names the
// columns. A cell is the JSON value that it looks like, or else a string; an
// empty one is not there.
func readCSV(in *input, each func(line int, f fields) error) error {
	r := csv.NewReader(in)
	r.ReuseRecord = true
	var columns []string
	line := 1
	for {
		record, err := r.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return csvFault(in, line, err)
		}
		line, _ = r.FieldPos(0)
		if columns == nil {
			columns = slices.Clone(record)
			if err := checkColumns(columns); err != nil {
				return in.fault(line, "%w", err)
			}
			continue
		}
		f, err := cells(columns, record)
		if err != nil {
			return in.fault(line, "%w", err)
		}
		if err := each(line, f); err != nil {
			return err
		}
	}
}

// cells are a record's that are not empty.
func cells(columns, record []string) (fields, error) {
	f := fields{}
	for i, cell := range record {
		if !utf8.ValidString(cell) {
			return nil, fmt.Errorf("%s is not UTF-8: save the file as UTF-8", columns[i])
		}
		if cell != "" {
			f[columns[i]] = cellValue(columns[i], cell)
		}
	}
	return f, nil
}

// checkColumns faults columns that hold no prompts, or that cannot be told apart.
func checkColumns(columns []string) error {
	named := map[string]bool{}
	for i, name := range columns {
		name = strings.TrimSpace(name)
		switch columns[i] = name; {
		case name == "":
			return fmt.Errorf("column %d has no name: name it, or leave it out", i+1)
		case named[name]:
			return fmt.Errorf("two columns are named %s: want each once", name)
		}
		named[name] = true
	}
	if !named["prompt"] && !named["messages"] {
		return fmt.Errorf("no column prompt or messages: want one of them among %s", strings.Join(columns, ", "))
	}
	return nil
}

// cellValue is a cell's JSON: a prompt is its own text, whatever it looks like.
func cellValue(column, cell string) json.RawMessage {
	if column != "prompt" && json.Valid([]byte(cell)) {
		return json.RawMessage(strings.TrimSpace(cell))
	}
	quoted, _ := json.Marshal(cell)
	return quoted
}

// csvFault is err at its line, or else after the line of the last record.
func csvFault(in *input, last int, err error) error {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return in.fault(e.Line, "%w: want as many cells as there are columns, and quotes in pairs", e.Err)
	}
	return in.fault(last, "%w", err)
}
