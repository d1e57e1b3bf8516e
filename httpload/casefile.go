package httpload

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"llmsweep/runlog"
)

// caseSchema names the layout of a CaseFile.
const caseSchema = "llmsweep-http-1"

// The values of CaseFile.Status.
const (
	StatusMeasured    = "measured"
	StatusFailed      = "failed" // nothing was answered in time
	StatusInterrupted = "interrupted"
)

// A CaseFile is the JSON of one setting. Latencies are ms, rates are per s. Header
// values, the body and secrets of the URL are not in it.
type CaseFile struct {
	Schema  string    `json:"schema"`
	Tool    string    `json:"tool"`
	Started time.Time `json:"started"`
	Status  string    `json:"status"`

	URL         string   `json:"url"`
	Method      string   `json:"method"`
	HeaderNames []string `json:"header_names"`
	BodyBytes   int      `json:"body_bytes"`
	BodySHA256  string   `json:"body_sha256,omitempty"`
	Script      string   `json:"script,omitempty"`

	Threads     int     `json:"threads"`
	Connections int     `json:"connections"`
	DurationS   float64 `json:"duration_s"` // asked for
	TimeoutS    float64 `json:"timeout_s"`
	Rate        float64 `json:"rate,omitempty"` // requests/s asked for

	TookS         float64       `json:"took_s"`
	Requests      int64         `json:"requests"`
	BytesRead     int64         `json:"bytes_read"`
	ReqPerSec     float64       `json:"requests_per_sec"`
	BytesPerSec   float64       `json:"bytes_per_sec"`
	BytesAnAnswer float64       `json:"bytes_per_answer,omitempty"`
	Errors        Errors        `json:"errors"`
	FirstError    string        `json:"first_error,omitempty"`
	Statuses      map[int]int64 `json:"statuses"`
	Unanswered    int64         `json:"unanswered"`

	Latency          *Stats  `json:"latency_ms,omitempty"` // nil = of no answer
	LatencyFrom      string  `json:"latency_from"`         // sent or due
	CorrectedLatency *Stats  `json:"corrected_latency_ms,omitempty"`
	ExpectedInterval float64 `json:"expected_interval_ms,omitempty"` // that it is corrected by
	PerThread        *Stats  `json:"requests_per_sec_of_a_thread,omitempty"`
	SendLag          *Stats  `json:"send_lag_ms,omitempty"`

	Streams      int64   `json:"streams,omitempty"`
	Broken       int64   `json:"broken_streams,omitempty"`
	TTFT         *Stats  `json:"ttft_ms,omitempty"`
	OutputTokens int64   `json:"output_tokens,omitempty"`
	TokensPerSec float64 `json:"output_tokens_per_sec,omitempty"`
	TokenSource  string  `json:"token_source,omitempty"` // usage, or events where some stream came without
}

// Stats are what a Tally says.
type Stats struct {
	Count  int64   `json:"count"`
	Min    float64 `json:"min"`
	Mean   float64 `json:"mean"`
	Stdev  float64 `json:"stdev"`
	Max    float64 `json:"max"`
	Within float64 `json:"within_stdev_pct"`
	P50    float64 `json:"p50"`
	P75    float64 `json:"p75"`
	P90    float64 `json:"p90"`
	P99    float64 `json:"p99"`
	P999   float64 `json:"p99.9"`
}

// stats divides all values by unit; nil of an empty sample.
func (t *Tally) stats(unit float64) *Stats {
	if t.Count() == 0 {
		return nil
	}
	at := func(p float64) float64 { return t.Percentile(p) / unit }
	return &Stats{
		Count: t.Count(), Min: t.Min() / unit, Mean: t.Mean() / unit, Stdev: t.Stdev() / unit, Max: t.Max() / unit,
		Within: t.Within(), P50: at(50), P75: at(75), P90: at(90), P99: at(99), P999: at(99.9),
	}
}

// micros is µs in a ms.
const micros = 1000

// CaseFile is the result as its file has it; version is the tool's.
func (r *Result) CaseFile(version string) *CaseFile {
	o := &r.Options
	f := &CaseFile{
		Schema: caseSchema, Tool: version, Started: r.Started.UTC(), Status: StatusMeasured,
		URL: ShownURL(o.URL), Method: o.method(), HeaderNames: []string{}, BodyBytes: len(o.Body), Script: o.Script,
		Threads: o.Threads, Connections: o.Connections, DurationS: o.Duration.Seconds(), TimeoutS: o.Timeout.Seconds(), Rate: o.Rate,
		TookS: r.Took.Seconds(), Requests: r.Requests, BytesRead: r.Bytes, ReqPerSec: r.ReqPerSec(), BytesPerSec: r.BytesPerSec(),
		Errors: r.Errors, FirstError: r.FirstError, Statuses: r.Statuses, Unanswered: r.Unanswered,
		Latency: r.Latency.stats(micros), LatencyFrom: "sent", PerThread: r.PerSec.stats(1), SendLag: r.SendLag.stats(micros),
		Streams: r.Streams, Broken: r.Broken, TTFT: r.TTFT.stats(micros),
	}
	for _, h := range o.Headers {
		f.HeaderNames = append(f.HeaderNames, h.Name)
	}
	if o.Body != nil {
		sum := sha256.Sum256(o.Body)
		f.BodySHA256 = hex.EncodeToString(sum[:])
	}
	if r.Requests > 0 {
		f.BytesAnAnswer = float64(r.Bytes) / float64(r.Requests)
	}
	switch {
	case r.Interrupted:
		f.Status = StatusInterrupted
	case r.Nothing() != nil:
		f.Status = StatusFailed
	}
	if o.Rate > 0 {
		f.LatencyFrom = "due"
	}
	if e := r.expected(); o.Corrected && e > 0 {
		f.CorrectedLatency, f.ExpectedInterval = r.reported().stats(micros), float64(e.Microseconds())/micros
	}
	if r.Streams > 0 {
		f.OutputTokens, f.TokensPerSec, f.TokenSource = r.OutputTokens, r.TokensPerSec(), "usage"
		if r.Uncounted > 0 {
			f.TokenSource = "events"
		}
	}
	return f
}

// fileName tells the setting, and the start, so that no later test takes its place.
func (f *CaseFile) fileName() string {
	name := fmt.Sprintf("http_%s_c%d_t%d", f.Started.Format("20060102T150405Z"), f.Connections, f.Threads)
	if f.Rate > 0 {
		name += "_rate" + strconv.FormatFloat(f.Rate, 'g', -1, 64)
	}
	return name + ".json"
}

// Save writes the file into a folder, which is made where it is missing, and
// returns its path.
func (f *CaseFile) Save(dir string) (path string, err error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return "", fmt.Errorf("%w; make its parent writable or choose another --results-dir", err)
	}
	path = filepath.Join(dir, f.fileName())
	return path, runlog.WriteFile(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(f)
	})
}

// Point is the case as a Reading takes it.
func (f *CaseFile) Point() Point {
	p := Point{
		Threads: f.Threads, Connections: f.Connections, Rate: f.Rate, TimeoutS: f.TimeoutS, MeanS: math.NaN(), MaxS: math.NaN(),
		Requests: f.Requests, Bytes: float64(f.BytesRead), ReqPerSec: f.ReqPerSec, Errors: f.Errors, FirstError: f.FirstError, Unanswered: f.Unanswered, Statuses: f.Statuses,
		Broken: f.Broken,
	}
	if l := f.Latency; l != nil {
		p.MeanS, p.MaxS = l.Mean/1000, l.Max/1000
	}
	return p
}
