package client

import (
	"llmsweep/dataset"
)

// OpenAI's Responses API (platform.openai.com/docs/api-reference/responses and
// its page on streaming), which vLLM serves too: typed events, of which those
// that end in .delta carry what is generated, and the last one has the usage.
// It takes neither ignore_eos nor a least number of tokens, and OpenAI's own server
// no bound below 16.
var responses = &shape{
	path: "/v1/responses", chat: true, images: true, fewest: 16,
	frame: func(a *question) any {
		return struct {
			Model     string `json:"model"`
			Input     string `json:"input"`
			MaxTokens int    `json:"max_output_tokens,omitempty"`
			Stream    bool   `json:"stream"`
			Store     bool   `json:"store"` // the server is not to keep the answer
		}{a.model, "", a.r.MaxTokens, true, false}
	},
	prompt: map[string]func([]byte, dataset.Request) []byte{"input": appendInput},
	member: (*decoder).responsesMember,
	settle: (*decoder).responsesEvent,
}

// appendInput appends the input: items of a role and a content each.
func appendInput(out []byte, r dataset.Request) []byte {
	return appendTurns(out, turnsOf(r), r.Images, func(out []byte, text string, images []string) []byte {
		return appendParts(out, text, images, `{"type":"input_text","text":`, func(out []byte, url string) []byte {
			return append(appendText(append(out, `{"type":"input_image","image_url":`...), url), '}')
		})
	})
}

func (d *decoder) responsesMember(key []byte) (ok bool) {
	switch string(key) {
	case "type":
		d.kind, _, ok = d.text()
		return ok
	case "delta":
		raw, filled, ok := d.text()
		if d.piece = raw; filled && raw == nil {
			d.special = true // not text, and something
		}
		return ok
	case "error":
		return d.errorMember()
	case "response":
		if d.peek() == '{' {
			return d.object(d.responsesAnswer)
		}
	}
	return d.pass()
}

// responsesAnswer takes a member of the answer as a whole, as the events of its
// begin and end have it.
func (d *decoder) responsesAnswer(key []byte) bool {
	switch string(key) {
	case "error":
		return d.errorMember()
	case "model":
		return d.modelMember()
	case "usage":
		if d.peek() == '{' {
			return d.counts(usageNames{"input_tokens", "output_tokens", "input_tokens_details", "output_tokens_details"})
		}
	case "incomplete_details":
		if d.peek() == '{' {
			return d.object(func(key []byte) bool {
				raw, _, ok := d.text()
				if string(key) == "reason" {
					d.finish = raw
				}
				return ok
			})
		}
	}
	return d.pass()
}

// responsesEvent says what the event was, once its type is known: some servers
// write it last. The usage at the end is the whole answer's, not a chunk's.
func (d *decoder) responsesEvent() {
	d.choices, d.completed = len(d.kind) > 0, -1
	generated := len(d.piece) > 0 || d.special
	switch kind := string(d.kind); kind {
	case "response.output_text.delta", "response.refusal.delta":
		d.token, d.answer = generated, generated
		d.said = appendString(d.said, d.piece)
	case "response.reasoning_text.delta", "response.reasoning_summary_text.delta":
		d.token = generated
		d.thought = appendString(d.thought, d.piece)
	case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta",
		"response.mcp_call_arguments.delta", "response.code_interpreter_call_code.delta", "response.audio.delta":
		d.token, d.answer = generated, generated
	case "response.completed":
		d.finish = []byte("stop")
	case "response.failed", "error":
		d.failed = true
	}
}
