package dataset

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// mooncakeRow is a line of a Mooncake trace (kvcache-ai/Mooncake,
// FAST25-release/traces). Other fields are of no use here.
type mooncakeRow struct {
	Timestamp *float64 `json:"timestamp"` // ms
	Input     *float64 `json:"input_length"`
	Output    *float64 `json:"output_length"`
	HashIDs   []int64  `json:"hash_ids"`
}

// mooncake reads one request a line. Blank lines are skipped.
func (r *traceReader) mooncake() error {
	for line := 1; ; line++ {
		text, err := r.in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return r.in.fault(line, "%w", err)
		}
		if len(bytes.TrimSpace(text)) > 0 {
			if err := r.mooncakeLine(line, text); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

func (r *traceReader) mooncakeLine(line int, text []byte) error {
	var row mooncakeRow
	if err := json.Unmarshal(text, &row); err != nil {
		if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && e.Field != "" {
			return r.in.fault(line, "%s is of JSON type %s: want numbers, as in %s", e.Field, e.Value, wantTrace)
		}
		return r.in.fault(line, "%w: want %s", err, wantTrace)
	}
	switch {
	case row.Input == nil:
		return r.in.fault(line, "no input_length: want %s", wantTrace)
	case row.Output == nil:
		return r.in.fault(line, "no output_length: want %s", wantTrace)
	}
	var at time.Duration
	switch {
	case row.Timestamp != nil:
		var err error
		if at, err = r.span(line, "timestamp", *row.Timestamp, time.Millisecond); err != nil {
			return err
		}
	case r.spec.Replay != ReplayLengths:
		return r.in.fault(line, "no timestamp, in ms: add one, or set dataset.replay: lengths")
	}
	return r.add(line, at, *row.Input, *row.Output, row.HashIDs)
}
