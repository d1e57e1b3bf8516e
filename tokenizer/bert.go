package tokenizer

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// bert is the BertNormalizer: cleans the text of controls, puts blanks around
// Chinese characters, strips accents, folds case; each if asked for.
func (p *part) bert() normalizer {
	var steps []normalizer
	if p.CleanText {
		steps = append(steps, cleanText)
	}
	if p.Chinese {
		steps = append(steps, spaceChinese)
	}
	if p.StripAccents != nil && *p.StripAccents || p.StripAccents == nil && p.Lowercase {
		steps = append(steps, normalForm(norm.NFD), dropRunes(nonspacingMark))
	}
	if p.Lowercase {
		steps = append(steps, lowercase)
	}
	return func(s string) string {
		for _, n := range steps {
			s = n(s)
		}
		return s
	}
}

// cleanText drops controls and what is no character, and makes all blanks U+0020.
func cleanText(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 0x20 <= r && r < 0x7F:
			return r
		case r == 0 || r == '\uFFFD':
			return -1
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case control(r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, s)
}

// chinese is the set that BERT puts blanks around; the library's ranges, among
// them one that begins at U+2B920 where the Unicode block begins at U+2B820.
var chinese = &unicode.RangeTable{
	R16: []unicode.Range16{{0x3400, 0x4DBF, 1}, {0x4E00, 0x9FFF, 1}, {0xF900, 0xFAFF, 1}},
	R32: []unicode.Range32{{0x20000, 0x2A6DF, 1}, {0x2A700, 0x2B81F, 1}, {0x2B920, 0x2CEAF, 1}, {0x2F800, 0x2FA1F, 1}},
}

func spaceChinese(s string) string {
	var b strings.Builder
	done := 0
	for i, r := range s {
		if r < 0x3400 || !unicode.Is(chinese, r) {
			continue
		}
		b.WriteString(s[done:i])
		b.WriteByte(' ')
		b.WriteRune(r)
		b.WriteByte(' ')
		done = i + len(string(r))
	}
	if done == 0 {
		return s
	}
	b.WriteString(s[done:])
	return b.String()
}

// dropRunes takes the characters away that drop holds for.
func dropRunes(drop func(rune) bool) normalizer {
	return func(s string) string {
		return strings.Map(func(r rune) rune {
			if drop(r) {
				return -1
			}
			return r
		}, s)
	}
}

// lowercase is Rust's: character by character, U+0130 alone becomes two.
func lowercase(s string) string {
	return strings.ReplaceAll(strings.Map(func(r rune) rune {
		if r == 'İ' {
			return r
		}
		return lower(r)
	}, s), "İ", "i\u0307")
}

func strip(left, right bool) normalizer {
	return func(s string) string {
		if left {
			s = strings.TrimLeftFunc(s, unicode.IsSpace)
		}
		if right {
			s = strings.TrimRightFunc(s, unicode.IsSpace)
		}
		return s
	}
}

// nmt drops controls and makes other blanks U+0020, as Google's NMT rules do.
func nmt(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 1 <= r && r <= 8, r == 0xB, 0xE <= r && r <= 0x1F, r == 0x7F, r == 0x8F, r == 0x9F:
			return -1
		case r == '\t', r == '\n', r == '\f', r == '\r', r == 0x1680, 0x200B <= r && r <= 0x200F,
			r == 0x2028, r == 0x2029, r == 0x2581, r == 0xFEFF, r == 0xFFFD:
			return ' '
		}
		return r
	}, s)
}
