package tokenizer

import "unicode/utf8"

// gpt2 is the regex of GPT-2, which ByteLevel brings along:
//
//	's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
type gpt2 struct{ *classTable }

func (p gpt2) match(s string) int {
	if n := contraction(s, false); n > 0 {
		return n
	}
	start := tail(s[:min(1, len(s))], " ")
	c, _ := p.at(s[start:])
	for _, kind := range []class{cLetter, cNumber, ^(cBlank | cLetter | cNumber)} {
		if c&kind != 0 {
			return start + p.run(s[start:], kind)
		}
	}
	return p.blanks(s, false)
}

// words is the family of cl100k (Llama-3), Qwen2 and Qwen3.5:
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?L+|\p{N}{1,digits}| ?[^\s L \p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
//
// where L is letters.
type words struct {
	*classTable
	letters class
	digits  int
}

func (p words) match(s string) int {
	if n := contraction(s, true); n > 0 {
		return n
	}
	c, w := p.at(s)
	if c&p.letters != 0 {
		// A mark can also be the one character before the letters, which comes to
		// the same piece.
		return w + p.run(s[w:], p.letters)
	}
	if c&(cNewline|cLetter|cNumber) == 0 && c != 0 {
		if n := p.run(s[w:], p.letters); n > 0 {
			return w + n
		}
	}
	if c&cNumber != 0 {
		return p.upTo(s, cNumber, p.digits)
	}
	start := tail(s[:min(1, len(s))], " ")
	if n := p.run(s[start:], ^(cBlank | p.letters | cNumber)); n > 0 {
		end := start + n
		return end + tail(s[end:], "\r\n")
	}
	return p.blanks(s, true)
}

// cased is the family of o200k (GPT-4o, gpt-oss, Llama-4) and Tekken, which ends
// a word where lower case turns to upper:
//
//	P?U*W+C?|P?U+W*C?|\p{N}{1,digits}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
//
// with P = [^\r\n\p{L}\p{N}], U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}],
// W = [\p{Ll}\p{Lm}\p{Lo}\p{M}] and C the contractions, if it has them.
type cased struct {
	*classTable
	contractions bool
	digits       int
}

const (
	casedUpper = cUpper | cCaseless | cMark
	casedLower = cLower | cCaseless | cMark
)

func (p cased) match(s string) int {
	c, w := p.at(s)
	prefix := 0
	if c&(cNewline|cLetter|cNumber) == 0 {
		prefix = w
	}
	for _, branch := range []func(string) int{p.lowerEnd, p.upperStart} {
		n := branch(s[prefix:])
		if n > 0 {
			n += prefix
		} else if prefix > 0 {
			n = branch(s) // the prefix is optional: a mark is a letter too
		}
		if n > 0 {
			if p.contractions {
				n += contraction(s[n:], true)
			}
			return n
		}
	}
	if c&cNumber != 0 {
		return p.upTo(s, cNumber, p.digits)
	}
	start := tail(s[:min(1, len(s))], " ")
	if n := p.run(s[start:], ^(cBlank | cLetter | cNumber)); n > 0 {
		end := start + n
		return end + tail(s[end:], "\r\n/")
	}
	return p.blanks(s, true)
}

// lowerEnd is U*W+ with the regex's backtracking: where no W follows the
// longest U*, the match ends after the last character that is both.
func (p cased) lowerEnd(s string) int {
	end := p.run(s, casedUpper)
	if n := p.run(s[end:], casedLower); n > 0 {
		return end + n
	}
	for end > 0 {
		r, w := utf8.DecodeLastRuneInString(s[:end])
		if p.of(r)&casedLower != 0 {
			return end
		}
		end -= w
	}
	return 0
}

// upperStart is U+W*.
func (p cased) upperStart(s string) int {
	n := p.run(s, casedUpper)
	if n == 0 {
		return 0
	}
	return n + p.run(s[n:], casedLower)
}

// deepseek is the last of DeepSeek's three stages:
//
//	[ASCII punctuation][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
type deepseek struct{ *classTable }

func (p deepseek) match(s string) int {
	c, w := p.at(s)
	if w == 1 && c&(cPunct|cSymbol) != 0 {
		if n := asciiLetters(s[1:]); n > 0 {
			return 1 + n
		}
	}
	const letters = cLetter | cMark
	if c&letters != 0 {
		return p.run(s, letters)
	}
	if c&(cNewline|cPunct|cSymbol) == 0 {
		if n := p.run(s[w:], letters); n > 0 {
			return w + n
		}
	}
	start := tail(s[:min(1, len(s))], " ")
	if n := p.run(s[start:], cPunct|cSymbol); n > 0 {
		end := start + n
		return end + tail(s[end:], "\r\n")
	}
	return p.blanks(s, true)
}

func asciiLetters(s string) int {
	i := 0
	for i < len(s) && ('a' <= s[i]|0x20 && s[i]|0x20 <= 'z') {
		i++
	}
	return i
}

// cjk is [一-龥぀-ゟ゠-ヿ]+, the second of DeepSeek's stages.
type cjk struct{}

func (cjk) match(s string) int {
	i := 0
	for i < len(s) && s[i] >= utf8.RuneSelf {
		r, w := utf8.DecodeRuneInString(s[i:])
		if !(0x4E00 <= r && r <= 0x9FA5 || 0x3040 <= r && r <= 0x30FF) {
			break
		}
		i += w
	}
	return i
}

// numbers is \p{N}{1,digits}.
type numbers struct {
	*classTable
	digits int
}

func (p numbers) match(s string) int { return p.upTo(s, cNumber, p.digits) }
