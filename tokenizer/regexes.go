package tokenizer

import "strings"

// A knownRegex is a pre-tokenizer's regex, recognised by its exact text, and
// the hand-written scanner that matches as it does. total: every character is
// part of a match. CR and LF are written as escapes.
type knownRegex struct {
	text    string
	total   bool
	matcher matcher
}

// knownRegexes lists GPT-2's, cl100k's (Llama-3) and its relatives, o200k's
// (GPT-4o, gpt-oss) and Tekken's, and DeepSeek's.
func knownRegexes(t *classTable) []knownRegex {
	const (
		blanks = `|\s*[\r\n]+|\s+(?!\S)|\s+`
		punct  = `| ?[^\s\p{L}\p{N}]+[\r\n]*`
		folded = `(?i:'s|'t|'re|'ve|'m|'ll|'d)`
		lower  = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`
		upper  = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*`
		slash  = `| ?[^\s\p{L}\p{N}]+[\r\n/]*`
	)
	return []knownRegex{
		{`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`, true, gpt2{t}},
		// cl100k, Llama-3
		{folded + `|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}` + punct + blanks, true, words{t, cLetter, 3}},
		// Qwen2 to Qwen3
		{folded + `|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}` + punct + blanks, true, words{t, cLetter, 1}},
		// Qwen3.5
		{folded + `|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*` + blanks, true, words{t, cLetter | cMark, 1}},
		// o200k
		{lower + folded + `?|` + upper + folded + `?|\p{N}{1,3}` + slash + blanks, true, cased{t, true, 3}},
		// Tekken
		{lower + `|` + upper + `|\p{N}` + slash + blanks, true, cased{t, false, 1}},
		// DeepSeek's three stages
		{`\p{N}{1,3}`, false, numbers{t, 3}},
		{`[一-龥぀-ゟ゠-ヿ]+`, false, cjk{}},
		{"[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+" + `|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*` + blanks, false, deepseek{t}},
	}
}

// regexMatcher is the scanner of a regex; ok is false for an unknown one. Some
// files have CR and LF themselves where others have the escapes.
func regexMatcher(text string) (k knownRegex, ok bool) {
	text = strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(text)
	for _, k := range knownRegexes(classes()) {
		if k.text == text {
			return k, true
		}
	}
	return knownRegex{}, false
}
