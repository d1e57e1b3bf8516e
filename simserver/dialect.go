package simserver

import (
	"encoding/json"
	"net/http"

	"llmsweep/tokenizer"
)

// A dialect is how a kind of server is asked and answers: its request bodies, the
// shape of its answers, and that of its errors.
type dialect struct {
	parse func(data []byte, t tokenizer.Tokenizer) (*job, *apiError)
	wire  func(j *job, id, model string, created int64) wire
	fail  func(w http.ResponseWriter, e *apiError)
}

// A wire writes one answer in the shape of a kind of server. Text arrives as JSON
// strings; nil and "" are nothing to write.
type wire interface {
	contentType() string
	opening() []byte                                // before the first token
	token(text string, n int, finish string) []byte // of the n-th token (from 1); finish is "" but for the last
	closing(n int, finish string) []byte            // after the last token
	ending() string                                 // the stream's last bytes
	whole(text string, n int, finish string) string // an answer that is not streamed
	broken() string                                 // an event that is not whole JSON
	failure() []string                              // the events of an engine that dies in the middle
}

const (
	eventStream = "text/event-stream; charset=utf-8"
	doneEvent   = "data: [DONE]\n\n"
	engineDead  = "EngineCore encountered an issue. See stack trace (above) for the root cause."
)

// dialects are the pages that answer with tokens.
var dialects = map[string]*dialect{
	"/v1/completions": {
		func(data []byte, t tokenizer.Tokenizer) (*job, *apiError) { return parseJob(data, false, t) }, newWire, vllmError,
	},
	"/v1/chat/completions": {
		func(data []byte, t tokenizer.Tokenizer) (*job, *apiError) { return parseJob(data, true, t) }, newWire, vllmError,
	},
	"/v1/responses":                      {parseResponses, newResponsesWire, vllmError},
	"/v1/messages":                       {parseMessages, newMessagesWire, anthropicError},
	"/v1/embeddings":                     {parseEmbedding, newEmbeddingWire, vllmError},
	"/embeddings":                        {parseEmbedding, newEmbeddingWire, vllmError}, // Infinity's
	"/pooling":                           {parseEmbedding, newEmbeddingWire, vllmError},
	"/v1/rerank":                         {parseRerank, newRerankWire, vllmError},
	"/rerank":                            {parseRerank, newRerankWire, vllmError},
	"/generate":                          {parseGenerate, newGenerateWire, generateError},
	"/generate_stream":                   {parseTGI, newTGIWire, tgiError},
	"/v2/models/{model}/generate_stream": {parseTriton, newTritonWire, textError},
	"/api/generate":                      {parseOllamaGenerate, newOllamaWire, textError},
	"/api/chat":                          {parseOllamaChat, newOllamaWire, textError},
}

func vllmError(w http.ResponseWriter, e *apiError) { e.write(w) }

// textError is {"error": "text"}: Triton's and Ollama's.
func textError(w http.ResponseWriter, e *apiError) {
	writeJSON(w, e.Code, map[string]string{"error": e.Message})
}

// at is a body whose only member is one of b's, under another name: what reads a
// prompt reads it wherever a server has it.
func (b *body) at(name, as string) *body {
	fields := map[string]json.RawMessage{}
	if raw, ok := b.fields[name]; ok {
		fields[as] = raw
	}
	return &body{fields: fields}
}

// within is a member that is an object; an absent one is empty.
func (b *body) within(name string) *body {
	inner := &body{fields: map[string]json.RawMessage{}}
	b.get(name, "dict", &inner.fields)
	return inner
}

// lengths reads the most and the least tokens of an answer.
func (j *job) lengths(b *body, most, least string) *apiError {
	b.get(most, "int", &j.maxTokens)
	b.get(least, "int", &j.minTokens)
	if b.has(most) && j.maxTokens < 1 {
		return badRequest(most, "%s must be at least 1, got %d.", most, j.maxTokens)
	}
	return nil
}

// prompted reads a prompt, text or token ids, from the member of that name.
func (j *job) prompted(b *body, name string, t tokenizer.Tokenizer) *apiError {
	if !b.has(name) {
		b.missing(name)
		return nil
	}
	inner := b.at(name, "prompt")
	err := j.readPrompt(inner, t)
	b.faults = append(b.faults, inner.faults...)
	return err
}

// A turn is a message of any dialect.
type turn struct {
	role, text string
	images     []string // data URLs
}

// converse reads turns as the messages of a chat.
func (j *job) converse(turns []turn, t tokenizer.Tokenizer) *apiError {
	type part struct {
		Type  string            `json:"type"`
		Text  string            `json:"text,omitempty"`
		Image map[string]string `json:"image_url,omitempty"`
	}
	type message struct {
		Role    string `json:"role"`
		Content []part `json:"content"`
	}
	var messages []message
	for _, t := range turns {
		m := message{t.role, []part{{Type: "text", Text: t.text}}}
		for _, url := range t.images {
			m.Content = append(m.Content, part{Type: "image_url", Image: map[string]string{"url": url}})
		}
		messages = append(messages, m)
	}
	raw, err := json.Marshal(messages)
	if err != nil {
		return badRequest("messages", "%v", err)
	}
	j.chat = true
	return j.readChat(&body{fields: map[string]json.RawMessage{"messages": raw}}, t)
}

// settled is the job, unless something is wrong with its body.
func (j *job) settled(b *body, err *apiError) (*job, *apiError) {
	if err = firstFault(b, err); err != nil {
		return nil, err
	}
	return j, nil
}
