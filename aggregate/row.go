// Package aggregate folds many case files, ours and vLLM's, into one table: a row
// a case, for a spreadsheet, a gate or a report.
//
// In: case JSONs, by folder or name. Out: Rows and Groups, aggregate_results.csv and
// aggregate_summary.csv.
package aggregate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"llmsweep/runlog"
)

// Schema is the version of the columns of both CSVs. A newer version has those of
// the older ones, unchanged and in their order, and more after them.
const Schema = 2

// A Row is a line of aggregate_results.csv: a case's coordinates, then the names
// that users of `vllm bench serve` know, then the rest. The order is part of the
// format: columns are only added at the end. Latencies are ms, spans s, rates per
// s; a nil pointer is an empty cell: undefined, never 0. (omitempty is for reading:
// without it gocsv makes an empty cell a 0.)
type Row struct {
	Case           string `csv:"case"`
	Model          string `csv:"model"`
	InputLen       *int   `csv:"input_len,omitempty"`  // tokens asked for
	OutputLen      *int   `csv:"output_len,omitempty"` // tokens asked for
	MaxConcurrency *int   `csv:"max_concurrency,omitempty"`
	NumPrompts     int    `csv:"num_prompts"`
	RequestRate    string `csv:"request_rate"` // requests/s or inf
	Dataset        string `csv:"dataset"`
	Server         string `csv:"server"`
	Repeat         *int   `csv:"repeat,omitempty"`
	Axes           string `csv:"axes"` // other axes: key=value;…, sorted

	Completed         int      `csv:"completed"`
	RequestThroughput *float64 `csv:"request_throughput,omitempty"`
	OutputThroughput  *float64 `csv:"output_throughput,omitempty"`
	MeanTTFT          *float64 `csv:"mean_ttft_ms,omitempty"`
	MedianTTFT        *float64 `csv:"median_ttft_ms,omitempty"`
	P99TTFT           *float64 `csv:"p99_ttft_ms,omitempty"`
	MeanTPOT          *float64 `csv:"mean_tpot_ms,omitempty"`
	MeanITL           *float64 `csv:"mean_itl_ms,omitempty"`
	MeanE2EL          *float64 `csv:"mean_e2el_ms,omitempty"`

	Status          string `csv:"status"`
	Validity        string `csv:"validity"`
	ValidityReasons string `csv:"validity_reasons"` // joined by "; "
	Definitions     string `csv:"definitions"`
	Failed          int    `csv:"failed"`
	Backend         string `csv:"backend"`
	Tokenizer       string `csv:"tokenizer"`
	Date            string `csv:"date"`

	Duration             *float64 `csv:"duration,omitempty"`
	TotalInputTokens     int64    `csv:"total_input_tokens"`
	TotalOutputTokens    int64    `csv:"total_output_tokens"`
	TotalTokenThroughput *float64 `csv:"total_token_throughput,omitempty"`
	RequestGoodput       *float64 `csv:"request_goodput,omitempty"`
	GoodputShare         *float64 `csv:"request_goodput_share,omitempty"`

	StdTTFT    *float64 `csv:"std_ttft_ms,omitempty"`
	P50TTFT    *float64 `csv:"p50_ttft_ms,omitempty"`
	P90TTFT    *float64 `csv:"p90_ttft_ms,omitempty"`
	P95TTFT    *float64 `csv:"p95_ttft_ms,omitempty"`
	MedianTPOT *float64 `csv:"median_tpot_ms,omitempty"`
	StdTPOT    *float64 `csv:"std_tpot_ms,omitempty"`
	P50TPOT    *float64 `csv:"p50_tpot_ms,omitempty"`
	P90TPOT    *float64 `csv:"p90_tpot_ms,omitempty"`
	P95TPOT    *float64 `csv:"p95_tpot_ms,omitempty"`
	P99TPOT    *float64 `csv:"p99_tpot_ms,omitempty"`
	MedianITL  *float64 `csv:"median_itl_ms,omitempty"`
	StdITL     *float64 `csv:"std_itl_ms,omitempty"`
	P50ITL     *float64 `csv:"p50_itl_ms,omitempty"`
	P90ITL     *float64 `csv:"p90_itl_ms,omitempty"`
	P95ITL     *float64 `csv:"p95_itl_ms,omitempty"`
	P99ITL     *float64 `csv:"p99_itl_ms,omitempty"`
	MedianE2EL *float64 `csv:"median_e2el_ms,omitempty"`
	StdE2EL    *float64 `csv:"std_e2el_ms,omitempty"`
	P50E2EL    *float64 `csv:"p50_e2el_ms,omitempty"`
	P90E2EL    *float64 `csv:"p90_e2el_ms,omitempty"`
	P95E2EL    *float64 `csv:"p95_e2el_ms,omitempty"`
	P99E2EL    *float64 `csv:"p99_e2el_ms,omitempty"`

	MaxOutputTokensPerS   *float64 `csv:"max_output_tokens_per_s,omitempty"`
	MaxConcurrentRequests int      `csv:"max_concurrent_requests"`

	SteadyRequestThroughput    *float64 `csv:"steady_request_throughput,omitempty"`
	SteadyOutputThroughput     *float64 `csv:"steady_output_throughput,omitempty"`
	SteadyTotalTokenThroughput *float64 `csv:"steady_total_token_throughput,omitempty"`
	SteadyInFlight             *float64 `csv:"steady_mean_in_flight,omitempty"`
	LittleResidual             *float64 `csv:"little_residual,omitempty"`

	ReaderLagP99   *float64 `csv:"reader_lag_p99_ms,omitempty"`
	SendLagP99     *float64 `csv:"send_lag_p99_ms,omitempty"`
	InputWorstOff  *int     `csv:"input_len_worst_off,omitempty"`  // tokens, largest |server's count − asked|
	OutputWorstOff *int     `csv:"output_len_worst_off,omitempty"` // tokens

	Hash    string  `csv:"hash"`
	Attempt *int    `csv:"attempt,omitempty"`
	Seed    *uint64 `csv:"seed,omitempty"`
	Labels  string  `csv:"labels"` // key=value;…, sorted

	FirstError string `csv:"first_error"` // the first failure's class and the server's own words

	GPUs                 *int     `csv:"gpus,omitempty"` // that served
	CostCurrency         string   `csv:"cost_currency"`
	CostPerHour          *float64 `csv:"cost_per_hour,omitempty"`                  // of all that served
	CostPerMillionOutput *float64 `csv:"cost_per_million_output_tokens,omitempty"` // whole run, as are the other two
	CostPerMillionTotal  *float64 `csv:"cost_per_million_total_tokens,omitempty"`  // input and output
	CostPerRequest       *float64 `csv:"cost_per_request,omitempty"`               // completed

	Schema int `csv:"schema"` // Schema when the row was written; 0 = before there were versions

	FewSamples string `csv:"few_samples"` // percentiles of fewer requests than they need, joined by ";"

	PrefixCacheHitShare *float64 `csv:"prefix_cache_hit_share,omitempty"` // cached prompt tokens ÷ total_input_tokens; empty where the server did not tell

	File   string `csv:"-"` // path of the case file that the row is from; "" = it was read from a CSV
	Result int    `csv:"-"` // which of the results in that file, from 1; 0 = the only one
}

