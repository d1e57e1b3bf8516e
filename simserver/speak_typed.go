package simserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"llmsweep/tokenizer"
)

// parts are a content's text (a string, or parts of that type) and its images, as
// image finds them in a part.
func parts(raw json.RawMessage, textType string, image func(part map[string]json.RawMessage) (url string)) (text string, images []string) {
	if json.Unmarshal(raw, &text) == nil {
		return text, nil
	}
	var list []map[string]json.RawMessage
	_ = json.Unmarshal(raw, &list) // what is neither has no parts, and so no text
	for _, p := range list {
		var kind, said string
		_ = json.Unmarshal(p["type"], &kind)
		if kind != textType {
			images = append(images, image(p))
			continue
		}
		_ = json.Unmarshal(p["text"], &said)
		text += said
	}
	return text, images
}

// parseMessages reads the body of Anthropic's /v1/messages.
func parseMessages(data []byte, t tokenizer.Tokenizer) (*job, *apiError) {
	b, err := parseBody(data)
	if err != nil {
		return nil, err
	}
	j := &job{}
	b.get("model", "string", &j.model)
	b.get("stream", "bool", &j.stream)
	if err = j.lengths(b, "max_tokens", ""); err == nil && !b.has("max_tokens") {
		b.missing("max_tokens")
	}
	var turns []turn
	var system string
	if b.get("system", "string", &system); system != "" {
		turns = append(turns, turn{role: "system", text: system})
	}
	var messages []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	}
	b.get("messages", "list", &messages)
	for _, m := range messages {
		text, images := parts(m.Content, "text", func(p map[string]json.RawMessage) string {
			var source struct{ Media_type, Data string }
			_ = json.Unmarshal(p["source"], &source) // an image of nothing is refused later
			return "data:" + source.Media_type + ";base64," + source.Data
		})
		turns = append(turns, turn{m.Role, text, images})
	}
	if err == nil && len(b.faults) == 0 {
		err = j.converse(turns, t)
	}
	return j.settled(b, err)
}

