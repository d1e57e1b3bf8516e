package simserver

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"llmsweep/tokenizer"
)

// A job is a request for tokens, understood. Sampling parameters and other fields
// are accepted and change nothing: they do not change how long a GPU takes.
type job struct {
	chat       bool
	model      string // "" = the served one
	source     []byte // prompt or messages as sent: decides the answer's text
	text       string // prompt, or the rendered chat
	ids        []uint32
	maxTokens  int // 0 = not given
	minTokens  int
	ignoreEOS  bool
	seed       int64
	stream     bool
	usage      bool     // a last chunk with the usage
	continuous bool     // usage on every chunk
	pooled     bool     // for an answer without tokens
	native     bool     // of SGLang's own page
	documents  []string // of a reranking
}

// A body is a JSON object that is taken apart field by field, so that all its
// faults are told at once.
type body struct {
	fields map[string]json.RawMessage
	faults []bodyFault
}

func parseBody(data []byte) (*body, *apiError) {
	b := &body{}
	err := json.Unmarshal(data, &b.fields)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		at := max(syntax.Offset-1, 0)
		return nil, invalidBody([]bodyFault{{"json_invalid", fmt.Sprintf("body.%d", at), "JSON decode error",
			"'<dict of 0 items>'", ", 'ctx': {'error': 'Expecting value'}"}})
	}
	if err != nil || b.fields == nil {
		return nil, invalidBody([]bodyFault{{"model_attributes_type", "body",
			"Input should be a valid dictionary or object to extract fields from", asPython(data), ""}})
	}
	return b, nil
}

// get decodes field name into v; kind is vLLM's word for the type wanted. A field
// that is absent or null leaves v alone.
func (b *body) get(name, kind string, v any) {
	raw, ok := b.fields[name]
	if !ok || bytes.Equal(raw, []byte("null")) {
		return
	}
	if err := json.Unmarshal(raw, v); err != nil {
		b.fault(name, kind)
	}
}

func (b *body) fault(name, kind string) {
	words := map[string]string{"int": "integer", "float": "number", "bool": "boolean", "string": "string", "list": "list", "dict": "dictionary"}
	b.faults = append(b.faults, bodyFault{kind + "_type", "body." + name, "Input should be a valid " + words[kind], asPython(b.fields[name]), ""})
}

func (b *body) missing(name string) {
	b.faults = append(b.faults, bodyFault{"missing", "body." + name, "Field required",
		fmt.Sprintf("'<dict of %d items>'", len(b.fields)), ""})
}

func (b *body) has(name string) bool {
	raw, ok := b.fields[name]
	return ok && !bytes.Equal(raw, []byte("null"))
}

// parseJob reads the body of /v1/completions or /v1/chat/completions.
func parseJob(data []byte, chat bool, t tokenizer.Tokenizer) (*job, *apiError) {
	b, apiErr := parseBody(data)
	if apiErr != nil {
		return nil, apiErr
	}
	j := &job{chat: chat}
	n := 1
	var temperature float64
	var opts struct {
		Usage      bool `json:"include_usage"`
		Continuous bool `json:"continuous_usage_stats"`
	}
	b.get("model", "string", &j.model)
	b.get("stream", "bool", &j.stream)
	b.get("stream_options", "dict", &opts)
	b.get("max_tokens", "int", &j.maxTokens)
	limit := b.has("max_tokens")
	if chat && b.has("max_completion_tokens") {
		b.get("max_completion_tokens", "int", &j.maxTokens)
		limit = true
	}
	b.get("min_tokens", "int", &j.minTokens)
	b.get("ignore_eos", "bool", &j.ignoreEOS)
	b.get("seed", "int", &j.seed)
	b.get("n", "int", &n)
	b.get("temperature", "float", &temperature)
	if chat {
		apiErr = j.readChat(b, t)
	} else {
		apiErr = j.readPrompt(b, t)
	}
	switch {
	case len(b.faults) > 0:
		return nil, invalidBody(b.faults)
	case apiErr != nil:
		return nil, apiErr
	case n != 1:
		return nil, badRequest("n", "n=%d: this server gives one answer a request; send n=1", n)
	case limit && j.maxTokens < 1:
		return nil, badRequest("max_tokens", "max_tokens must be at least 1, got %d.", j.maxTokens)
	case b.has("stream_options") && !j.stream:
		return nil, badRequest("stream_options", "Stream options can only be defined when `stream=True`.")
	case limit && j.minTokens > j.maxTokens:
		return nil, badRequest("min_tokens", "min_tokens must be less than or equal to max_tokens=%d, got %d.", j.maxTokens, j.minTokens)
	}
	j.usage, j.continuous = opts.Usage, opts.Usage && opts.Continuous
	return j, nil
}

