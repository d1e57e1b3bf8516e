package client

import (
	"bytes"

	"llmsweep/dataset"
)

// SGLang's own /generate (docs.sglang.io, "SGLang native APIs" and "Sampling
// parameters"; python/sglang/srt/entrypoints/http_server.py): each event has all
// of the text so far, and its counts in meta_info. A server that streams pieces
// (--incremental-streaming-output) is understood too.
var sglang = &shape{
	path: "/generate", ids: true, unnamed: true, nested: "sampling_params",
	optional: []string{"ignore_eos", "min_new_tokens"}, fixes: "ignore_eos",
	frame: func(a *question) any {
		b := struct {
			Text           *string        `json:"text,omitempty"`
			IDs            *string        `json:"input_ids,omitempty"`
			SamplingParams map[string]any `json:"sampling_params"`
			Stream         bool           `json:"stream"`
		}{Stream: true}
		b.SamplingParams = a.parameters(map[string]any{
			"max_new_tokens": a.r.MaxTokens, "ignore_eos": a.insists("ignore_eos"), "min_new_tokens": a.least("min_new_tokens"),
		})
		if b.Text = new(string); a.r.PromptIDs != nil {
			b.Text, b.IDs = nil, b.Text
		}
		return b
	},
	prompt: map[string]func([]byte, dataset.Request) []byte{"text": appendPrompt, "input_ids": appendPrompt},
	member: (*decoder).sglangMember,
	settle: (*decoder).sglangEvent,
}

func (d *decoder) sglangMember(key []byte) (ok bool) {
	switch string(key) {
	case "text":
		d.choices = true
		d.piece, _, ok = d.text()
		return ok
	case "meta_info":
		if d.peek() == '{' {
			d.choices = true
			return d.sglangCounts()
		}
	case "error":
		return d.errorMember()
	}
	return d.pass()
}

// sglangCounts takes meta_info: counts of the answer so far, and its end.
func (d *decoder) sglangCounts() bool {
	return d.object(func(key []byte) bool {
		switch string(key) {
		case "prompt_tokens":
			return d.count(&d.last.Prompt)
		case "completion_tokens":
			ok := d.count(&d.last.Completion)
			d.completed = d.last.Completion
			return ok
		case "cached_tokens":
			d.last.CachedTold = true
			return d.count(&d.last.Cached)
		case "finish_reason": // null, {"type": …}, or in older servers its text
			if d.peek() != '{' {
				raw, _, ok := d.text()
				d.finish = raw
				return ok
			}
			return d.object(func(key []byte) bool {
				raw, _, ok := d.text()
				switch string(key) {
				case "type":
					d.finish = raw
				case "message":
					d.reason = appendString(nil, raw)
				}
				return ok
			})
		}
		return d.pass()
	})
}

// sglangEvent takes what the text has grown by. An event whose count grew carried
// a token, though its text may be held back until it is whole UTF-8.
func (d *decoder) sglangEvent() {
	raw := d.piece
	switch {
	case d.pieces || !bytes.HasPrefix(raw, d.seen) && len(raw) > 0:
		d.pieces = true
	case len(raw) > 0:
		raw = raw[len(d.seen):]
		d.seen = append(d.seen, raw...)
	}
	d.said = appendString(d.said, raw)
	d.token = len(raw) > 0 || d.completed > d.counted
	d.answer = d.token
}
