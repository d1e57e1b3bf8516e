package tokenizer

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// The compact form of a tokenizer.json, about a third of its size gzipped and
// many times faster to read: what is gzipped is
//
//	magic
//	length and text of the skeleton: the tokenizer.json without vocabulary and merges
//	number of tokens, their lengths, their texts, in id order
//	number of merges, then for each how far its result id lies above the one
//	before (zigzag), then for each the length of its left part
//
// where numbers are uvarints and lengths bytes. BPE trainers append a token for
// each merge, so results mostly go up by one and compress to nothing.
const compactMagic = "llmsweep tokenizer 1\n"

var errCompact = errors.New("not a whole compact tokenizer; make it anew by go test ./tokenizer -run TestCompact -update DIR")

// parseCompact reads the compact form; it returns the skeleton too.
func parseCompact(text []byte) (f *file, skeleton []byte, err error) {
	r := compactReader{rest: string(text)}
	if !strings.HasPrefix(r.rest, compactMagic) {
		return nil, nil, errCompact
	}
	r.rest = r.rest[len(compactMagic):]
	skeleton = []byte(r.take(r.number()))
	f = new(file)
	if r.bad || json.Unmarshal(skeleton, f) != nil {
		return nil, nil, errCompact
	}
	m := &f.Model
	m.Type = "BPE" // the only model with a compact form; old files leave the type out
	if err := m.check(); err != nil {
		return nil, nil, err
	}
	m.tokens = make([]string, r.count())
	m.ids = make(map[string]uint32, len(m.tokens))
	lengths := make([]int, len(m.tokens))
	for i := range lengths {
		lengths[i] = r.number()
	}
	for i, n := range lengths {
		m.tokens[i] = r.take(n)
		m.ids[m.tokens[i]] = uint32(i)
	}
	if err := r.merges(m); err != nil {
		return nil, nil, err
	}
	return f, skeleton, nil
}

// A compactReader takes what is next from rest; bad is set at the first fault.
type compactReader struct {
	rest string
	bad  bool
}

func (r *compactReader) number() int {
	var n uint64
	for shift := 0; shift < 35 && shift/7 < len(r.rest); shift += 7 {
		b := r.rest[shift/7]
		n |= uint64(b&0x7F) << shift
		if b < 0x80 {
			r.rest = r.rest[shift/7+1:]
			return int(n)
		}
	}
	r.bad = true
	return 0
}

// count is a number of things of at least one byte each.
func (r *compactReader) count() int {
	n := r.number()
	if n > len(r.rest) {
		r.bad = true
		return 0
	}
	return n
}

func (r *compactReader) take(n int) string {
	if n > len(r.rest) {
		r.bad = true
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *compactReader) merges(m *modelPart) error {
	m.merges = make([]merge, r.count())
	id := 0
	for i := range m.merges {
		zigzag := r.number()
		id += zigzag>>1 ^ -(zigzag & 1)
		if r.bad || id < 0 || id >= len(m.tokens) {
			return errCompact
		}
		m.merges[i].id = uint32(id)
	}
	for i := range m.merges {
		p := &m.merges[i]
		whole, n := m.tokens[p.id], r.number()
		if r.bad || n > len(whole) {
			return errCompact
		}
		var okLeft, okRight bool
		p.left, okLeft = m.ids[whole[:n]]
		p.right, okRight = m.ids[whole[n:]]
		if !okLeft || !okRight {
			return errCompact
		}
	}
	if r.bad || r.rest != "" {
		return errCompact
	}
	return nil
}

// gunzip is text, unpacked if it is gzipped.
func gunzip(text []byte) ([]byte, error) {
	if !bytes.HasPrefix(text, []byte{0x1F, 0x8B}) {
		return text, nil
	}
	r, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// text is the tokenizer.json of a file that was read from the compact form, for the
// Rust library (hf.go).
func (f *file) text(skeleton []byte) ([]byte, error) {
	var top, inner map[string]json.RawMessage
	if err := json.Unmarshal(skeleton, &top); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(top["model"], &inner); err != nil {
		return nil, err
	}
	m := &f.Model
	merges := make([][2]string, len(m.merges))
	for i, p := range m.merges {
		merges[i] = [2]string{m.tokens[p.left], m.tokens[p.right]}
	}
	for key, value := range map[string]any{"vocab": m.ids, "merges": merges} {
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		inner[key] = text
	}
	whole, err := json.Marshal(inner)
	if err != nil {
		return nil, err
	}
	top["model"] = whole
	return json.Marshal(top)
}