// readPrompt takes a string, a list of one string, a list of token ids, or a list
// of one such list.
func (j *job) readPrompt(b *body, t tokenizer.Tokenizer) *apiError {
	if !b.has("prompt") {
		b.missing("prompt")
		return nil
	}
	j.source = b.fields["prompt"]
	var texts []string
	var lists [][]uint32
	switch {
	case json.Unmarshal(j.source, &j.text) == nil:
		return j.tokenize(t, true)
	case json.Unmarshal(j.source, &j.ids) == nil:
	case json.Unmarshal(j.source, &texts) == nil:
		if len(texts) != 1 {
			return badRequest("prompt", "%d prompts in one request: this server takes one; send them one by one", len(texts))
		}
		j.text = texts[0]
		return j.tokenize(t, true)
	case json.Unmarshal(j.source, &lists) == nil && len(lists) == 1:
		j.ids = lists[0]
	default:
		b.fault("prompt", "string")
		return nil
	}
	for _, id := range j.ids {
		if int(id) >= t.VocabSize() {
			return badRequest("prompt", "Token id %d is out of vocabulary", id)
		}
	}
	return j.checkEmpty()
}

func (j *job) checkEmpty() *apiError {
	if len(j.ids) == 0 {
		return badRequest("prompt", "The decoder prompt cannot be empty")
	}
	return nil
}

func (j *job) tokenize(t tokenizer.Tokenizer, special bool) *apiError {
	var err error
	if j.ids, err = t.AppendIDs(nil, j.text, special); err != nil {
		return badRequest("prompt", "the prompt could not be tokenized: %v", err)
	}
	return j.checkEmpty()
}

// readChat renders the messages by the model's chat template; a tokenizer without
// one gets a line "role: content" a message, and "assistant:" at the end.
func (j *job) readChat(b *body, t tokenizer.Tokenizer) *apiError {
	if !b.has("messages") {
		b.missing("messages")
		return nil
	}
	j.source = b.fields["messages"]
	var messages []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	}
	if json.Unmarshal(j.source, &messages) != nil {
		b.fault("messages", "list")
		return nil
	}
	var turns []tokenizer.Message
	var plain strings.Builder
	var pictures []uint32
	for i, m := range messages {
		text, urls, ok := contentParts(m.Content)
		if !ok {
			return badRequest("messages", "messages[%d].content: want a string, or a list of parts with type \"text\" or \"image_url\"", i)
		}
		for _, url := range urls {
			var err error
			if pictures, err = appendImage(pictures, url, t.VocabSize()); err != nil {
				return badRequest("messages", "messages[%d].content: image_url: %v", i, err)
			}
		}
		turns = append(turns, tokenizer.Message{Role: m.Role, Content: text})
		fmt.Fprintf(&plain, "%s: %s\n", m.Role, text)
	}
	var args map[string]any
	if raw := b.fields["chat_template_kwargs"]; raw != nil && json.Unmarshal(raw, &args) != nil {
		b.fault("chat_template_kwargs", "dict")
		return nil
	}
	var err error
	switch j.text, err = tokenizer.WithTemplateArgs(t, args).Chat(turns); {
	case errors.Is(err, tokenizer.ErrNoTemplate):
		j.text = plain.String() + "assistant:"
	case err != nil:
		return badRequest("messages", "the chat template failed: %v", err)
	}
	if fault := j.tokenize(t, false); fault != nil {
		return fault
	}
	j.ids = append(j.ids, pictures...)
	return nil
}

// contentParts are a message's text (a string, null, or text parts, joined by
// line ends) and the URLs of its images.
func contentParts(raw json.RawMessage) (text string, images []string, ok bool) {
	if len(raw) == 0 || json.Unmarshal(raw, &text) == nil {
		return text, nil, true // null leaves the text empty
	}
	var parts []struct {
		Type  string `json:"type"`
		Text  string `json:"text"`
		Image struct {
			URL string `json:"url"`
		} `json:"image_url"`
	}
	if json.Unmarshal(raw, &parts) != nil {
		return "", nil, false
	}
	var texts []string
	for _, p := range parts {
		switch p.Type {
		case "text":
			texts = append(texts, p.Text)
		case "image_url":
			images = append(images, p.Image.URL)
		default:
			return "", nil, false
		}
	}
	return strings.Join(texts, "\n"), images, true
}
