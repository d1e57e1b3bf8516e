package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A file is a tokenizer.json as read, nothing interpreted.
type file struct {
	AddedTokens   []addedToken `json:"added_tokens"`
	Normalizer    *part        `json:"normalizer"`
	PreTokenizer  *part        `json:"pre_tokenizer"`
	PostProcessor *part        `json:"post_processor"`
	Decoder       *part        `json:"decoder"`
	Model         model        `json:"model"`
}

// A model is the file's BPE model. Vocab and Merges are read by hand, for speed:
// they are nearly all of a file.
type model struct {
	Type         string          `json:"type"`
	Dropout      *float64        `json:"dropout"`
	UnkToken     *string         `json:"unk_token"`
	Prefix       *string         `json:"continuing_subword_prefix"`
	Suffix       *string         `json:"end_of_word_suffix"`
	FuseUnk      bool            `json:"fuse_unk"`
	ByteFallback bool            `json:"byte_fallback"`
	IgnoreMerges bool            `json:"ignore_merges"`
	Vocab        json.RawMessage `json:"vocab"`
	Merges       json.RawMessage `json:"merges"`

	tokens []string          // by id; "" = none
	ids    map[string]uint32 // tokens, the other way
	merges []merge           // in order of rank
}

// A merge joins left and right to id.
type merge struct{ left, right, id uint32 }

// maxVocab bounds the ids of a vocabulary: the largest known has 262,144.
const maxVocab = 1 << 24

// parseFile reads a tokenizer.json with a BPE model.
func parseFile(text []byte) (*file, error) {
	f := new(file)
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("reading tokenizer.json: %w", err)
	}
	m := &f.Model
	if err := m.check(); err != nil {
		return nil, err
	}
	if err := m.readVocab(); err != nil {
		return nil, err
	}
	if err := m.readMerges(); err != nil {
		return nil, err
	}
	m.Vocab, m.Merges = nil, nil
	return f, nil
}

// check refuses what the Go reader cannot follow.
func (m *model) check() error {
	switch {
	case m.Type != "BPE" && !(m.Type == "" && len(m.Merges) > 0): // old files leave the type out
		return unsupported("model", strconv.Quote(m.Type))
	case m.Prefix != nil && *m.Prefix != "":
		return unsupported("model", "with continuing_subword_prefix")
	case m.Suffix != nil && *m.Suffix != "":
		return unsupported("model", "with end_of_word_suffix")
	case m.Dropout != nil && *m.Dropout != 0:
		return unsupported("model", "with dropout")
	}
	return nil
}

func unsupported(part, what string) error {
	return fmt.Errorf("%w: %s %s is not known to the built-in reader; a build with -tags hf can load it, or let the server count by its /tokenize", ErrUnsupported, part, what)
}

func (m *model) readVocab() error {
	m.ids = make(map[string]uint32, len(m.Vocab)/16)
	s := scanner{text: m.Vocab}
	err := s.list('{', '}', func() error {
		token, err := s.str()
		if err != nil {
			return err
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		id, err := s.number()
		if err != nil {
			return err
		}
		if id >= maxVocab {
			return fmt.Errorf("id %d of %q, want less than %d", id, token, maxVocab)
		}
		m.ids[token] = uint32(id)
		for len(m.tokens) <= id {
			m.tokens = append(m.tokens, "")
		}
		m.tokens[id] = token
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading tokenizer.json: model.vocab: %w", err)
	}
	return nil
}

// readMerges takes both spellings of a merge: "a b" and ["a", "b"].
func (m *model) readMerges() error {
	s := scanner{text: m.Merges}
	var joined []byte
	err := s.list('[', ']', func() error {
		left, right, err := s.pair()
		if err != nil {
			return err
		}
		joined = append(append(joined[:0], left...), right...)
		l, okLeft := m.ids[left]
		r, okRight := m.ids[right]
		id, okID := m.ids[string(joined)]
		if !okLeft || !okRight || !okID {
			return fmt.Errorf("merge %q %q: a part or the whole is not in the vocabulary", left, right)
		}
		m.merges = append(m.merges, merge{l, r, id})
		return nil
	})
	if err != nil {
		return fmt.Errorf("reading tokenizer.json: model.merges: %w", err)
	}
	return nil
}

// A scanner walks JSON that is known to be well-formed.
type scanner struct {
	text []byte
	at   int
}

var errShape = errors.New("not of the known shape")

func (s *scanner) peek() byte {
	for s.at < len(s.text) && strings.IndexByte(" \t\r\n", s.text[s.at]) >= 0 {
		s.at++
	}
	if s.at == len(s.text) {
		return 0
	}
	return s.text[s.at]
}

func (s *scanner) expect(c byte) error {
	if s.peek() != c {
		return errShape
	}
	s.at++
	return nil
}

// list calls element at the start of each element between open and end.
func (s *scanner) list(open, end byte, element func() error) error {
	if err := s.expect(open); err != nil {
		return err
	}
	for s.peek() != end {
		if err := element(); err != nil {
			return err
		}
		if s.peek() == ',' {
			s.at++
		}
	}
	return nil
}

func (s *scanner) str() (string, error) {
	if s.peek() != '"' {
		return "", errShape
	}
	start := s.at
	escaped := false
	for s.at++; s.at < len(s.text) && s.text[s.at] != '"'; s.at++ {
		if s.text[s.at] == '\\' {
			escaped = true
			s.at++
		}
	}
	if s.at >= len(s.text) {
		return "", errShape
	}
	s.at++
	if !escaped {
		return string(s.text[start+1 : s.at-1]), nil
	}
	var out string
	err := json.Unmarshal(s.text[start:s.at], &out)
	return out, err
}

func (s *scanner) number() (int, error) {
	s.peek()
	start := s.at
	for s.at < len(s.text) && '0' <= s.text[s.at] && s.text[s.at] <= '9' {
		s.at++
	}
	return strconv.Atoi(string(s.text[start:s.at]))
}

func (s *scanner) pair() (left, right string, err error) {
	if s.peek() == '"' {
		both, err := s.str()
		if err != nil {
			return "", "", err
		}
		left, right, ok := strings.Cut(both, " ")
		if !ok {
			return "", "", fmt.Errorf("merge %q has no space", both)
		}
		return left, right, nil
	}
	var parts []string
	err = s.list('[', ']', func() error {
		p, err := s.str()
		parts = append(parts, p)
		return err
	})
	if err != nil || len(parts) != 2 {
		return "", "", errors.Join(err, errShape)
	}
	return parts[0], parts[1], s.expect(']')
}

// text is the tokenizer.json of a file that was read from the compact form.
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
