package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
)

// A file is a tokenizer.json as read, nothing interpreted.
type file struct {
	AddedTokens   []addedToken `json:"added_tokens"`
	Normalizer    *part        `json:"normalizer"`
	PreTokenizer  *part        `json:"pre_tokenizer"`
	PostProcessor *part        `json:"post_processor"`
	Decoder       *part        `json:"decoder"`
	Model         modelPart    `json:"model"`
}

// A modelPart is the file's model: the fields of all kinds together. Vocab and
// Merges are read by hand, for speed: they are nearly all of a file.
type modelPart struct {
	Type         string          `json:"type"`
	Dropout      *float64        `json:"dropout"`
	UnkToken     *string         `json:"unk_token"`
	UnkID        *int            `json:"unk_id"` // Unigram
	Prefix       *string         `json:"continuing_subword_prefix"`
	Suffix       *string         `json:"end_of_word_suffix"`
	FuseUnk      bool            `json:"fuse_unk"`
	ByteFallback bool            `json:"byte_fallback"`
	IgnoreMerges bool            `json:"ignore_merges"`
	MaxWord      *int            `json:"max_input_chars_per_word"` // WordPiece
	Vocab        json.RawMessage `json:"vocab"`
	Merges       json.RawMessage `json:"merges"`

	tokens []string          // by id; "" = none
	ids    map[string]uint32 // tokens, the other way
	merges []merge           // BPE: in order of rank
	scores []float64         // Unigram: by id
}

// A merge joins left and right to id.
type merge struct{ left, right, id uint32 }

// maxVocab bounds the ids of a vocabulary: the largest known has 262,144.
const maxVocab = 1 << 24

// parseFile reads a tokenizer.json.
func parseFile(text []byte) (*file, error) {
	f := new(file)
	if err := json.Unmarshal(text, f); err != nil {
		return nil, fmt.Errorf("reading tokenizer.json: %w", err)
	}
	m := &f.Model
	m.guessType()
	if err := m.check(); err != nil {
		return nil, err
	}
	if err := m.readVocab(); err != nil {
		return nil, fmt.Errorf("reading tokenizer.json: model.vocab: %w", err)
	}
	if m.Type == "BPE" {
		if err := m.readMerges(); err != nil {
			return nil, fmt.Errorf("reading tokenizer.json: model.merges: %w", err)
		}
	}
	m.Vocab, m.Merges = nil, nil
	return f, nil
}

// guessType tells the models of old files, which leave the type out, apart.
func (m *modelPart) guessType() {
	switch {
	case m.Type != "":
	case len(m.Merges) > 0:
		m.Type = "BPE"
	case bytes.HasPrefix(bytes.TrimSpace(m.Vocab), []byte("[")):
		m.Type = "Unigram"
	case m.MaxWord != nil:
		m.Type = "WordPiece"
	}
}

// check refuses what the Go reader cannot follow.
func (m *modelPart) check() error {
	switch {
	case m.Type == "WordPiece" || m.Type == "Unigram" || m.Type == "WordLevel":
		return nil
	case m.Type != "BPE":
		return unsupported("model", strconv.Quote(m.Type))
	case m.Prefix != nil && *m.Prefix != "":
		return unsupported("model", "BPE with continuing_subword_prefix")
	case m.Suffix != nil && *m.Suffix != "":
		return unsupported("model", "BPE with end_of_word_suffix")
	case m.Dropout != nil && *m.Dropout != 0:
		return unsupported("model", "BPE with dropout")
	}
	return nil
}

// unsupported says what can be loaded, and what to do where nothing can.
func unsupported(part, what string) error {
	return fmt.Errorf("%w: %s %s is not known to the built-in reader, which loads BPE (byte-level, SentencePiece-style), WordPiece, Unigram and WordLevel; a build with -tags hf can load it, or let the server count (tokenizer: server), or send token ids (prompt_token_ids: true with tokenizer: ids:FROM-TO)", ErrUnsupported, part, what)
}

func (m *modelPart) readVocab() error {
	m.ids = make(map[string]uint32, len(m.Vocab)/16)
	if m.Type == "Unigram" {
		return m.readScores()
	}
	s := scanner{text: m.Vocab}
	return s.list('{', '}', func() error {
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
}

// readScores reads a Unigram's vocabulary: [["token", score], …] in id order.
// Of a token that is there twice the later id counts.
func (m *modelPart) readScores() error {
	s := scanner{text: m.Vocab}
	return s.list('[', ']', func() error {
		if err := s.expect('['); err != nil {
			return err
		}
		token, err := s.str()
		if err != nil {
			return err
		}
		if err := s.expect(','); err != nil {
			return err
		}
		score, err := s.float()
		if err != nil {
			return fmt.Errorf("score of %q: %w", token, err)
		}
		m.ids[token] = uint32(len(m.tokens))
		m.tokens = append(m.tokens, token)
		m.scores = append(m.scores, score)
		return s.expect(']')
	})
}

// readMerges takes both spellings of a merge: "a b" and ["a", "b"].
func (m *modelPart) readMerges() error {
	s := scanner{text: m.Merges}
	var joined []byte
	return s.list('[', ']', func() error {
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
}
