package metrics

import (
	"strings"
	"unicode/utf8"

	"llmsweep/client"
)

// maxErrorText bounds Record.Error, bytes.
const maxErrorText = 1 << 10

// FromTrace turns what the wire showed into a Record. count gives the tokens of
// a text, for an answer whose usage never came; nil = cannot. Text and reasoning
// are counted apart and added, because the server generated them apart, and each chunk
// without text, as of a tool call, for one. Where neither usage nor count gives a number, OutputSource stays "".
//
// The Record shares the Trace's slices and leaves Text empty: whoever saves
// detailed records sets it.
func FromTrace(t client.Trace, count func(text string) (int, error)) Record {
	r := Record{
		ID:       t.Request.ID,
		Scenario: t.Request.Scenario,
		Session:  t.Request.Session,
		Warmup:   t.Request.Warmup,

		Due:          t.Due,
		Queued:       t.Queued,
		ConnectStart: t.ConnectStart,
		Connected:    t.Connected,
		TLSDone:      t.TLSDone,
		Sent:         t.Sent,
		Written:      t.Written,
		Headers:      t.Headers,
		First:        t.First,
		RoleArrival:  t.RoleArrival,
		FirstContent: t.FirstContent,
		LastToken:    t.LastToken,
		End:          t.End,

		Arrivals: t.Arrivals,
		Lags:     t.Lags,
		Tokens:   t.Tokens,

		Events:       t.Events,
		SharedEvents: t.SharedEvents,
		Reconnects:   t.Reconnects,
		Resent:       t.Resent,

		InputAsked:  t.Request.InputLen,
		InputClient: t.Request.PromptTokens,
		OutputAsked: t.Request.MaxTokens,

		Model:  t.Request.Model,
		Server: t.Server,

		Status:       t.Status,
		FinishReason: t.FinishReason,
		PromptHash:   t.Request.Key(),
	}
	if t.Usage != nil {
		r.InputServer = t.Usage.Prompt
		if t.Usage.CachedTold {
			r.CachedTokens = &t.Usage.Cached
		}
	}
	r.countOutput(t, count)
	if t.Err != nil {
		r.ErrorClass = string(t.Err.Class)
		r.Error = errorText(t.Err)
	}
	return r
}

// countOutput takes the server's count first. A usage of no completion tokens
// beside chunks that carried some is no count of the answer.
func (r *Record) countOutput(t client.Trace, count func(string) (int, error)) {
	if u := t.Usage; u != nil && (u.Completion > 0 || len(t.Arrivals) == 0) {
		r.OutputTokens, r.ReasoningTokens, r.OutputSource = u.Completion, u.Reasoning, "usage"
		return
	}
	if count == nil || (t.Text == "" && t.Reasoning == "" && t.Textless == 0) {
		return
	}
	text, err := count(t.Text)
	if err != nil {
		return
	}
	reasoning, err := count(t.Reasoning)
	if err != nil {
		return
	}
	r.OutputTokens, r.ReasoningTokens, r.OutputSource = text+reasoning+t.Textless, reasoning, "text"
}

// errorText is the error without its class, which has a field of its own.
func errorText(e *client.Error) string {
	text := strings.TrimPrefix(strings.TrimPrefix(e.Error(), string(e.Class)), ": ")
	if len(text) <= maxErrorText {
		return text
	}
	cut := maxErrorText
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut]
}
