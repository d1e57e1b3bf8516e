package client

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"llmsweep/dataset"
)

// A dialect makes request bodies. It learns which optional fields the server
// refuses.
type dialect struct {
	cfg   Config
	shape *shape

	mu      sync.Mutex
	refused []string
	notes   []string
}

func newDialect(cfg Config) *dialect {
	d := &dialect{cfg: cfg}
	if b := find(cfg.Backend); b != nil {
		d.shape = b.shape(cfg.Endpoint)
	}
	return d
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
// ExtraBody, r.Extra; null removes one. Where sampling parameters have an object
// of their own in the body, fields of that object are merged likewise.
func (d *dialect) body(r dataset.Request, without []string) ([]byte, error) {
	if err := d.takes(r); err != nil {
		return nil, err
	}
	a := &question{model: cmp.Or(r.Model, d.cfg.Model), r: r, without: without, optional: d.shape.optional}
	// An answer that is to end where the server likes is not asked to go on, unless
	// the config says so.
	a.exact = d.cfg.IgnoreEOS == "true" || d.cfg.IgnoreEOS == "auto" && r.MaxTokens > 0
	layers := []map[string]any{d.cfg.Sampling, d.cfg.ExtraBody, r.Extra}
	if d.shape.nested != "" {
		a.sampling, layers = d.shape.split(layers)
	}
	frame, err := appendJSON(nil, d.shape.frame(a))
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	return fill(frame, d.shape.prompt, r, layers...)
}

// split parts the fields of the object that sampling parameters are in from those
// of the body. The first of layers is such parameters, all of it.
func (s *shape) split(layers []map[string]any) (sampling map[string]any, rest []map[string]any) {
	sampling = maps.Clone(layers[0])
	if sampling == nil {
		sampling = map[string]any{}
	}
	for _, l := range layers[1:] {
		if within, ok := l[s.nested].(map[string]any); ok {
			maps.Copy(sampling, within)
			l = maps.Clone(l)
			delete(l, s.nested)
		}
		rest = append(rest, l)
	}
	return sampling, rest
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

// fill is the object frame with r's prompt, by what writes it into the members of
// those names, and the fields of layers, later ones first in rank; a null removes
// a field. What is kept of frame keeps its place.
func fill(frame []byte, prompt map[string]func([]byte, dataset.Request) []byte, r dataset.Request, layers ...map[string]any) ([]byte, error) {
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
		out = appendKey(out, name)
		if write := prompt[name]; write != nil {
			out = write(out, r)
		} else {
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
	for _, f := range d.shape.optional {
		if slices.Contains(without, f) || !d.ours(f) || !strings.Contains(said, f) {
			continue
		}
		if f == maxTokens && !strings.Contains(said, "'max_completion_tokens' instead") {
			continue // it was another fault, such as its value
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
	if f != "stream_options" && f != maxTokens && d.cfg.IgnoreEOS != "auto" {
		return false
	}
	_, set := d.set(f)
	return !set
}

// set is what the config itself says of a field of our own; ok is false where it
// says nothing.
func (d *dialect) set(f string) (v any, ok bool) {
	layers := []map[string]any{d.cfg.Sampling, d.cfg.ExtraBody}
	if d.shape.nested != "" {
		nested, _ := d.shape.split(layers)
		layers = []map[string]any{nested}
	}
	for _, l := range slices.Backward(layers) {
		if v, ok = l[f]; ok {
			return v, true
		}
	}
	return nil, false
}

// eosIgnored reports whether the field is being sent by which answers have the
// length asked for.
func (d *dialect) eosIgnored() bool {
	f := d.shape.fixes
	if f == "" {
		return false
	}
	if v, set := d.set(f); set {
		return v != nil && v != false && v != 0
	}
	return d.cfg.IgnoreEOS != "false" && !slices.Contains(d.without(), f)
}

// bound is the note that lengths asked for are upper bounds; "" = they are not,
// or nobody asked for more.
func (d *dialect) bound() string {
	if d.shape.fixes != "" || d.shape.single || d.cfg.IgnoreEOS == "false" {
		return ""
	}
	return fmt.Sprintf("output lengths are upper bounds: backend %s has no field to go on beyond the end of sequence", d.cfg.Backend)
}
