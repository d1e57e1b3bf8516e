package dataset

import (
	"strings"
	"unicode"
)

// join puts a space before each word but the first: a template may trim a
// leading one.
func join(first string, rest []string) string {
	var b strings.Builder
	size := len(first)
	for _, w := range rest {
		size += 1 + len(w)
	}
	b.Grow(size)
	b.WriteString(first)
	for _, w := range rest {
		b.WriteByte(' ')
		b.WriteString(w)
	}
	return b.String()
}

// asciiWord reports whether s is made of ASCII letters, and not empty.
func asciiWord(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return s != ""
}

// anyWord reports whether s is made of letters, and not empty.
func anyWord(s string) bool {
	for _, c := range s {
		if !unicode.IsLetter(c) || c == unicode.ReplacementChar {
			return false
		}
	}
	return s != ""
}
