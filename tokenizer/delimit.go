package tokenizer

import (
	"strings"
	"unicode/utf8"
)

// chars matches one character that it holds for.
type chars func(rune) bool

func (f chars) match(s string) int {
	r, w := utf8.DecodeRuneInString(s)
	if w == 0 || !f(r) {
		return 0
	}
	return w
}

// exactly matches itself.
type exactly string

func (e exactly) match(s string) int {
	if !strings.HasPrefix(s, string(e)) {
		return 0
	}
	return len(e)
}

// repeated matches one match or more in a row.
type repeated struct{ matcher }

func (m repeated) match(s string) int {
	n := 0
	for {
		k := m.matcher.match(s[n:])
		if k == 0 {
			return n
		}
		n += k
	}
}

// delimited cuts at delimiters by one of the Rust library's behaviors. Whether
// delimiter matches must not depend on what is around.
func delimited(delimiter matcher, behavior string) (stage, error) {
	switch behavior {
	case "Isolated":
		return stage{split: isolated{delimiter}}, nil
	case "Contiguous":
		return stage{split: isolated{repeated{delimiter}}}, nil
	case "Removed":
		return stage{split: isolated{repeated{delimiter}}, drop: delimiter}, nil
	}
	return stage{}, unsupported("pre_tokenizer", "with behavior "+behavior)
}
