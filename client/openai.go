package client

import (
	openai "github.com/sashabaranov/go-openai"

	"llmsweep/dataset"
)

// The completions and chat completions of OpenAI's API reference
// (platform.openai.com/docs/api-reference), as vLLM, SGLang, llama.cpp and the
// others answer them: testdata/wire has recordings.

// The request bodies: go-openai's, with the fields shadowed that it leaves out
// or does not know. What it omits when zero (temperature: 0) comes by Sampling.
type (
	completionBody struct {
		openai.CompletionRequest
		bodyOptions
		MaxTokens     int                   `json:"max_tokens,omitempty"`
		StreamOptions *openai.StreamOptions `json:"stream_options,omitempty"`
	}
	chatBody struct {
		openai.ChatCompletionRequest
		bodyOptions
		MaxTokens     int                   `json:"max_tokens,omitempty"`
		StreamOptions *openai.StreamOptions `json:"stream_options,omitempty"`
	}
	bodyOptions struct {
		IgnoreEOS bool `json:"ignore_eos,omitempty"`
		MinTokens int  `json:"min_tokens,omitempty"`
	}
)

func optionsOf(a *question) (opt bodyOptions, stream *openai.StreamOptions) {
	if a.sends("stream_options") {
		stream = &openai.StreamOptions{IncludeUsage: true}
	}
	return bodyOptions{IgnoreEOS: a.insists("ignore_eos"), MinTokens: a.least("min_tokens")}, stream
}

// completions is /v1/completions of a server that takes the optional fields; the
// first of them is what it goes on to the length asked for by.
func completions(optional ...string) *shape {
	return &shape{
		path: "/v1/completions", ids: true, optional: optional, fixes: optional[0],
		frame: func(a *question) any {
			opt, stream := optionsOf(a)
			b := completionBody{bodyOptions: opt, MaxTokens: a.r.MaxTokens, StreamOptions: stream}
			b.Model, b.Stream, b.Prompt = a.model, true, "" // left out if nil
			return b
		},
		prompt: promptAt("prompt"),
	}
}

// maxTokens is the field of a chat for the most tokens, which OpenAI's reasoning
// models refuse and want max_completion_tokens for.
const maxTokens = "max_tokens"

// chatCompletions is /v1/chat/completions, likewise.
func chatCompletions(optional ...string) *shape {
	return &shape{
		path: "/v1/chat/completions", chat: true, images: true, optional: append(optional, maxTokens), fixes: optional[0],
		frame: func(a *question) any {
			opt, stream := optionsOf(a)
			b := chatBody{bodyOptions: opt, StreamOptions: stream}
			if b.Model, b.Stream = a.model, true; a.sends(maxTokens) {
				b.MaxTokens = a.r.MaxTokens
			} else {
				b.MaxCompletionTokens = a.r.MaxTokens
			}
			return b
		},
		prompt: map[string]func([]byte, dataset.Request) []byte{"messages": appendMessages},
	}
}

// promptAt writes a prompt, text or token ids, into the members of those names.
func promptAt(names ...string) map[string]func([]byte, dataset.Request) []byte {
	m := map[string]func([]byte, dataset.Request) []byte{}
	for _, n := range names {
		m[n] = appendPrompt
	}
	return m
}

// appendMessages appends the messages of a chat, with the images in the last one.
func appendMessages(out []byte, r dataset.Request) []byte {
	return appendTurns(out, turnsOf(r), r.Images, func(out []byte, text string, images []string) []byte {
		return appendParts(out, text, images, `{"type":"text","text":`, func(out []byte, url string) []byte {
			return append(appendText(append(out, `{"type":"image_url","image_url":{"url":`...), url), `}}`...)
		})
	})
}

// top takes a member of the event's object.
func (d *decoder) top(key []byte) bool {
	switch string(key) {
	case "choices":
		if d.peek() != '[' {
			return d.pass()
		}
		return d.array(d.choice)
	case "usage":
		if d.peek() != '{' {
			return d.pass()
		}
		return d.usage()
	case "error":
		return d.errorMember()
	case "object", "type": // older vLLM; the Messages dialect
		raw, _, ok := d.text()
		d.failed = d.failed || string(raw) == "error"
		return ok
	case "model":
		return d.modelMember()
	}
	return d.pass()
}

func (d *decoder) choice() bool {
	if d.peek() != '{' {
		return d.pass()
	}
	d.choices = true
	return d.object(func(key []byte) bool {
		switch string(key) {
		case "text":
			return d.generated(&d.said, true)
		case "delta", "message":
			if d.peek() != '{' {
				return d.pass()
			}
			return d.object(d.delta)
		case "finish_reason":
			raw, _, ok := d.text()
			if len(raw) > 0 {
				d.finish = raw
			}
			return ok
		}
		return d.pass()
	})
}

// delta takes a member of a chat chunk's delta. An empty string, list or object
// is no token.
func (d *decoder) delta(key []byte) bool {
	switch string(key) {
	case "content", "refusal":
		return d.generated(&d.said, true)
	case "reasoning", "reasoning_content":
		return d.generated(&d.thought, false)
	case "tool_calls", "function_call", "audio":
		return d.generated(nil, true)
	}
	return d.pass()
}

// usageNames are what an API calls the parts of its usage.
type usageNames struct{ prompt, completion, promptDetails, completionDetails string }

// usage takes the server's count; the last one that comes holds.
func (d *decoder) usage() bool {
	return d.counts(usageNames{"prompt_tokens", "completion_tokens", "prompt_tokens_details", "completion_tokens_details"})
}

func (d *decoder) counts(names usageNames) bool {
	var u Usage
	told := false
	count := func(n *int) bool {
		v, set, ok := d.integer()
		if set {
			*n = v
		}
		told = told || set
		return ok
	}
	detail := func(name string, n *int) bool {
		if d.peek() != '{' {
			return d.pass()
		}
		return d.object(func(key []byte) bool {
			if string(key) != name {
				return d.pass()
			}
			return count(n)
		})
	}
	ok := d.object(func(key []byte) bool {
		switch string(key) {
		case names.prompt:
			return count(&u.Prompt)
		case names.completion:
			return count(&u.Completion)
		case names.promptDetails:
			u.Cached = -1
			ok := detail("cached_tokens", &u.Cached)
			u.CachedTold = u.Cached >= 0
			u.Cached = max(u.Cached, 0)
			return ok
		case names.completionDetails:
			return detail("reasoning_tokens", &u.Reasoning)
		}
		return d.pass()
	})
	if ok && told {
		d.last, d.told = u, true
		d.completed = u.Completion
	}
	return ok
}
