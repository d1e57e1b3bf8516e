package tokenizer

import (
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"
)

// A unigram cuts a word into the tokens whose scores (logarithms of
// probabilities) have the largest sum, as SentencePiece does (Viterbi).
type unigram struct {
	trie         pairTable // (node, byte) → next node as id, and as rank the token that ends there
	ids          map[string]uint32
	scores       []float64
	unk          uint32
	unkScore     float64 // of a character that is no token
	byteFallback bool
	fallback     [256]uint32 // of <0x00> … <0xFF>
}

// A choice is the best way to the end of a word's first bytes: by token, which
// begins at byte start.
type choice struct {
	score float64
	start int32 // -1 = no way yet
	token uint32
}

// unkPenalty is how far unknown characters lie below the worst token
// (kUnkPenalty of SentencePiece's unigram_model.cc).
const unkPenalty = 10

func newUnigram(m *modelPart) (*unigram, error) {
	if m.UnkID == nil {
		return nil, unsupported("model", "Unigram without unk_id")
	}
	if *m.UnkID < 0 || *m.UnkID >= len(m.tokens) {
		return nil, fmt.Errorf("tokenizer.json: unk_id is %d, want 0 to %d", *m.UnkID, len(m.tokens)-1)
	}
	sorted := slices.Sorted(maps.Keys(m.ids))
	u := &unigram{
		trie: newPairTable(countPrefixes(sorted)), ids: m.ids, scores: m.scores, unk: uint32(*m.UnkID),
		unkScore: slices.Min(m.scores) - unkPenalty, byteFallback: m.ByteFallback, fallback: byteTokens(m.ids),
	}
	nodes := uint32(1) // 0 is the root
	for _, token := range sorted {
		nodes = u.addToTrie(token, m.ids[token], nodes)
	}
	return u, nil
}

// countPrefixes is how many different beginnings sorted texts have: the nodes of
// their trie.
func countPrefixes(sorted []string) int {
	n, last := 0, ""
	for _, s := range sorted {
		shared := 0
		for shared < min(len(s), len(last)) && s[shared] == last[shared] {
			shared++
		}
		n, last = n+len(s)-shared, s
	}
	return n
}

// addToTrie returns the number of nodes then.
func (u *unigram) addToTrie(token string, id, nodes uint32) uint32 {
	node := uint32(0)
	for i := range len(token) {
		b := uint32(token[i])
		at := u.trie.slot(node, b)
		if at.left == noToken {
			*at = pairEntry{node, b, noToken, nodes}
			nodes++
		}
		if i == len(token)-1 {
			at.rank = id
		}
		node = at.id
	}
	return nodes
}

func (u *unigram) encode(e *encoder, word string) []uint32 {
	u.viterbi(e, word)
	return u.backtrack(e, word)
}

// viterbi fills e.path: one choice for each number of bytes.
func (u *unigram) viterbi(e *encoder, word string) {
	e.path = slices.Grow(e.path[:0], len(word)+1)[:len(word)+1]
	for i := range e.path {
		e.path[i] = choice{start: -1}
	}
	for start := 0; start < len(word); {
		_, width := utf8.DecodeRuneInString(word[start:])
		till := e.path[start].score
		offer := func(end int, score float64, token uint32) {
			if c := &e.path[end]; c.start < 0 || score > c.score {
				*c = choice{score, int32(start), token}
			}
		}
		single := false // whether the character is a token of its own
		for node, end := uint32(0), start; end < len(word); {
			at := u.trie.slot(node, uint32(word[end]))
			if at.left == noToken {
				break
			}
			end++
			node = at.id
			if at.rank != noToken {
				offer(end, u.scores[at.rank]+till, at.rank)
				single = single || end == start+width
			}
		}
		if !single {
			offer(start+width, u.unkScore+till, u.unk)
		}
		start += width
	}
}

// backtrack reads the best path from its end. Neighbouring unknowns are one.
func (u *unigram) backtrack(e *encoder, word string) []uint32 {
	e.symbols = e.symbols[:0]
	for end := len(word); end > 0; {
		c := e.path[end]
		start := int(c.start)
		if c.token != u.unk {
			e.symbols = append(e.symbols, c.token)
			end = start
			continue
		}
		for start > 0 && e.path[start].token == u.unk {
			start = int(e.path[start].start)
		}
		e.symbols = u.appendUnknown(e.symbols, word[start:end])
		end = start
	}
	slices.Reverse(e.symbols)
	return e.symbols
}

// appendUnknown appends the ids of text in reverse: as bytes where it may and
// can, else one unk. Like the Rust library it looks text up once more first:
// <unk> itself is a token that is written so.
func (u *unigram) appendUnknown(dst []uint32, text string) []uint32 {
	if id, ok := u.ids[text]; ok {
		return append(dst, id)
	}
	if !u.byteFallback || !hasBytes(&u.fallback, text) {
		return append(dst, u.unk)
	}
	for i := len(text) - 1; i >= 0; i-- {
		dst = append(dst, u.fallback[text[i]])
	}
	return dst
}
