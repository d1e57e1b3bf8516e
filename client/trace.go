package client

import (
	"errors"
	"fmt"

	"llmsweep/dataset"
)

// A Trace is what the wire showed for one request: observed, nothing derived.
// Instants are ns since the run's start (Config.Start), monotonic; 0 = did not happen.
type Trace struct {
	Request dataset.Request

	Due          int64 // when the schedule wanted it sent (set by loadgen)
	Queued       int64 // when loadgen took it up and handed it to the client (set by loadgen)
	ConnectStart int64 // dial began; 0 = a kept connection was used
	Connected    int64 // TCP connected
	TLSDone      int64 // TLS handshake done
	Sent         int64 // right before the request's first byte was written
	Written      int64 // after the request's last byte was written
	Headers      int64 // arrival of the read that completed the response head
	First        int64 // arrival of the first SSE event of any kind with data
	FirstContent int64 // arrival of the first token of the answer proper (not reasoning)
	LastToken    int64 // arrival of the last token-bearing or finish chunk; E2EL ends here
	End          int64 // when the stream ended or broke

	Arrivals []int64 // of each event that carried a token (content, reasoning, tool call)
	Lags     []int32 // per arrival: reader lag, µs (now − the kernel's receive stamp); nil = no kernel stamps
	Tokens   []int32 // per arrival: tokens in that chunk, by continuous usage; nil = unknown

	Events       int   // SSE events with data, [DONE] included
	UserStamps   int   // token-bearing events stamped by the reader's clock: no kernel stamp, or one off by a clock step
	Textless     int   // token-bearing events without text: of tool calls, audio
	SharedEvents int   // token-bearing events that came in a read together with another one
	RoleArrival  int64 // arrival of the first chunk that had choices, with or without a token (vLLM's first token)

	Usage        *Usage // the server's own count; nil = not reported
	FinishReason string // "" = none seen
	Status       int    // HTTP status; 0 = no response head
	Model        string // the model's name as the server echoes it
	Server       string // which of several servers it went to, as base_url has it; "" = the only one
	Reconnects   int    // kept connections found closed and opened anew
	Resent       string // a field the server refused, dropped before the request was sent again; "" = none
	Text         string // the answer; only if Config.KeepText, or if no usage came (a count needs it)
	Reasoning    string // reasoning text, under the same rule

	Err *Error // why it failed; nil = completed
}

// Usage is the server's count of a request's tokens.
type Usage struct {
	Prompt     int
	Completion int
	Cached     int // prompt tokens taken from a prefix cache, where CachedTold
	Reasoning  int // part of Completion, where told
	CachedTold bool
}

// A Class names a way to fail. The strings go to files and reports.
type Class string

// The classes of docs/definitions.md, "failed".
const (
	Connect           Class = "connect"
	TimeoutConnect    Class = "timeout_connect"
	TLS               Class = "tls"
	HTTP4xx           Class = "http_4xx"
	HTTP5xx           Class = "http_5xx"
	TimeoutFirstToken Class = "timeout_first_token"
	TimeoutIdle       Class = "timeout_idle"
	TimeoutRequest    Class = "timeout_request"
	TimeoutCase       Class = "timeout_case"
	Reset             Class = "reset"
	Truncated         Class = "truncated"
	InBandError       Class = "in_band_error"
	Protocol          Class = "protocol"
	Cancelled         Class = "cancelled"
)

// ErrCaseTimeout is the cause (context.WithTimeoutCause, context.WithCancelCause)
// that ends the requests of a case which took too long; they then fail as
// TimeoutCase, not Cancelled.
var ErrCaseTimeout = errors.New("the case's time is over")

// An Error says why a request failed: its class, and the server's own words
// where it had any.
type Error struct {
	Class      Class
	Status     int    // HTTP status, where one was seen
	Body       string // first 1 KiB of a failed answer, or of an in-band error
	RetryAfter string // the header, with an error status
	Err        error  // the cause; may be nil
}

func (e *Error) Error() string {
	s := string(e.Class)
	if e.Status != 0 && e.Status != 200 {
		s += fmt.Sprintf(": status %d", e.Status)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.Body != "" {
		s += ": " + Words(e.Body)
	}
	if e.RetryAfter != "" {
		s += " (Retry-After: " + Words(e.RetryAfter) + ")"
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }
