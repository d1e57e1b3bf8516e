package tokenizer

import (
	"regexp"
	"strings"
)

// plainRegex compiles a regex whose matches are the same in Go's engine as in
// the Rust library's (Oniguruma): characters, sets of characters, groups,
// repetitions and alternatives, nothing else, and never an empty match. Such
// are the ones that conversions from SentencePiece write (" {2,}").
func plainRegex(text string) (*regexp.Regexp, bool) {
	const blank = `\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}`
	var out strings.Builder
	inSet := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		next := byte(0)
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch {
		case c == '\\' && next == 's' && inSet:
			out.WriteString(blank)
			i++
		case c == '\\' && next == 's':
			out.WriteString("[" + blank + "]")
			i++
		case c == '\\' && strings.IndexByte(`nrt.+*?()|[]{}^$\-/"'`, next) >= 0 && next != 0:
			out.WriteString(text[i : i+2])
			i++
		case c == '\\', !inSet && (c == '.' || c == '^' || c == '$'), c == '(' && next == '?':
			return nil, false
		case inSet && (c == '[' || c == '&' && next == '&'), !inSet && strings.IndexByte("*+?}", c) >= 0 && next == '+':
			return nil, false // sets of sets, possessive repetitions
		default:
			inSet = c == '[' || inSet && c != ']'
			out.WriteByte(c)
		}
	}
	re, err := regexp.Compile(out.String())
	if err != nil || re.MatchString("") {
		return nil, false
	}
	return re, true
}
