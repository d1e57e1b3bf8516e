package tokenizer

import (
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A normalizer rewrites a text before it is cut into words.
type normalizer func(string) string

// prepend puts prefix before every text that is not empty.
func prepend(prefix string) normalizer {
	return func(s string) string {
		if s == "" {
			return s
		}
		return prefix + s
	}
}

func replace(old, to string) normalizer {
	return func(s string) string { return strings.ReplaceAll(s, old, to) }
}

// normalForm is NFC, NFD, NFKC or NFKD as the Rust library has it: by Unicode
// 11, in which the characters of newDecompositions have none.
func normalForm(f norm.Form) normalizer {
	if f == norm.NFC {
		return func(s string) string { return standardForm(f, s) }
	}
	return func(s string) string {
		var b strings.Builder
		done := 0
		for i, r := range s {
			if r < newDecompositions[0].lo || !within(newDecompositions, r) {
				continue
			}
			b.WriteString(standardForm(f, s[done:i]))
			b.WriteRune(r)
			done = i + utf8.RuneLen(r)
		}
		if done == 0 {
			return standardForm(f, s)
		}
		b.WriteString(standardForm(f, s[done:]))
		return b.String()
	}
}

// newDecompositions came after Unicode 11, and begin no composition.
var newDecompositions = []runeRange{
	{0x32ff, 0x32ff}, {0xa7f2, 0xa7f4}, {0xab69, 0xab69}, {0x10781, 0x10785}, {0x10787, 0x107b0}, {0x107b2, 0x107ba},
	{0x11938, 0x11938}, {0x1e030, 0x1e06d}, {0x1f16c, 0x1f16c}, {0x1fbf0, 0x1fbf9},
}

// standardForm is a normal form as the Unicode standard has it. x/text
// implements the stream-safe variant, which breaks runs of more than 30
// combining marks by a U+034F; such texts take the slow road.
func standardForm(f norm.Form, s string) string {
	if f.IsNormalString(s) {
		return s
	}
	if !longMarks(s) {
		return f.String(s)
	}
	return slowNormal(f, s)
}

// longMarks reports whether s, decomposed, may have more than 30 characters in
// a row that x/text counts as marks: those with a combining class, and those
// without one that join what is before them (Hangul vowels, Indic vowel signs).
// Every part of a character's decomposition is taken for one.
func longMarks(s string) bool {
	run := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			run = 0
			i++
			continue
		}
		p := norm.NFKD.PropertiesString(s[i:])
		n := max(3, utf8.RuneCount(p.Decomposition())) // a Hangul syllable's three parts are not told
		if p.BoundaryBefore() {
			run = n
		} else {
			run += n
		}
		if run > 30 {
			return true
		}
		i += p.Size()
	}
	return false
}

// slowNormal is Unicode's normalization algorithm (UAX #15), unoptimised.
func slowNormal(f norm.Form, s string) string {
	decomposed := f
	switch f {
	case norm.NFC:
		decomposed = norm.NFD
	case norm.NFKC:
		decomposed = norm.NFKD
	}
	var rs []rune
	for _, r := range s {
		rs = append(rs, []rune(decomposed.String(string(r)))...)
	}
	ccc := func(r rune) uint8 { return norm.NFD.PropertiesString(string(r)).CCC() }
	for i := 0; i < len(rs); {
		j := i + 1
		if ccc(rs[i]) != 0 {
			for j < len(rs) && ccc(rs[j]) != 0 {
				j++
			}
			slices.SortStableFunc(rs[i:j], func(a, b rune) int { return int(ccc(a)) - int(ccc(b)) })
		}
		i = j
	}
	if f == decomposed {
		return string(rs)
	}
	return string(compose(rs, ccc))
}

// compose joins each starter with the marks after it that are not blocked.
func compose(rs []rune, ccc func(rune) uint8) []rune {
	out := rs[:0]
	starter, last := -1, -1 // index in out of the last starter; class of the last mark kept after it
	for _, r := range rs {
		c := int(ccc(r))
		if starter >= 0 && last < c {
			pair := norm.NFC.String(string([]rune{out[starter], r}))
			if utf8.RuneCountInString(pair) == 1 {
				out[starter], _ = utf8.DecodeRuneInString(pair)
				continue
			}
		}
		out = append(out, r)
		if c == 0 {
			starter, last = len(out)-1, -1
		} else {
			last = c
		}
	}
	return out
}

// validUTF8 replaces what is not UTF-8 by U+FFFD, one for each maximal part of
// a character, as Rust's from_utf8_lossy does (Go's own functions replace each
// byte, or each run).
func validUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return string(appendValid(make([]byte, 0, len(s)+8), []byte(s)))
}

func appendValid(dst, b []byte) []byte {
	for len(b) > 0 {
		r, w := utf8.DecodeRune(b)
		if r != utf8.RuneError || w > 1 {
			dst = append(dst, b[:w]...)
			b = b[w:]
			continue
		}
		dst = append(dst, "\uFFFD"...)
		b = b[brokenLen(b):]
	}
	return dst
}

// brokenLen is how many bytes of b, which starts no whole character, could
// have started one (Unicode 16, section 3.9, table 3-7); at least 1.
func brokenLen(b []byte) int {
	lo, hi, n := byte(0x80), byte(0xBF), 0
	switch c := b[0]; {
	case 0xC2 <= c && c <= 0xDF:
		n = 1
	case c == 0xE0:
		n, lo = 2, 0xA0
	case c == 0xED:
		n, hi = 2, 0x9F
	case 0xE1 <= c && c <= 0xEF:
		n = 2
	case c == 0xF0:
		n, lo = 3, 0x90
	case c == 0xF4:
		n, hi = 3, 0x8F
	case 0xF1 <= c && c <= 0xF3:
		n = 3
	}
	i := 1
	for ; i <= n && i < len(b) && lo <= b[i] && b[i] <= hi; i++ {
		lo, hi = 0x80, 0xBF
	}
	return i
}
