package runlog

import (
	"encoding/json"

	"llmsweep/metrics"
)

// Schema is the version of our part of the case JSON.
const Schema = 1

// The definitions that figures follow. Only like may be compared with like.
const (
	DefinitionsOurs = "llmsweep-1"
	DefinitionsVLLM = "vllm-0.32" // also of the result files that vLLM itself wrote
)

// A CaseFile is the case JSON: one object that begins with the keys of `vllm
// bench serve`'s result file, in its order, units (arrays s, statistics ms) and
// types, and goes on with ours (casefile_json.go). An undefined
// number is null. vLLM's "errors" is an array that only a detailed file has, so
// our count by class is "failures".
type CaseFile struct {
	Date           string // 20261122-183602, local time
	EndpointType   string
	Backend        string
	Label          *string // nil = null
	ModelID        string
	TokenizerID    string
	NumPrompts     int
	Labels         map[string]string // a key each, as vLLM's --metadata; see MarshalJSON
	RequestRate    Rate              // requests/s
	Burstiness     Rate              // the gaps' shape, no rate: a Rate for its "inf", even gaps
	MaxConcurrency *int              // nil = no cap
	Duration       Float             // s

	Results

	Arrays *Arrays // only with save_detailed

	MaxOutputTokensPerS   Float // tokens
	MaxConcurrentRequests int
	RTFX                  Float // of speech: 0.0

	Schema      int    // 0 = the file is vLLM's own, and nothing of ours follows
	Definitions string // DefinitionsOurs or DefinitionsVLLM
	Status      string // measured, failed, interrupted
	Case        CaseInfo
	Validity    Validity
	Client      ClientInfo
	Lengths     LengthsInfo
	Failures    Failures
	SteadyState *SteadyState               // null = the load never was at its height
	Certified   map[string]map[string]bool // metric → pXX → enough samples to bound it at 99 %
	Telemetry   map[string]any
	Cost        *Cost // null = neither a price nor a number of GPUs was told
	Environment map[string]any
	Server      map[string]any

	// Latencies beside vLLM's four, by name: ttfe, ttfo, itl_per_token, queue,
	// ttft_from_due, e2el_from_due.
	Distributions map[string]Spread
	Notes         []string // what a reader should know: a field that was dropped, why it ended

	Scenarios []Scenario // of a mixed case, in the config's order; nil = it is not one

	Extra map[string]json.RawMessage // keys that are neither vLLM's nor ours, as they came
}

// A Dist is a latency in ms.
type Dist struct {
	Mean, Median, Std Float
	P                 map[string]Float // "50", "99.9"
}

// Arrays hold a value a request, in the order of sending; latencies are null
// where the request failed. Spans are s.
type Arrays struct {
	InputLens, OutputLens []int // tokens; output 0 where the request failed, as in vLLM
	TTFTs                 []Float
	ITLs                  [][]Float
	Latencies             []Float // sent → last token or finish
	StartTimes            []Float // since the run's start
	QueueTimes            []Float // sent − due
	GeneratedTexts        []string
	Errors                []string // "" = completed
}

// CaseInfo is which case it was.
type CaseInfo struct {
	Case
	StartUnixNS int64 `json:"start_unix_ns,omitempty"` // of the run: the records' instants count from here
}

// Validity is the verdict on a case: valid, suspect or invalid.
type Validity struct {
	Verdict string   `json:"verdict"`
	Reasons []string `json:"reasons"`
}

// ClientInfo is how far the client can be trusted, lags in ms.
type ClientInfo struct {
	KernelStamps      bool  `json:"kernel_stamps"`
	ReaderLagP50      Float `json:"reader_lag_p50_ms"`
	ReaderLagP99      Float `json:"reader_lag_p99_ms"`
	ReaderLagMax      Float `json:"reader_lag_max_ms"`
	SendLagP50        Float `json:"send_lag_p50_ms"`
	SendLagP99        Float `json:"send_lag_p99_ms"`
	SendLagMax        Float `json:"send_lag_max_ms"`
	SharedEventsShare Float `json:"shared_events_share"`
	Reconnects        int   `json:"reconnects"`
}

// LengthsInfo is how exact prompts and outputs were, in tokens; asked 0 = varies.
type LengthsInfo struct {
	InputAsked      int    `json:"input_asked"`
	OutputAsked     int    `json:"output_asked"`
	InputWorstOff   int    `json:"input_worst_off"`
	OutputWorstOff  int    `json:"output_worst_off"`
	InputMeanOff    Float  `json:"input_mean_off"` // share
	OutputMeanOff   Float  `json:"output_mean_off"`
	ClientWorstOff  int    `json:"client_worst_off"`
	InputSource     string `json:"input_source"`
	OutputSource    string `json:"output_source"`
	DistinctPrompts int    `json:"distinct_prompts"`
	CachedTokens    *int64 `json:"cached_tokens"`             // null = the server did not tell
	OverheadTokens  int    `json:"overhead_tokens"`           // around a prompt, part of its length
	OverheadSource  string `json:"overhead_source,omitempty"` // "special tokens", "chat template" or "server"
	TokenizerHash   string `json:"tokenizer_sha256,omitempty"`
}

// Failures counts the requests that failed by error class, and apart from them
// those that were cut off when the case ended by time or by a rule.
type Failures struct {
	Sent     int            `json:"sent"`
	ByClass  map[string]int `json:"by_class"`
	First    string         `json:"first,omitempty"` // class and the server's own words
	Censored int            `json:"censored"`
}

// SteadyState is the window with the load at its height: instants in s since the
// first measured send, rates per s.
type SteadyState struct {
	Start                Float `json:"start_s"`
	End                  Float `json:"end_s"`
	Completed            int   `json:"completed"`
	RequestThroughput    Float `json:"request_throughput"`
	OutputThroughput     Float `json:"output_throughput"`
	TotalTokenThroughput Float `json:"total_token_throughput"`
	MeanInFlight         Float `json:"mean_in_flight"`
	LittleResidual       Float `json:"little_residual"`
}

// SLOInfo is the limits in ms and how many requests met them all.
type SLOInfo struct {
	Limits          metrics.SLO `json:"limits_ms"`
	Requests        int         `json:"good_requests"`
	Share           Float       `json:"good_share"` // of those due
	TokensPerSecond Float       `json:"good_tokens_per_s"`
}

// A Spread is a latency in ms with its number of samples.
type Spread struct {
	N      int              `json:"n"`
	Mean   Float            `json:"mean_ms"`
	Median Float            `json:"median_ms"`
	Std    Float            `json:"std_ms"`
	P      map[string]Float `json:"percentiles_ms"`
}

// invalid reports whether the case was measured, and its figures cannot be trusted.
func (f *CaseFile) invalid() bool {
	return f.Status == StatusMeasured && f.Validity.Verdict == metrics.Invalid
}
