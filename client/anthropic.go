package client

import (
	"strings"

	"llmsweep/dataset"
)

// Anthropic's Messages API (platform.claude.com/docs, "Streaming messages"), which
// vLLM, SGLang and llama.cpp serve too: typed events; the prompt's tokens come
// with the first, the answer's with the last but one. Pings are events, and put
// off the idle timeout. Output lengths are upper bounds.
var messages = &shape{
	path: "/v1/messages", chat: true, images: true,
	frame: func(a *question) any {
		b := struct {
			Model     string  `json:"model"`
			System    *string `json:"system,omitempty"`
			Messages  string  `json:"messages"`
			MaxTokens int     `json:"max_tokens"`
			Stream    bool    `json:"stream"`
		}{Model: a.model, MaxTokens: a.r.MaxTokens, Stream: true}
		if system, _ := systemOf(a.r); system != "" {
			b.System = &system
		}
		return b
	},
	prompt: map[string]func([]byte, dataset.Request) []byte{"messages": appendAnthropic},
	member: (*decoder).anthropicMember,
}

// systemOf parts the system messages, which have a place of their own, from the
// rest.
func systemOf(r dataset.Request) (system string, turns []dataset.Message) {
	var texts []string
	for _, m := range turnsOf(r) {
		if m.Role == "system" {
			texts = append(texts, m.Content)
		} else {
			turns = append(turns, m)
		}
	}
	return strings.Join(texts, "\n"), turns
}

func appendAnthropic(out []byte, r dataset.Request) []byte {
	_, turns := systemOf(r)
	return appendTurns(out, turns, r.Images, func(out []byte, text string, images []string) []byte {
		return appendParts(out, text, images, `{"type":"text","text":`, func(out []byte, url string) []byte {
			if kind, data, ok := dataOf(url); ok {
				out = appendText(append(out, `{"type":"image","source":{"type":"base64","media_type":`...), kind)
				return append(appendText(append(out, `,"data":`...), data), `}}`...)
			}
			return append(appendText(append(out, `{"type":"image","source":{"type":"url","url":`...), url), `}}`...)
		})
	})
}

func (d *decoder) anthropicMember(key []byte) bool {
	switch string(key) {
	case "type":
		raw, _, ok := d.text()
		d.failed = d.failed || string(raw) == "error"
		d.choices = string(raw) != "ping"
		return ok
	case "error":
		return d.errorMember()
	case "message": // of message_start
		if d.peek() == '{' {
			return d.object(func(key []byte) bool {
				switch string(key) {
				case "model":
					return d.modelMember()
				case "usage":
					ok := d.anthropicUsage()
					d.last.Completion = 0 // a token or so by then: no count of the answer
					return ok
				}
				return d.pass()
			})
		}
	case "delta": // of content_block_delta and message_delta
		if d.peek() == '{' {
			return d.object(d.anthropicDelta)
		}
	case "usage":
		return d.anthropicUsage()
	}
	return d.pass()
}

func (d *decoder) anthropicDelta(key []byte) (ok bool) {
	switch string(key) {
	case "text":
		return d.generated(&d.said, true)
	case "thinking":
		return d.generated(&d.thought, false)
	case "partial_json":
		return d.generated(nil, true)
	case "stop_reason":
		d.finish, _, ok = d.text()
		return ok
	}
	return d.pass()
}

// anthropicUsage takes counts: those of a later event replace an earlier one's.
// input_tokens are those that no cache had a part in.
func (d *decoder) anthropicUsage() bool {
	if d.peek() != '{' {
		return d.pass()
	}
	var fresh, read, written int
	ok := d.object(func(key []byte) bool {
		switch string(key) {
		case "input_tokens":
			return d.count(&fresh)
		case "cache_read_input_tokens":
			d.last.CachedTold = true
			return d.count(&read)
		case "cache_creation_input_tokens":
			return d.count(&written)
		case "output_tokens":
			return d.count(&d.last.Completion)
		}
		return d.pass()
	})
	if n := fresh + read + written; n > 0 {
		d.last.Prompt, d.last.Cached = n, read
	}
	return ok
}
