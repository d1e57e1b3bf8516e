// Package client speaks to an inference server: HTTP, TLS, SSE and the
// backends' dialects. It yields a Trace a request and derives nothing from it.
//
// In: a dataset.Request. Out: a Trace of instants, counts and the server's words.
package client

import (
	"time"
)

// Config is how to reach a server and in which dialect. Its zero Timeouts mean
// none.
type Config struct {
	Backend   string            // "openai" (/v1/completions) or "openai-chat" (/v1/chat/completions)
	BaseURL   string            // http(s)://host[:port][/prefix]
	Endpoint  string            // path after BaseURL; "" = the backend's own
	Model     string            // as the server names it
	APIKey    string            // secret: sent as a bearer token, never in an error, log or file; "" = none
	Headers   map[string]string // sent with each request
	ExtraBody map[string]any    // merged last into each body; a null value removes the field
	Sampling  map[string]any    // temperature, top_p, …: merged before ExtraBody
	IgnoreEOS string            // "auto", "true" or "false": send ignore_eos and min_tokens = the length asked for
	Proxy     string            // "none", "env" or a URL
	Timeouts  Timeouts
	KeepText  bool      // keep each answer's text in its Trace
	Start     time.Time // the run's start: instants count from here
}

// Timeouts bound the parts of a request; each has its own error class.
type Timeouts struct {
	Connect    time.Duration `yaml:"connect" json:"connect"`         // dial and TLS handshake
	FirstToken time.Duration `yaml:"first_token" json:"first_token"` // from sent to the first token
	Idle       time.Duration `yaml:"idle" json:"idle"`               // between events; comments do not count
	Request    time.Duration `yaml:"request" json:"request"`         // from sent to the end
}
