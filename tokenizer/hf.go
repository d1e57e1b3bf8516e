//go:build hf && cgo

package tokenizer

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"

	hf "github.com/daulet/tokenizers"
)

// A rust is a tokenizer of the Hugging Face library, through cgo: for every
// kind of tokenizer.json, and the oracle of the Go reader.
type rust struct {
	described
	lib           *hf.Tokenizer
	before, after []uint32 // what special adds, if the config decides
	byConfig      bool
}

// LoadHF is Load by the Rust library, whatever the Go reader could do.
func LoadHF(spec string, opts LoadOptions) (Tokenizer, error) {
	s, err := find(spec, opts)
	if err != nil {
		return nil, err
	}
	return s.openHF(opts)
}

// openOther opens what the Go reader refuses.
func (s *source) openOther(opts LoadOptions, _ error) (Tokenizer, error) { return s.openHF(opts) }

func (s *source) openHF(opts LoadOptions) (Tokenizer, error) {
	text := s.json
	if s.compact {
		f, skeleton, err := parseCompact(text)
		if err != nil {
			return nil, fmt.Errorf("tokenizer %s: %w", s.id, err)
		}
		if text, err = f.text(skeleton); err != nil {
			return nil, fmt.Errorf("tokenizer %s: %w", s.id, err)
		}
	}
	d, c, err := s.describe(opts)
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", s.id, err)
	}
	t, err := newRust(text, c, d)
	if err != nil {
		return nil, fmt.Errorf("tokenizer %s: %w", s.id, err)
	}
	return t, nil
}

func newRust(text []byte, c *config, d described) (*rust, error) {
	var top map[string]json.RawMessage
	if err := json.Unmarshal(text, &top); err != nil {
		return nil, fmt.Errorf("reading tokenizer.json: %w", err)
	}
	var added []addedToken
	if err := json.Unmarshal(top["added_tokens"], &added); err != nil {
		return nil, fmt.Errorf("reading tokenizer.json: added_tokens: %w", err)
	}
	// Servers neither truncate nor pad a prompt, whatever the file asks for.
	top["truncation"], top["padding"] = json.RawMessage("null"), json.RawMessage("null")
	text, err := json.Marshal(top)
	if err != nil {
		return nil, err
	}
	lib, err := hf.FromBytes(text)
	if err != nil {
		return nil, fmt.Errorf("the Rust library: %w", err)
	}
	t := &rust{described: d, lib: lib}
	runtime.AddCleanup(t, func(lib *hf.Tokenizer) { lib.Close() }, lib)
	t.flags = make([]uint8, lib.VocabSize())
	ids := map[string]uint32{}
	for _, a := range added {
		if a.ID >= maxVocab {
			return nil, fmt.Errorf("added token %q has id %d, want less than %d", a.Content, a.ID, maxVocab)
		}
		for len(t.flags) <= int(a.ID) {
			t.flags = append(t.flags, 0)
		}
		t.flags[a.ID] |= isAdded
		ids[a.Content] = a.ID
	}
	t.before, t.after, t.byConfig, err = c.around(func(token string) (uint32, bool) {
		if id, ok := ids[token]; ok {
			return id, true
		}
		encoded, _ := lib.Encode(token, false) // a token of the vocabulary that is not an added one
		if len(encoded) != 1 {
			return 0, false
		}
		return encoded[0], true
	})
	return t, err
}

// AppendIDs refuses text with a NUL byte, at which the library's C interface
// would cut it without a word. It also hides errors: where text gives no ids,
// text with a letter before it tells an error from a text that is dropped.
func (t *rust) AppendIDs(dst []uint32, text string, special bool) ([]uint32, error) {
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, fmt.Errorf("tokenizer %s: text has a NUL byte at offset %d, where the Rust library would cut it; leave it out", t.id, i)
	}
	ids, _ := t.lib.Encode(text, special && !t.byConfig)
	if len(ids) == 0 && text != "" {
		if probe, _ := t.lib.Encode("a "+text, true); len(probe) == 0 {
			return nil, fmt.Errorf("tokenizer %s: the Rust library could not encode a text of %d bytes", t.id, len(text))
		}
	}
	runtime.KeepAlive(t)
	if special && t.byConfig {
		dst = append(append(dst, t.before...), ids...)
		return append(dst, t.after...), nil
	}
	return append(dst, ids...), nil
}

func (t *rust) Count(text string, special bool) (int, error) {
	ids, err := t.AppendIDs(nil, text, special)
	return len(ids), err
}

// Decode is the library's, so a text with a NUL ends before it.
func (t *rust) Decode(ids []uint32, skipSpecial bool) string {
	known := make([]uint32, 0, len(ids))
	for _, id := range ids {
		if int(id) < len(t.flags) {
			known = append(known, id)
		}
	}
	text := t.lib.Decode(known, skipSpecial)
	runtime.KeepAlive(t)
	return text
}
