// Package runlog keeps the files of a run: one JSON a case in vLLM's schema with
// ours after it, records as JSON lines, the run's manifest, journal and lock.
// A case JSON that exists is whole.
package runlog

// A Case names one point of a sweep.
type Case struct {
	Name    string `json:"name"` // file names derive from it: bench_io256x256_mc1_np10
	Axes    Axes   `json:"axes"`
	Hash    string `json:"hash"`    // SHA-256 of the canonical resolved case: what would change its figures
	Seed    uint64 `json:"seed"`    // derived from (run's seed, name, attempt)
	Attempt int    `json:"attempt"` // 1 for the first
}

// Axes are the case's coordinates.
type Axes struct {
	InputLen       int               `json:"input_len"`  // tokens
	OutputLen      int               `json:"output_len"` // tokens
	MaxConcurrency int               `json:"max_concurrency"`
	NumPrompts     int               `json:"num_prompts"`
	RequestRate    Rate              `json:"request_rate"` // requests/s; "inf" = unbounded
	Dataset        string            `json:"dataset"`
	Server         string            `json:"server,omitempty"`
	Repeat         int               `json:"repeat"` // 1 for the first
	More           map[string]string `json:"more,omitempty"`
}

// The status of a case, as its JSON and the journal tell it.
const (
	StatusStarted     = "started"     // in the journal only: no case JSON yet
	StatusMeasured    = "measured"    // its figures count
	StatusFailed      = "failed"      // no request completed, or ended by errors, a timeout or a dead server
	StatusInterrupted = "interrupted" // ended by the user
	StatusSkipped     = "skipped"     // in the journal only: a rule of the config left it out for good, Why says which
	StatusMissing     = "missing"     // the journal has it as ended, but its case JSON is gone
)