func anthropicError(w http.ResponseWriter, e *apiError) {
	kind := map[int]string{400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error", 429: "rate_limit_error", 529: "overloaded_error"}[e.Code]
	if kind == "" {
		kind = "api_error"
	}
	writeJSON(w, e.Code, map[string]any{"type": "error", "error": map[string]string{"type": kind, "message": e.Message}})
}

// A messagesWire is the typed events of Anthropic's Messages API.
type messagesWire struct{ speaker }

func newMessagesWire(j *job, id, model string, _ int64) wire {
	return &messagesWire{newSpeaker(j, "msg_"+id, model)}
}

func (w *messagesWire) message(content, stop string, n int) string {
	return fmt.Sprintf(`{"id":%s,"type":"message","role":"assistant","model":%s,"content":[%s],"stop_reason":%s,"stop_sequence":null,"usage":{"input_tokens":%d,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":%d}}`,
		quote(w.id), w.model, content, orNull(stop), w.prompt, n)
}

func (w *messagesWire) opening() []byte {
	return []byte(typed("message_start", `,"message":`+w.message("", "", 1)) +
		typed("content_block_start", `,"index":0,"content_block":{"type":"text","text":""}`) + typed("ping", ""))
}

func (w *messagesWire) token(text string, _ int, _ string) []byte {
	w.buf = append(w.buf[:0], "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":"...)
	w.buf = append(append(w.buf, text...), "}}\n\n"...)
	return w.buf
}

func (w *messagesWire) closing(n int, finish string) []byte {
	return []byte(typed("content_block_stop", `,"index":0`) +
		typed("message_delta", fmt.Sprintf(`,"delta":{"stop_reason":"%s","stop_sequence":null},"usage":{"output_tokens":%d}`, stopReason(finish), n)))
}

func (w *messagesWire) ending() string { return typed("message_stop", "") }

func (w *messagesWire) broken() string {
	return "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\n\n"
}

func (w *messagesWire) failure() []string {
	return []string{typed("error", `,"error":{"type":"api_error","message":"`+engineDead+`"}`)}
}

func (w *messagesWire) whole(text string, n int, finish string) string {
	return w.message(`{"type":"text","text":`+text+`}`, stopReason(finish), n)
}

func stopReason(finish string) string {
	if finish == "length" {
		return "max_tokens"
	}
	return "end_turn"
}

// parseResponses reads the body of OpenAI's /v1/responses.
func parseResponses(data []byte, t tokenizer.Tokenizer) (*job, *apiError) {
	b, err := parseBody(data)
	if err != nil {
		return nil, err
	}
	j := &job{}
	b.get("model", "string", &j.model)
	b.get("stream", "bool", &j.stream)
	err = j.lengths(b, "max_output_tokens", "")
	var turns []turn
	var alone string
	var items []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	}
	if json.Unmarshal(b.fields["input"], &alone) == nil {
		turns = []turn{{role: "user", text: alone}}
	} else if b.get("input", "list", &items); !b.has("input") {
		b.missing("input")
	}
	for _, m := range items {
		text, images := parts(m.Content, "input_text", func(p map[string]json.RawMessage) (url string) {
			_ = json.Unmarshal(p["image_url"], &url) // an image of nothing is refused later
			return url
		})
		turns = append(turns, turn{m.Role, text, images})
	}
	if err == nil && len(b.faults) == 0 {
		err = j.converse(turns, t)
	}
	return j.settled(b, err)
}

// A responsesWire is the typed, numbered events of OpenAI's Responses API.
type responsesWire struct {
	speaker
	created int64
	number  int
	text    strings.Builder
}

func newResponsesWire(j *job, id, model string, created int64) wire {
	return &responsesWire{speaker: newSpeaker(j, "resp_"+id, model), created: created}
}

func (w *responsesWire) numbered(kind, rest string) string {
	w.number++
	return typed(kind, fmt.Sprintf(`,"sequence_number":%d%s`, w.number-1, rest))
}

func (w *responsesWire) response(status, incomplete, output, usage string) string {
	return fmt.Sprintf(`{"id":%s,"object":"response","created_at":%d,"status":"%s","error":null,"incomplete_details":%s,"model":%s,"output":[%s],"usage":%s}`,
		quote(w.id), w.created, status, incomplete, w.model, output, usage)
}

func (w *responsesWire) opening() []byte {
	begun := `,"response":` + w.response("in_progress", "null", "", "null")
	return []byte(w.numbered("response.created", begun) + w.numbered("response.in_progress", begun) +
		w.numbered("response.output_item.added", `,"output_index":0,"item":{"id":"msg_0","type":"message","status":"in_progress","role":"assistant","content":[]}`) +
		w.numbered("response.content_part.added", `,"item_id":"msg_0","output_index":0,"content_index":0,"part":{"type":"output_text","annotations":[],"text":""}`))
}

func (w *responsesWire) token(text string, _ int, _ string) []byte {
	w.text.WriteString(unquote(text))
	return []byte(w.numbered("response.output_text.delta", `,"item_id":"msg_0","output_index":0,"content_index":0,"delta":`+text+`,"logprobs":[]`))
}

func (w *responsesWire) closing(n int, finish string) []byte {
	text := `"` + w.text.String() + `"`
	kind, answer := w.end(text, n, finish)
	return []byte(w.numbered("response.output_text.done", `,"item_id":"msg_0","output_index":0,"content_index":0,"text":`+text) +
		w.numbered(kind, `,"response":`+answer))
}

func (w *responsesWire) broken() string {
	return "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\n\n"
}

func (w *responsesWire) failure() []string {
	failed := strings.Replace(w.response("failed", "null", "", "null"), `"error":null`, `"error":{"code":"server_error","message":"`+engineDead+`"}`, 1)
	return []string{w.numbered("response.failed", `,"response":`+failed)}
}

func (w *responsesWire) whole(text string, n int, finish string) string {
	_, answer := w.end(text, n, finish)
	return answer
}

// end is the type of a stream's last event, and the whole answer.
func (w *responsesWire) end(text string, n int, finish string) (kind, answer string) {
	kind, status, incomplete := "response.completed", "completed", "null"
	if finish == "length" {
		kind, status, incomplete = "response.incomplete", "incomplete", `{"reason":"max_output_tokens"}`
	}
	output := `{"id":"msg_0","type":"message","status":"` + status + `","role":"assistant","content":[{"type":"output_text","annotations":[],"text":` + text + `}]}`
	return kind, w.response(status, incomplete, output, fmt.Sprintf(`{"input_tokens":%d,"input_tokens_details":{"cached_tokens":0},"output_tokens":%d,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":%d}`,
		w.prompt, n, w.prompt+n))
}
