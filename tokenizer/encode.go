package tokenizer

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// A bpe is the pure-Go reader's tokenizer, ready for use.
type bpe struct {
	described
	symbols
	raw        addedTokens // looked for in the text as it is
	late       addedTokens // looked for after normalization
	normalize  []normalizer
	stages     []stage
	pairs      pairTable
	whole      map[string]uint32 // words that are tokens whatever the merges say (ignore_merges); nil = none
	before     []uint32          // what special puts before the text
	after      []uint32          // and after it
	detokenize decoder
	pool       sync.Pool // of *encoder
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

// An encoder is the scratch space of one encoding, and a cache of words.
type encoder struct {
	merger
	symbols []uint32
	ids     []uint32
	cache   map[string]span
	arena   []uint32
}

// A span is a word's ids in the arena.
type span struct{ start, end uint32 }

const (
	maxCachedWord  = 64      // bytes; longer words are rare
	maxCachedWords = 1 << 16 // then the cache starts anew
)

func (t *bpe) AppendIDs(dst []uint32, text string, special bool) ([]uint32, error) {
	e := t.encoder()
	defer t.pool.Put(e)
	return t.appendIDs(e, dst, text, special), nil
}

func (t *bpe) Count(text string, special bool) (int, error) {
	e := t.encoder()
	defer t.pool.Put(e)
	e.ids = t.appendIDs(e, e.ids[:0], text, special)
	return len(e.ids), nil
}

func (t *bpe) encoder() *encoder {
	if e, ok := t.pool.Get().(*encoder); ok {
		return e
	}
	return &encoder{cache: map[string]span{}}
}

// appendIDs cuts out the added tokens, normalizes what is between them, cuts
// out the added tokens that are looked for only then, and encodes the rest.
func (t *bpe) appendIDs(e *encoder, dst []uint32, text string, special bool) []uint32 {
	text = validUTF8(text)
	if special {
		dst = append(dst, t.before...)
	}
	done, scan := 0, 0
	for {
		f, ok := t.raw.next(text, &scan, done)
		if !ok {
			break
		}
		if done < f.start {
			dst = t.appendNormal(e, dst, text[done:f.start], done == 0)
		}
		dst = append(dst, f.id)
		done = f.end
	}
	if done < len(text) {
		dst = t.appendNormal(e, dst, text[done:], done == 0)
	}
	if special {
		dst = append(dst, t.after...)
	}
	return dst
}

func (t *bpe) appendNormal(e *encoder, dst []uint32, text string, first bool) []uint32 {
	for _, n := range t.normalize {
		text = n(text)
	}
	done, scan := 0, 0
	for {
		f, ok := t.late.next(text, &scan, done)
		if !ok {
			break
		}
		if done < f.start {
			dst = t.appendPieces(e, dst, text[done:f.start], 0, first && done == 0)
		}
		dst = append(dst, f.id)
		done = f.end
	}
	if done < len(text) {
		dst = t.appendPieces(e, dst, text[done:], 0, first && done == 0)
	}
	return dst
}

// appendPieces sends text through the stages of the pre-tokenizer from level on.
func (t *bpe) appendPieces(e *encoder, dst []uint32, text string, level int, first bool) []uint32 {
	if level == len(t.stages) {
		return t.appendWord(e, dst, text)
	}
	s := &t.stages[level]
	if s.rewrite != nil {
		text = s.rewrite(text, first)
	}
	if s.split == nil {
		return t.appendPieces(e, dst, text, level+1, first)
	}
	for len(text) > 0 {
		n := s.split.next(text)
		dst = t.appendPieces(e, dst, text[:n], level+1, first)
		text, first = text[n:], false
	}
	return dst
}

func (t *bpe) appendWord(e *encoder, dst []uint32, word string) []uint32 {
	if len(word) > maxCachedWord {
		return append(dst, t.encodeWord(e, word)...)
	}
	if s, ok := e.cache[word]; ok {
		return append(dst, e.arena[s.start:s.end]...)
	}
	ids := t.encodeWord(e, word)
	if len(e.cache) >= maxCachedWords {
		clear(e.cache)
		e.arena = e.arena[:0]
	}
	start := len(e.arena)
	e.arena = append(e.arena, ids...)
	e.cache[strings.Clone(word)] = span{uint32(start), uint32(len(e.arena))}
	return append(dst, ids...)
}

// encodeWord returns the ids of a word, in the encoder's scratch space.
func (t *bpe) encodeWord(e *encoder, word string) []uint32 {
	if id, ok := t.whole[word]; ok {
		e.symbols = append(e.symbols[:0], id)
		return e.symbols
	}
	e.symbols = t.appendSymbols(e.symbols[:0], word)
	return e.merge(&t.pairs, e.symbols)
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
		if s.byteFallback && s.fallsBack(char) {
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

// fallsBack reports whether the vocabulary has every byte of char.
func (s *symbols) fallsBack(char string) bool {
	for i := range len(char) {
		if s.fallback[char[i]] == noToken {
			return false
		}
	}
	return true
}