// ReadFile reads all of what the row is from.
func (r *Row) ReadFile() (*runlog.CaseFile, error) { return runlog.ReadResult(r.File, r.Result) }

// rowOf is the row of a case file. Name is the file's without .json: it names the
// case where the file does not.
func rowOf(name string, f *runlog.CaseFile) Row {
	r := Row{
		Case: name, Model: f.ModelID, MaxConcurrency: f.MaxConcurrency, NumPrompts: f.NumPrompts,
		RequestRate: rate(f.RequestRate),
		Completed:   f.Completed, RequestThroughput: number(f.RequestThroughput), OutputThroughput: number(f.OutputThroughput),
		Definitions: f.Definitions, Failed: f.Failed, Backend: f.Backend, Tokenizer: f.TokenizerID, Date: f.Date,
		Duration: number(f.Duration), TotalInputTokens: f.TotalInputTokens, TotalOutputTokens: f.TotalOutputTokens,
		TotalTokenThroughput: number(f.TotalTokenThroughput), RequestGoodput: number(f.RequestGoodput),
		MaxOutputTokensPerS: number(f.MaxOutputTokensPerS), MaxConcurrentRequests: f.MaxConcurrentRequests,
		Labels: pairs(f.Labels), Schema: Schema,
	}
	r.latencies(f)
	r.FewSamples = r.fewSamples()
	if f.Schema == 0 {
		r.foreign(name, f)
	} else {
		r.own(f)
	}
	if f.Cost != nil {
		r.price(*f.Cost)
	}
	return r
}

