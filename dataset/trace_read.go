package dataset

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Formats of traces.
const (
	FormatMooncake = "mooncake" // JSONL: timestamp (ms), input_length, output_length, hash_ids
	FormatAzure    = "azure"    // CSV: TIMESTAMP (a date), ContextTokens, GeneratedTokens
	FormatBurstGPT = "burstgpt" // CSV: Timestamp (s), Request tokens, Response tokens
)

const wantTrace = `a Mooncake trace, lines of {"timestamp": 0, "input_length": 655, "output_length": 52, "hash_ids": [0, 1]}, or a CSV file with the columns TIMESTAMP, ContextTokens, GeneratedTokens (Azure) or Timestamp, Request tokens, Response tokens (BurstGPT)`

// maxTraceLen is the longest prompt or answer that is taken for one, in tokens.
const maxTraceLen = 1 << 24

// A traceReader reads one file.
type traceReader struct {
	*trace
	in     *input
	failed int // rows of requests that failed: they have no answer to replay
	silent int // rows with an answer of no tokens
}

// readTrace reads a trace of spec.Format, or of the one that it looks like.
func readTrace(spec Spec) (t *trace, content string, err error) {
	t = &trace{spec: spec}
	content, err = readInput(spec.Path, wantTrace, func(in *input) error {
		r := &traceReader{trace: t, in: in}
		if err := r.read(); err != nil {
			return err
		}
		r.finish()
		return nil
	})
	return t, content, err
}

func (r *traceReader) read() error {
	format := cmp.Or(r.spec.Format, r.guess())
	switch format {
	case FormatMooncake:
		if err := r.mooncake(); err != nil {
			return err
		}
	case FormatAzure, FormatBurstGPT:
		if err := r.csv(format); err != nil {
			return err
		}
	default:
		return r.in.fault(1, "format %q is not known: want %s", format, wantTrace)
	}
	if len(r.rows) == 0 {
		return r.in.fault(1, "there are no requests in it: want %s", wantTrace)
	}
	return nil
}

// guess tells the format by the file's first bytes; "" = none of these.
func (r *traceReader) guess() string {
	head, _ := r.in.Peek(4096)
	head = bytes.TrimLeft(head, " \t\r\n")
	line, _, _ := bytes.Cut(head, []byte("\n"))
	switch {
	case bytes.HasPrefix(head, []byte("{")):
		return FormatMooncake
	case bytes.Contains(line, []byte(azureColumns[1])):
		return FormatAzure
	case bytes.Contains(line, []byte(burstGPTColumns[1])):
		return FormatBurstGPT
	}
	return ""
}

// add keeps a row that stands on a line of the file.
func (r *traceReader) add(line int, at time.Duration, input, output float64, ids []int64) error {
	for _, n := range []struct {
		what   string
		tokens float64
	}{{"input", input}, {"output", output}} {
		if n.tokens < 0 || n.tokens > maxTraceLen || n.tokens != math.Trunc(n.tokens) {
			return r.in.fault(line, "an %s of %v tokens: want a whole number from 0 to %d", n.what, n.tokens, maxTraceLen)
		}
	}
	if most := (int(input) + traceBlock - 1) / traceBlock; len(ids) > most {
		return r.in.fault(line, "%d hash_ids for an input of %v tokens: want at most %d, one for each %d tokens", len(ids), input, most, traceBlock)
	}
	if output == 0 {
		r.silent++
	}
	if len(r.ids)+len(ids) > math.MaxInt32 {
		return r.in.fault(line, "more than %d hash_ids: want a shorter trace", math.MaxInt32)
	}
	r.rows = append(r.rows, traceRow{at: at, input: int32(input), output: int32(output), ids: int32(len(r.ids)), blocks: int32(len(ids))})
	r.ids = append(r.ids, ids...)
	return nil
}

// finish puts the rows in the order of time, and notes what was changed.
func (r *traceReader) finish() {
	byTime := func(a, b traceRow) int { return cmp.Compare(a.at, b.at) }
	if !slices.IsSortedFunc(r.rows, byTime) {
		slices.SortStableFunc(r.rows, byTime)
		r.seen = r.note(r.seen, "its rows are not in the order of their times: they were put in it")
	}
	if r.failed > 0 {
		r.seen = r.note(r.seen, "%d of %d rows are of requests that failed, without an answer: left out", r.failed, r.failed+len(r.rows))
	}
	if r.silent > 0 {
		r.seen = r.note(r.seen, "%d of %d rows have answers of 0 tokens: raised to 1", r.silent, len(r.rows))
	}
}

// span is an instant or a time of the trace: x in units of unit. It holds some
// 290 years.
func (r *traceReader) span(line int, what string, x float64, unit time.Duration) (time.Duration, error) {
	at := x * float64(unit)
	if !(at >= 0 && at < math.MaxInt64) {
		return 0, r.in.fault(line, "%s %v: want 0 or more, in %s", what, x, strings.TrimPrefix(fmt.Sprint(unit), "1"))
	}
	return time.Duration(math.Round(at)), nil
}
