package tokenizer

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An addedToken is found in a text before anything else is done with it.
type addedToken struct {
	ID         uint32 `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"` // only between non-word characters
	LStrip     bool   `json:"lstrip"`      // takes the blanks before it
	RStrip     bool   `json:"rstrip"`      // takes the blanks after it
	Normalized bool   `json:"normalized"`  // looked for after normalization
	IsSpecial  bool   `json:"special"`     // left out of decoded text if asked
}

// addedTokens finds tokens in a text: of those that begin earliest the longest,
// as the Rust library's Aho–Corasick search does. Its zero value finds none.
type addedTokens struct {
	starts [256]bool        // first bytes of all tokens
	only   byte             // the first byte that all tokens share; 0 = several
	edges  map[uint64]int32 // trie: node<<8 | byte → node; the root is 0
	ends   []int32          // by node: 1 + index of the token that ends there; 0 = none
	tokens []addedToken
}

// add makes token findable as pattern.
func (a *addedTokens) add(token addedToken, pattern string) {
	if pattern == "" {
		return
	}
	if a.edges == nil {
		a.edges = map[uint64]int32{}
		a.ends = []int32{0}
		a.only = pattern[0]
	}
	if a.only != pattern[0] {
		a.only = 0
	}
	a.starts[pattern[0]] = true
	node := int32(0)
	for i := range len(pattern) {
		key := uint64(node)<<8 | uint64(pattern[i])
		next, ok := a.edges[key]
		if !ok {
			next = int32(len(a.ends))
			a.edges[key] = next
			a.ends = append(a.ends, 0)
		}
		node = next
	}
	a.tokens = append(a.tokens, token)
	a.ends[node] = int32(len(a.tokens))
}

// A found is a token in a text: text[start:end] is what it takes.
type found struct {
	start, end int
	id         uint32
}

// next finds the first token in text[*scan:], where text[:done] is already
// taken, and moves *scan behind the token's own characters.
func (a *addedTokens) next(text string, scan *int, done int) (found, bool) {
	for len(a.tokens) > 0 {
		start, end, token := a.find(text, *scan)
		if token == nil {
			return found{}, false
		}
		*scan = end
		if token.SingleWord && (wordEnds(text[:start]) || wordStarts(text[end:])) {
			continue
		}
		if token.LStrip {
			start = max(len(strings.TrimRightFunc(text[:start], unicode.IsSpace)), done)
		}
		if token.RStrip {
			end = len(text) - len(strings.TrimLeftFunc(text[end:], unicode.IsSpace))
		}
		return found{start, end, token.ID}, true
	}
	return found{}, false
}

func (a *addedTokens) find(text string, from int) (start, end int, token *addedToken) {
	for i := from; i < len(text); i++ {
		if a.only != 0 {
			k := strings.IndexByte(text[i:], a.only)
			if k < 0 {
				break
			}
			i += k
		} else if !a.starts[text[i]] {
			continue
		}
		node := int32(0)
		for j := i; j < len(text); j++ {
			next, ok := a.edges[uint64(node)<<8|uint64(text[j])]
			if !ok {
				break
			}
			node = next
			if k := a.ends[node]; k > 0 {
				end, token = j+1, &a.tokens[k-1]
			}
		}
		if token != nil {
			return i, end, token
		}
	}
	return 0, 0, nil
}

// A word character is \w of Rust's regex crate, which knows Unicode 16.
func wordRune(r rune) bool {
	if unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic, unicode.Join_Control) {
		return true
	}
	i, found := slices.BinarySearchFunc(unicode16, r, func(x newRunes, r rune) int {
		switch {
		case x.hi < r:
			return -1
		case x.lo > r:
			return 1
		}
		return 0
	})
	return found && unicode16[i].class&(cLetter|cMark|cNumber) != 0
}

func wordEnds(s string) bool {
	r, w := utf8.DecodeLastRuneInString(s)
	return w > 0 && wordRune(r)
}

func wordStarts(s string) bool {
	r, w := utf8.DecodeRuneInString(s)
	return w > 0 && wordRune(r)
}
