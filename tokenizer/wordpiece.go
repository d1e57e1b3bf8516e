package tokenizer

import (
	"strings"
	"unicode/utf8"
)

// A wordPiece takes from the start of a word the longest token that it knows,
// then of the rest, as BERT does; a word with a part unknown is one unk.
type wordPiece struct {
	starts  map[string]uint32 // tokens that begin a word: all of them
	rests   map[string]uint32 // tokens that go on with one, without their prefix
	longest int               // bytes, of both
	unk     uint32
	maxWord int // characters; a longer word is one unk
}

func newWordPiece(m *modelPart) (*wordPiece, error) {
	unk, err := m.unkID("[UNK]")
	if err != nil {
		return nil, err
	}
	w := &wordPiece{starts: m.ids, rests: map[string]uint32{}, unk: unk, maxWord: 100}
	if m.MaxWord != nil {
		w.maxWord = *m.MaxWord
	}
	prefix := "##"
	if m.Prefix != nil {
		prefix = *m.Prefix
	}
	for token, id := range m.ids {
		w.longest = max(w.longest, len(token))
		if rest, ok := strings.CutPrefix(token, prefix); ok {
			w.rests[rest] = id
		}
	}
	return w, nil
}

func (w *wordPiece) encode(e *encoder, word string) []uint32 {
	e.symbols = e.symbols[:0]
	if len(word) > w.maxWord && utf8.RuneCountInString(word) > w.maxWord {
		e.symbols = append(e.symbols, w.unk)
		return e.symbols
	}
	for known, rest := w.starts, word; rest != ""; known = w.rests {
		id, n := w.longestIn(known, rest)
		if n == 0 {
			e.symbols = append(e.symbols[:0], w.unk)
			break
		}
		e.symbols = append(e.symbols, id)
		rest = rest[n:]
	}
	return e.symbols
}

// longestIn is the longest token of known at the start of s, and its length; 0
// where there is none.
func (w *wordPiece) longestIn(known map[string]uint32, s string) (id uint32, n int) {
	for n = min(len(s), w.longest); n > 0; n-- {
		if n < len(s) && !utf8.RuneStart(s[n]) {
			continue
		}
		if id, ok := known[s[:n]]; ok {
			return id, n
		}
	}
	return 0, 0
}

// A wordLevel knows whole words only.
type wordLevel struct {
	ids map[string]uint32
	unk uint32
}

func newWordLevel(m *modelPart) (*wordLevel, error) {
	unk, err := m.unkID("<unk>")
	return &wordLevel{m.ids, unk}, err
}

func (w *wordLevel) encode(e *encoder, word string) []uint32 {
	id, ok := w.ids[word]
	if !ok {
		id = w.unk
	}
	e.symbols = append(e.symbols[:0], id)
	return e.symbols
}
