package aggregate

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"reflect"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// RequestsFile is what records are exported to; .csv or .parquet follows.
const RequestsFile = "aggregate_requests"

// A RequestRow is a request of a case: the case's coordinates, instants in s since
// the run's start, latencies in ms, tokens and why it failed. nil is an empty cell:
// it did not happen, or is not defined.
type RequestRow struct {
	Case           string `csv:"case"`
	Model          string `csv:"model"`
	InputLen       *int   `csv:"input_len"`
	OutputLen      *int   `csv:"output_len"`
	MaxConcurrency *int   `csv:"max_concurrency"`
	NumPrompts     int    `csv:"num_prompts"`
	RequestRate    string `csv:"request_rate"`
	Dataset        string `csv:"dataset"`
	Server         string `csv:"server"`
	Repeat         *int   `csv:"repeat"`
	Axes           string `csv:"axes"`
	Validity       string `csv:"validity"` // of the case

	ID       string `csv:"id"`
	Scenario string `csv:"scenario"`
	Session  string `csv:"session"`
	Warmup   bool   `csv:"warmup"`
	Outcome  string `csv:"outcome"` // completed, failed or censored

	Due          float64  `csv:"due_s"`
	Sent         *float64 `csv:"sent_s"`
	Headers      *float64 `csv:"headers_s"`
	FirstEvent   *float64 `csv:"first_event_s"`
	FirstToken   *float64 `csv:"first_token_s"`
	FirstContent *float64 `csv:"first_content_s"`
	LastToken    *float64 `csv:"last_token_s"`
	End          *float64 `csv:"end_s"`

	Queue *float64 `csv:"queue_ms"`
	TTFT  *float64 `csv:"ttft_ms"`
	TPOT  *float64 `csv:"tpot_ms"`
	E2EL  *float64 `csv:"e2el_ms"`

	InputAsked      *int   `csv:"input_asked"`
	InputTokens     *int   `csv:"input_tokens"`
	CachedTokens    *int   `csv:"cached_tokens"`
	OutputAsked     *int   `csv:"output_asked"`
	OutputTokens    int    `csv:"output_tokens"`
	OutputSource    string `csv:"output_source"`
	ReasoningTokens int    `csv:"reasoning_tokens"`
	Chunks          int    `csv:"chunks"` // that carried tokens
	Reconnects      int    `csv:"reconnects"`

	Status       *int   `csv:"http_status"`
	FinishReason string `csv:"finish_reason"`
	ErrorClass   string `csv:"error_class"`
	Error        string `csv:"error"`
}

// Requests yields the requests of the rows' cases, case by case in the order of
// the rows and in each in the order in which they ended, read from the records
// beside each case file as they are asked for. A case without records, and one
// whose records are damaged, yield an error after what could be read of it; the
// next case follows.
func Requests(rows []Row) iter.Seq2[RequestRow, error] {
	return func(yield func(RequestRow, error) bool) {
		for i := range rows {
			path, err := "", rows[i].noRecords()
			if err == nil {
				path, err = recordsFile(rows[i].File)
			}
			if err != nil {
				if !yield(RequestRow{}, err) {
					return
				}
				continue
			}
			base := caseOf(&rows[i])
			for rec, err := range runlog.ReadRecords(path) {
				if err != nil {
					err = fmt.Errorf("%w; run case %s again", err, rows[i].Case)
				}
				if !yield(requestRow(base, &rec), err) {
					return
				}
			}
		}
	}
}

// noRecords is why the row cannot have records: those beside a file are of one result.
func (r *Row) noRecords() error {
	if r.Result == 0 {
		return nil
	}
	return fmt.Errorf("%s: a file of several results has no records; keep each in a file of its own", r.File)
}

// recordsFile is the records' file beside a case file.
func recordsFile(caseFile string) (string, error) {
	base := strings.TrimSuffix(caseFile, ".json") + ".requests.jsonl"
	for _, path := range []string{base + ".gz", base} {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s has no records beside it (%s.gz): run it with records: full or counts, or bench with --save-detailed", caseFile, base)
}

// caseOf is what the requests of a case share.
func caseOf(r *Row) RequestRow {
	return RequestRow{
		Case: r.Case, Model: r.Model, InputLen: r.InputLen, OutputLen: r.OutputLen, MaxConcurrency: r.MaxConcurrency,
		NumPrompts: r.NumPrompts, RequestRate: r.RequestRate, Dataset: r.Dataset, Server: r.Server, Repeat: r.Repeat,
		Axes: r.Axes, Validity: r.Validity,
	}
}

func requestRow(row RequestRow, r *metrics.Record) RequestRow {
	row.ID, row.Scenario, row.Session, row.Warmup = r.ID, r.Scenario, r.Session, r.Warmup
	row.Outcome = "completed"
	switch {
	case r.Censored:
		row.Outcome = "censored"
	case r.Failed():
		row.Outcome = "failed"
	}
	row.Due = float64(r.Due) / 1e9
	row.Sent, row.Headers, row.FirstEvent = instant(r.Sent), instant(r.Headers), instant(r.First)
	row.FirstContent, row.LastToken, row.End = instant(r.FirstContent), instant(r.LastToken), instant(r.End)
	if len(r.Arrivals) > 0 {
		row.FirstToken = instant(r.Arrivals[0])
	}
	row.Queue, row.TTFT = latency(metrics.QueueTime(r)), latency(metrics.TTFT(r))
	row.TPOT, row.E2EL = latency(metrics.TPOT(r)), latency(metrics.E2EL(r))
	row.InputAsked, row.CachedTokens, row.OutputAsked = positive(r.InputAsked), r.CachedTokens, positive(r.OutputAsked)
	if row.InputTokens = positive(r.InputServer); row.InputTokens == nil {
		row.InputTokens = positive(r.InputClient)
	}
	row.OutputTokens, row.OutputSource, row.ReasoningTokens = r.OutputTokens, r.OutputSource, r.ReasoningTokens
	row.Chunks, row.Reconnects = len(r.Arrivals), r.Reconnects
	row.Status, row.FinishReason, row.ErrorClass, row.Error = positive(r.Status), r.FinishReason, r.ErrorClass, r.Error
	return row
}

// instant is ns since the run's start in s; nil = it did not happen.
func instant(ns int64) *float64 {
	if ns == 0 {
		return nil
	}
	s := float64(ns) / 1e9
	return &s
}

func latency(ms float64, ok bool) *float64 {
	if !ok {
		return nil
	}
	return &ms
}

// RequestColumns are the columns of the records' export, in their order.
func RequestColumns() []string {
	var names []string
	for _, c := range columnsOf(reflect.TypeFor[RequestRow]()) {
		names = append(names, c.Name)
	}
	return names
}

// WriteRequestsCSV writes a header and a line a request as they come, and stops at
// their first error.
func WriteRequestsCSV(w io.Writer, rows iter.Seq2[RequestRow, error]) error {
	out := csv.NewWriter(w)
	columns := columnsOf(reflect.TypeFor[RequestRow]())
	line := make([]string, len(columns))
	if err := out.Write(RequestColumns()); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	for r, err := range rows {
		if err != nil {
			return err
		}
		v := reflect.ValueOf(&r).Elem()
		for i, c := range columns {
			line[i] = text(c.value(v))
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("writing CSV: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("writing CSV: %w", err)
	}
	return nil
}

// WriteRequestsParquet writes a row a request as they come, typed; what is
// undefined is null.
func WriteRequestsParquet(w io.Writer, rows iter.Seq2[RequestRow, error]) error {
	return writeParquet(w, rows)
}
