package dataset

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The columns that are read: when, input and output tokens. Files of both kinds
// have more of them in some releases, which are skipped.
var (
	azureColumns    = []string{"TIMESTAMP", "ContextTokens", "GeneratedTokens"}  // Azure/AzurePublicDataset
	burstGPTColumns = []string{"Timestamp", "Request tokens", "Response tokens"} // HPMLL/BurstGPT
)

// csv reads a CSV file whose first record names its columns.
func (r *traceReader) csv(format string) error {
	columns, instant := azureColumns, r.azureTime
	if format == FormatBurstGPT {
		columns, instant = burstGPTColumns, r.burstGPTTime
	}
	records := csv.NewReader(r.in)
	records.ReuseRecord = true
	head, err := records.Read()
	if err != nil {
		return csvFault(r.in, 1, err)
	}
	var at [3]int
	for i, name := range columns {
		at[i] = slices.IndexFunc(head, func(s string) bool { return strings.TrimSpace(s) == name })
		if at[i] < 0 {
			return r.in.fault(1, "no column %q among %q: want %s", name, head, wantTrace)
		}
	}
	for line := 1; ; {
		record, err := records.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return csvFault(r.in, line, err)
		}
		line, _ = records.FieldPos(0)
		due, err := instant(line, record[at[0]])
		if err != nil {
			return err
		}
		var tokens [2]float64
		for i := range tokens {
			cell := record[at[1+i]]
			if tokens[i], err = strconv.ParseFloat(cell, 64); err != nil {
				return r.in.fault(line, "%s %q: want a number of tokens", columns[1+i], cell)
			}
		}
		if format == FormatBurstGPT && tokens[1] == 0 { // as its README has it: the request failed
			r.failed++
			continue
		}
		if err := r.add(line, due, tokens[0], tokens[1], nil); err != nil {
			return err
		}
	}
}

// azureTime reads a date with up to nine digits after the second, with or without
// a zone: UTC.
func (r *traceReader) azureTime(line int, cell string) (time.Duration, error) {
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04:05Z07:00"} {
		if at, err := time.Parse(layout, cell); err == nil && at.Year() >= 1970 && at.Year() < 2200 {
			return time.Duration(at.UnixNano()), nil
		}
	}
	return 0, r.in.fault(line, "%s %q: want a date as 2023-11-16 18:15:46.6805900", azureColumns[0], cell)
}

func (r *traceReader) burstGPTTime(line int, cell string) (time.Duration, error) {
	s, err := strconv.ParseFloat(cell, 64)
	if err != nil {
		return 0, r.in.fault(line, "%s %q: want a number of seconds", burstGPTColumns[0], cell)
	}
	return r.span(line, burstGPTColumns[0], s, time.Second)
}
