package tokenizer

import (
	"fmt"
	"unicode/utf8"
)

// A bpe merges the symbols of a word, pair by pair.
type bpe struct {
	symbols
	pairs pairTable
	whole map[string]uint32 // words that are tokens whatever the merges say (ignore_merges); nil = none
}

// symbols says which tokens the characters or bytes of a word start as.
type symbols struct {
	bytes        bool              // ByteLevel: the symbols are bytes
	byBytes      [256]uint32       // ByteLevel; noToken = not in the vocabulary
	ids          map[string]uint32 // the vocabulary
	byteFallback bool
	fallback     [256]uint32 // of <0x00> … <0xFF>
	unk          uint32      // noToken = none: what is unknown is dropped
	fuseUnk      bool        // one unk for a run of unknown characters
}

// newBPE makes the model; bytes says that a word's bytes are its symbols.
func newBPE(m *modelPart, bytes bool) (*bpe, error) {
	b := &bpe{pairs: newPairTable(len(m.merges))}
	b.bytes, b.fuseUnk, b.byteFallback, b.unk = bytes, m.FuseUnk, m.ByteFallback, noToken
	if m.UnkToken != nil {
		id, err := m.unkID("")
		if err != nil {
			return nil, err
		}
		b.unk = id
	}
	for i := range 256 {
		b.byBytes[i] = noToken
		if id, ok := m.ids[string(byteChars[i])]; ok {
			b.byBytes[i] = id
		}
	}
	b.fallback = byteTokens(m.ids)
	if !bytes {
		b.ids = m.ids
	}
	for rank, p := range m.merges {
		b.pairs.put(p.left, p.right, uint32(rank), p.id)
	}
	if m.IgnoreMerges {
		b.whole = m.ids
		if bytes {
			b.whole = make(map[string]uint32, len(m.ids))
			var word []byte
			for token, id := range m.ids {
				word = appendSpelled(word[:0], token)
				b.whole[string(word)] = id
			}
		}
	}
	return b, nil
}

// unkID is the id of unk_token, or of byDefault where the file names none.
func (m *modelPart) unkID(byDefault string) (uint32, error) {
	token := byDefault
	if m.UnkToken != nil {
		token = *m.UnkToken
	}
	id, ok := m.ids[token]
	if !ok {
		return 0, fmt.Errorf("tokenizer.json: unk_token %q is not in the vocabulary; add it there", token)
	}
	return id, nil
}

// byteTokens are the ids of <0x00> … <0xFF>; noToken = not in the vocabulary.
func byteTokens(ids map[string]uint32) (tokens [256]uint32) {
	for b := range tokens {
		id, ok := ids[fmt.Sprintf("<0x%02X>", b)]
		if !ok {
			id = noToken
		}
		tokens[b] = id
	}
	return tokens
}

func (b *bpe) encode(e *encoder, word string) []uint32 {
	if id, ok := b.whole[word]; ok {
		e.symbols = append(e.symbols[:0], id)
		return e.symbols
	}
	e.symbols = b.appendSymbols(e.symbols[:0], word)
	return e.merge(&b.pairs, e.symbols)
}

// appendSymbols appends the tokens that word starts as. It follows the Rust
// library to the letter: a character that falls back to bytes does not end a
// run of unknown ones, which then comes after it.
func (s *symbols) appendSymbols(dst []uint32, word string) []uint32 {
	pending := false // an unk that is not written yet
	known := func(id uint32) {
		if pending {
			dst, pending = append(dst, s.unk), false
		}
		dst = append(dst, id)
	}
	unknown := func(char string) {
		if s.byteFallback && hasBytes(&s.fallback, char) {
			for i := range len(char) {
				dst = append(dst, s.fallback[char[i]])
			}
			return
		}
		if s.unk == noToken {
			return
		}
		if pending && !s.fuseUnk {
			dst = append(dst, s.unk)
		}
		pending = true
	}
	if s.bytes {
		for i := range len(word) {
			if id := s.byBytes[word[i]]; id != noToken {
				known(id)
			} else {
				unknown(string(byteChars[word[i]]))
			}
		}
	} else {
		for i, w := 0, 0; i < len(word); i += w {
			_, w = utf8.DecodeRuneInString(word[i:])
			if id, ok := s.ids[word[i:i+w]]; ok {
				known(id)
			} else {
				unknown(word[i : i+w])
			}
		}
	}
	if pending {
		dst = append(dst, s.unk)
	}
	return dst
}

// hasBytes reports whether tokens has every byte of text.
func hasBytes(tokens *[256]uint32, text string) bool {
	for i := range len(text) {
		if tokens[text[i]] == noToken {
			return false
		}
	}
	return true
}
