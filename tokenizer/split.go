package tokenizer

import (
	"strings"
	"unicode/utf8"
)

// A splitter cuts a text into the pieces that are merged on their own. next
// returns the length in bytes of the first piece of s, which is not empty. None
// of the known regexes looks behind, so the rest of a text can be cut without
// its start.
type splitter interface {
	next(s string) int
}

// A matcher is a regex scanned by hand: match is the length of its match at the
// start of s, 0 for none.
type matcher interface {
	match(s string) int
}

// isolated cuts at every match; what lies between two matches is one piece.
type isolated struct{ matcher }

func (p isolated) next(s string) int {
	if n := p.match(s); n > 0 {
		return n
	}
	for i := 0; ; {
		_, w := utf8.DecodeRuneInString(s[i:])
		i += w
		if i == len(s) || p.match(s[i:]) > 0 {
			return i
		}
	}
}

// at is the class and width of the first character of s; class 0 at its end.
func (t *classTable) at(s string) (class, int) {
	if len(s) == 0 {
		return 0, 0
	}
	if s[0] < utf8.RuneSelf {
		return t[s[0]], 1
	}
	r, w := utf8.DecodeRuneInString(s)
	return t.of(r), w
}

// run is the length of the longest prefix of s with characters of c alone.
func (t *classTable) run(s string, c class) int {
	i := 0
	for i < len(s) {
		if b := s[i]; b < utf8.RuneSelf {
			if t[b]&c == 0 {
				return i
			}
			i++
			continue
		}
		r, w := utf8.DecodeRuneInString(s[i:])
		if t.of(r)&c == 0 {
			return i
		}
		i += w
	}
	return i
}

// upTo is run for at most n characters.
func (t *classTable) upTo(s string, c class, n int) int {
	i := 0
	for ; n > 0; n-- {
		k, w := t.at(s[i:])
		if k&c == 0 {
			break
		}
		i += w
	}
	return i
}

// tail is the length of the prefix of s whose bytes are all in set.
func tail(s, set string) int {
	i := 0
	for i < len(s) && strings.IndexByte(set, s[i]) >= 0 {
		i++
	}
	return i
}

// blanks is the end of nearly every known regex: \s*[\r\n]+|\s+(?!\S)|\s+
// (newlines false leaves out the first branch). A run of blanks goes to its last
// newline; without one it leaves its last blank to the word that follows.
func (t *classTable) blanks(s string, newlines bool) int {
	end := t.run(s, cBlank)
	if newlines {
		if i := strings.LastIndexAny(s[:end], "\r\n"); i >= 0 {
			return i + 1
		}
	}
	if end == 0 || end == len(s) {
		return end
	}
	_, w := utf8.DecodeLastRuneInString(s[:end])
	if end == w {
		return end
	}
	return end - w
}

// contraction is the length of 's|'t|'re|'ve|'m|'ll|'d at the start of s. fold
// ignores case as Oniguruma does: ſ (U+017F) is an s.
func contraction(s string, fold bool) int {
	if len(s) < 2 || s[0] != '\'' {
		return 0
	}
	lower := func(i int) byte {
		if i >= len(s) {
			return 0
		}
		if fold && 'A' <= s[i] && s[i] <= 'Z' {
			return s[i] + 'a' - 'A'
		}
		return s[i]
	}
	switch second := lower(2); lower(1) {
	case 's', 't', 'm', 'd':
		return 2
	case 'r', 'v':
		if second == 'e' {
			return 3
		}
	case 'l':
		if second == 'l' {
			return 3
		}
	}
	if fold && strings.HasPrefix(s[1:], "ſ") {
		return 1 + len("ſ")
	}
	return 0
}

// literal cuts after each pattern (Rust's MergedWithPrevious) or, if next,
// before it (MergedWithNext): of a run of patterns only one has a neighbour.
type literal struct {
	pattern    string
	beforeNext bool
}

func (p literal) next(s string) int {
	i := strings.Index(s, p.pattern)
	switch {
	case i < 0:
		return len(s)
	case !p.beforeNext:
		return i + len(p.pattern)
	case i > 0:
		return i
	}
	rest := s[len(p.pattern):]
	switch i := strings.Index(rest, p.pattern); {
	case rest == "" || i == 0:
		return len(p.pattern)
	case i < 0:
		return len(s)
	default:
		return len(p.pattern) + i
	}
}
