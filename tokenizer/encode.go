package tokenizer

import (
	"strings"
	"sync"
)

// A native is the pure-Go reader's tokenizer, ready for use: added tokens,
// normalizers, pre-tokenizer, model, post-processor, decoder, in this order.
type native struct {
	described
	raw        addedTokens // looked for in the text as it is
	late       addedTokens // looked for after normalization
	normalize  []normalizer
	stages     []stage
	model      model
	before     []uint32 // what special puts before the text
	after      []uint32 // and after it
	detokenize decoder
	pool       sync.Pool // of *encoder
}

// A model turns a word, as the pre-tokenizer cuts it, into ids.
type model interface {
	// encode returns the ids of a word, in scratch space of e that the next
	// word overwrites.
	encode(e *encoder, word string) []uint32
}

// An encoder is the scratch space of one encoding, and a cache of words.
type encoder struct {
	merger           // BPE
	path    []choice // Unigram
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

func (t *native) AppendIDs(dst []uint32, text string, special bool) ([]uint32, error) {
	e := t.encoder()
	defer t.pool.Put(e)
	return t.appendIDs(e, dst, text, special), nil
}

func (t *native) Count(text string, special bool) (int, error) {
	e := t.encoder()
	defer t.pool.Put(e)
	e.ids = t.appendIDs(e, e.ids[:0], text, special)
	return len(e.ids), nil
}

func (t *native) encoder() *encoder {
	if e, ok := t.pool.Get().(*encoder); ok {
		return e
	}
	return &encoder{cache: map[string]span{}}
}

// appendIDs cuts out the added tokens, normalizes what is between them, cuts
// out the added tokens that are looked for only then, and encodes the rest.
func (t *native) appendIDs(e *encoder, dst []uint32, text string, special bool) []uint32 {
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

func (t *native) appendNormal(e *encoder, dst []uint32, text string, first bool) []uint32 {
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
func (t *native) appendPieces(e *encoder, dst []uint32, text string, level int, first bool) []uint32 {
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
		if s.drop == nil || s.drop.match(text[:n]) == 0 {
			dst = t.appendPieces(e, dst, text[:n], level+1, first)
		}
		text, first = text[n:], false
	}
	return dst
}

func (t *native) appendWord(e *encoder, dst []uint32, word string) []uint32 {
	if len(word) > maxCachedWord {
		return append(dst, t.model.encode(e, word)...)
	}
	if s, ok := e.cache[word]; ok {
		return append(dst, e.arena[s.start:s.end]...)
	}
	ids := t.model.encode(e, word)
	if len(e.cache) >= maxCachedWords {
		clear(e.cache)
		e.arena = e.arena[:0]
	}
	start := len(e.arena)
	e.arena = append(e.arena, ids...)
	e.cache[strings.Clone(word)] = span{uint32(start), uint32(len(e.arena))}
	return append(dst, ids...)
}