func (r *Row) latencies(f *runlog.CaseFile) {
	d := f.TTFT
	r.MeanTTFT, r.MedianTTFT, r.StdTTFT = number(d.Mean), number(d.Median), number(d.Std)
	r.P50TTFT, r.P90TTFT, r.P95TTFT, r.P99TTFT = percentile(d, "50"), percentile(d, "90"), percentile(d, "95"), percentile(d, "99")
	d = f.TPOT
	r.MeanTPOT, r.MedianTPOT, r.StdTPOT = number(d.Mean), number(d.Median), number(d.Std)
	r.P50TPOT, r.P90TPOT, r.P95TPOT, r.P99TPOT = percentile(d, "50"), percentile(d, "90"), percentile(d, "95"), percentile(d, "99")
	d = f.ITL
	r.MeanITL, r.MedianITL, r.StdITL = number(d.Mean), number(d.Median), number(d.Std)
	r.P50ITL, r.P90ITL, r.P95ITL, r.P99ITL = percentile(d, "50"), percentile(d, "90"), percentile(d, "95"), percentile(d, "99")
	d = f.E2EL
	r.MeanE2EL, r.MedianE2EL, r.StdE2EL = number(d.Mean), number(d.Median), number(d.Std)
	r.P50E2EL, r.P90E2EL, r.P95E2EL, r.P99E2EL = percentile(d, "50"), percentile(d, "90"), percentile(d, "95"), percentile(d, "99")
}

// own takes over what only our files say.
func (r *Row) own(f *runlog.CaseFile) {
	c := f.Case
	r.Case = c.Name
	r.InputLen, r.OutputLen = positive(c.Axes.InputLen), positive(c.Axes.OutputLen)
	if r.InputLen != nil { // with an output length of 0 no tokens are generated
		r.OutputLen = &c.Axes.OutputLen
	}
	r.Dataset, r.Server, r.Repeat, r.Axes = c.Axes.Dataset, c.Axes.Server, positive(c.Axes.Repeat), pairs(c.Axes.More)
	r.Status, r.Validity, r.ValidityReasons = f.Status, f.Validity.Verdict, strings.Join(f.Validity.Reasons, "; ")
	r.FirstError = f.Failures.First
	seed := c.Seed
	r.Hash, r.Attempt, r.Seed = c.Hash, positive(c.Attempt), &seed
	r.ReaderLagP99, r.SendLagP99 = number(f.Client.ReaderLagP99), number(f.Client.SendLagP99)
	if f.Lengths.InputAsked > 0 {
		n := f.Lengths.InputWorstOff // a pointer into f would keep all of it
		r.InputWorstOff = &n
	}
	if f.Lengths.OutputAsked > 0 {
		n := f.Lengths.OutputWorstOff
		r.OutputWorstOff = &n
	}
	if n := f.Lengths.CachedTokens; n != nil && f.TotalInputTokens > 0 {
		share := float64(*n) / float64(f.TotalInputTokens)
		r.PrefixCacheHitShare = &share
	}
	if f.SLO != nil {
		r.GoodputShare = number(f.SLO.Share)
	}
	if s := f.SteadyState; s != nil {
		r.SteadyRequestThroughput, r.SteadyOutputThroughput = number(s.RequestThroughput), number(s.OutputThroughput)
		r.SteadyTotalTokenThroughput = number(s.TotalTokenThroughput)
		r.SteadyInFlight, r.LittleResidual = number(s.MeanInFlight), number(s.LittleResidual)
	}
}

// rate is empty where a file does not tell it, as vLLM's of conversations.
func rate(r runlog.Rate) string {
	if math.IsNaN(float64(r)) {
		return ""
	}
	return r.String()
}

func number(f runlog.Float) *float64 {
	if !f.Defined() {
		return nil
	}
	v := float64(f)
	return &v
}

func percentile(d runlog.Dist, p string) *float64 {
	if v, ok := d.P[p]; ok {
		return number(v)
	}
	return nil
}

func positive(n int) *int {
	if n <= 0 {
		return nil
	}
	return &n
}

// pairs writes a map as key=value;…, sorted by key.
func pairs(m map[string]string) string {
	var all []string
	for k, v := range m {
		all = append(all, fmt.Sprintf("%s=%s", k, v))
	}
	slices.Sort(all)
	return strings.Join(all, ";")
}
