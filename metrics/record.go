// Package metrics holds the definitions: it turns what the wire showed (a
// client.Trace) into a Record a request and a Summary a case. It never reads a
// clock or a socket.
package metrics

// A Record is one line of a case's requests.jsonl: every instant of a request,
// in ns from the run's start_unix_ns, so that each statistic can be recomputed
// from the file alone. A zero instant is left out: it did not happen.
type Record struct {
	ID       string `json:"id"`
	Scenario string `json:"scenario,omitempty"`
	Session  string `json:"session,omitempty"`
	Warmup   bool   `json:"warmup,omitempty"`
	Censored bool   `json:"censored,omitempty"` // cut off by us when the case ended: neither completed nor failed

	Due          int64 `json:"due"`
	Queued       int64 `json:"queued"`
	ConnectStart int64 `json:"connect_start,omitempty"`
	Connected    int64 `json:"connected,omitempty"`
	TLSDone      int64 `json:"tls_done,omitempty"`
	Sent         int64 `json:"sent,omitempty"`
	Written      int64 `json:"written,omitempty"`
	Headers      int64 `json:"headers,omitempty"`
	First        int64 `json:"first,omitempty"`
	RoleArrival  int64 `json:"role,omitempty"`
	FirstContent int64 `json:"first_content,omitempty"`
	LastToken    int64 `json:"last_token,omitempty"`
	End          int64 `json:"end"`

	Arrivals []int64 `json:"arrivals,omitempty"` // of token-bearing chunks
	Lags     []int32 `json:"lags_us,omitempty"`  // reader lag of each arrival, µs
	Tokens   []int32 `json:"tokens,omitempty"`   // tokens of each chunk, where known

	Events       int    `json:"events,omitempty"`
	SharedEvents int    `json:"shared_events,omitempty"`
	Reconnects   int    `json:"reconnects,omitempty"`
	Resent       string `json:"resent,omitempty"`

	InputAsked      int    `json:"input_asked,omitempty"`   // tokens
	InputClient     int    `json:"input_client,omitempty"`  // the client's count of the prompt as sent
	InputServer     int    `json:"input_server,omitempty"`  // usage.prompt_tokens; 0 = not told
	CachedTokens    *int   `json:"cached_tokens,omitempty"` // of InputServer, from the prefix cache; nil = not told
	OutputAsked     int    `json:"output_asked,omitempty"`
	OutputTokens    int    `json:"output_tokens"`
	OutputSource    string `json:"output_source,omitempty"` // "usage", "text" (re-tokenized) or "" (unknown)
	ReasoningTokens int    `json:"reasoning_tokens,omitempty"`

	Model  string `json:"model,omitempty"`  // that it was for, where requests differ in that
	Server string `json:"server,omitempty"` // which of several servers it went to

	Status       int    `json:"status,omitempty"` // HTTP
	FinishReason string `json:"finish_reason,omitempty"`
	Text         string `json:"text,omitempty"` // only with save_detailed
	ErrorClass   string `json:"error_class,omitempty"`
	Error        string `json:"error,omitempty"`       // the server's own words, at most 1 KiB
	PromptHash   uint64 `json:"prompt_hash,omitempty"` // FNV-1a 64 of the prompt, to count distinct ones
}

// Completed reports whether the request counts in latencies and throughput.
func (r *Record) Completed() bool { return r.ErrorClass == "" && !r.Censored }

// Failed reports whether the request counts as failed. One that is censored does
// not: nobody knows what would have become of it.
func (r *Record) Failed() bool { return r.ErrorClass != "" && !r.Censored }

// Censor marks a request that was cut off in flight because its case ended, by
// time or by a rule. What arrived until then stays; the cut is no error.
func (r *Record) Censor() { r.Censored, r.ErrorClass, r.Error = true, "", "" }
