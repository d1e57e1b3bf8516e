package client

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	openai "github.com/sashabaranov/go-openai"

	"llmsweep/dataset"
)

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

// optional are the body fields that a server may refuse, and that are then left
// out. The first two only with ignore_eos: auto.
var optional = []string{"ignore_eos", "min_tokens", "stream_options"}

// A dialect makes request bodies. It learns which optional fields the server
// refuses.
type dialect struct {
	cfg Config

	mu      sync.Mutex
	refused []string
	notes   []string
}

// without is the optional fields that are left out by now.
func (d *dialect) without() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.refused)
}

// prepared is a body that was made ahead, the model it is for, and the fields that
// it left out.
type prepared struct {
	body    []byte
	model   string
	without []string
}

// bodyOr is the body that was made ahead, unless it is for another model, the
// server has refused a field since, or there is none: then it is made now.
func (d *dialect) bodyOr(ahead *prepared, r dataset.Request, without []string) ([]byte, error) {
	if ahead != nil && ahead.model == r.Model && slices.Equal(ahead.without, without) {
		return ahead.body, nil
	}
	return d.body(r, without)
}

// body is r as the server is to get it, without some optional fields. Later
// fields replace earlier ones of the same name: the backend's own, Sampling,
// ExtraBody, r.Extra; null removes one.
func (d *dialect) body(r dataset.Request, without []string) ([]byte, error) {
	if err := d.takes(r); err != nil {
		return nil, err
	}
	frame, err := d.frame(r, without)
	if err != nil {
		return nil, err
	}
	return fill(frame, r, d.cfg.Sampling, d.cfg.ExtraBody, r.Extra)
}

// frame is the body of r with nothing in place of its prompt. An answer that is
// to end where the server likes is not asked to go on, unless the config says so.
func (d *dialect) frame(r dataset.Request, without []string) ([]byte, error) {
	var opt bodyOptions
	if d.cfg.IgnoreEOS == "true" || d.cfg.IgnoreEOS == "auto" && r.MaxTokens > 0 {
		opt.IgnoreEOS = !slices.Contains(without, "ignore_eos")
		if !slices.Contains(without, "min_tokens") {
			opt.MinTokens = r.MaxTokens
		}
	}
	var stream *openai.StreamOptions
	if !slices.Contains(without, "stream_options") {
		stream = &openai.StreamOptions{IncludeUsage: true}
	}
	if d.cfg.Backend == OpenAIChat {
		b := chatBody{bodyOptions: opt, MaxTokens: r.MaxTokens, StreamOptions: stream}
		b.Model, b.Stream = cmp.Or(r.Model, d.cfg.Model), true
		return appendJSON(nil, b)
	}
	b := completionBody{bodyOptions: opt, MaxTokens: r.MaxTokens, StreamOptions: stream}
	b.Model, b.Stream, b.Prompt = cmp.Or(r.Model, d.cfg.Model), true, "" // left out if nil
	return appendJSON(nil, b)
}

// appendJSON appends v as JSON on one line, with <, > and & as they are.
func appendJSON(out []byte, v any) ([]byte, error) {
	b := bytes.NewBuffer(out)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return out, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// fill is the object frame with r's prompt and the fields of layers, later ones
// first in rank; a null removes a field. What is kept of frame keeps its place.
func fill(frame []byte, r dataset.Request, layers ...map[string]any) ([]byte, error) {
	fields := map[string]any{}
	for _, layer := range layers {
		for k, v := range layer {
			fields[k] = v
		}
	}
	out := make([]byte, 1, len(frame)+promptSize(r)+256)
	out[0] = '{'
	c := cursor{b: frame}
	c.object(func(key []byte) bool {
		c.space()
		start := c.i
		if !c.pass() {
			return false
		}
		name := string(key)
		if _, replaced := fields[name]; replaced {
			return true
		}
		switch out = appendKey(out, name); name {
		case "prompt":
			out = appendPrompt(out, r)
		case "messages":
			out = appendMessages(out, r)
		default:
			out = append(out, frame[start:c.i]...)
		}
		return true
	})
	names := make([]string, 0, len(fields))
	for name, v := range fields {
		if v != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names) // the same request is the same bytes
	for _, name := range names {
		var err error
		if out, err = appendJSON(appendKey(out, name), fields[name]); err != nil {
			return nil, fmt.Errorf("body field %s: %w", name, err)
		}
	}
	return append(out, '}'), nil
}

func appendKey(out []byte, key string) []byte {
	if len(out) > 1 {
		out = append(out, ',')
	}
	return append(appendText(out, key), ':')
}

// refuse notes the optional fields that a 400 or 422 answer names, and returns
// those that the request had been sent with: it is worth sending again.
func (d *dialect) refuse(status int, answer string, without []string) []string {
	if status != 400 && status != 422 {
		return nil
	}
	said := words(answer) // not the answer itself: it may quote the whole request
	var named []string
	for _, f := range optional {
		if slices.Contains(without, f) || !d.ours(f) || !strings.Contains(said, f) {
			continue
		}
		named = append(named, f)
		d.mu.Lock()
		if !slices.Contains(d.refused, f) {
			d.refused = append(d.refused, f)
			d.notes = append(d.notes, fmt.Sprintf("%s dropped: the server answered %d: %s", f, status, Words(answer)))
		}
		d.mu.Unlock()
	}
	return named
}

// ours reports whether field f is sent by our own choice, so that dropping it
// breaks no promise of the config.
func (d *dialect) ours(f string) bool {
	if f != "stream_options" && d.cfg.IgnoreEOS != "auto" {
		return false
	}
	_, sampling := d.cfg.Sampling[f]
	_, extra := d.cfg.ExtraBody[f]
	return !sampling && !extra
}

// eosIgnored reports whether ignore_eos is being sent.
func (d *dialect) eosIgnored() bool {
	for _, layer := range []map[string]any{d.cfg.ExtraBody, d.cfg.Sampling} {
		if v, set := layer["ignore_eos"]; set {
			return v == true
		}
	}
	return d.cfg.IgnoreEOS != "false" && !slices.Contains(d.without(), "ignore_eos")
}
