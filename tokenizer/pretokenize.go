package tokenizer

import (
	"fmt"
	"strings"
	"unicode"
)

// A stage of the pre-tokenizer rewrites each piece of the stage before (first:
// it is the text's beginning), then cuts it, and drops the pieces that drop
// matches. Each may be nil.
type stage struct {
	rewrite func(piece string, first bool) string
	split   splitter
	drop    matcher
}

// stages are those of a pre-tokenizer; bytes says that the words' bytes, not
// their characters, are the symbols to be merged (ByteLevel).
func stages(p *part) (all []stage, bytes bool, err error) {
	if p == nil {
		return nil, false, nil
	}
	switch p.Type {
	case "Sequence":
		for i := range p.Pretokenizers {
			if bytes {
				return nil, false, unsupported("pre_tokenizer", p.Pretokenizers[i].Type+" after ByteLevel")
			}
			some, b, err := stages(&p.Pretokenizers[i])
			if err != nil {
				return nil, false, err
			}
			all, bytes = append(all, some...), b
		}
		return all, bytes, nil
	case "Split":
		s, err := split(p)
		return []stage{s}, false, err
	case "Digits":
		behavior := "Contiguous"
		if p.IndividualDigits {
			behavior = "Isolated"
		}
		s, err := delimited(chars(numeric), behavior)
		return []stage{s}, false, err
	case "Punctuation":
		behavior := p.Behavior
		if behavior == "" {
			behavior = "Isolated"
		}
		s, err := delimited(chars(punctuation), behavior)
		return []stage{s}, false, err
	case "CharDelimiterSplit":
		s, err := delimited(exactly(p.Delimiter), "Removed")
		return []stage{s}, false, err
	case "WhitespaceSplit", "Whitespace", "BertPreTokenizer":
		s, err := delimited(chars(unicode.IsSpace), "Removed")
		if err != nil || p.Type == "WhitespaceSplit" {
			return []stage{s}, false, err
		}
		within := stage{split: isolated{repeated{chars(wordRune)}}} // \w+|[^\w\s]+
		if p.Type == "BertPreTokenizer" {
			within.split = isolated{chars(punctuation)}
		}
		return []stage{s, within}, false, nil
	case "Metaspace":
		s, err := metaspace(p)
		return []stage{s}, false, err
	case "ByteLevel":
		var s stage
		if yes(p.AddPrefixSpace) {
			s.rewrite = func(piece string, _ bool) string {
				if strings.HasPrefix(piece, " ") {
					return piece
				}
				return " " + piece
			}
		}
		if yes(p.UseRegex) {
			s.split = isolated{gpt2{classes()}}
		}
		if s.rewrite == nil && s.split == nil {
			return nil, true, nil
		}
		return []stage{s}, true, nil
	}
	return nil, false, unsupported("pre_tokenizer", p.Type)
}

// split is a Split by a known regex, of which each match is a word of its own,
// or by a literal.
func split(p *part) (stage, error) {
	if p.Pattern.Regex != nil {
		k, ok := regexMatcher(*p.Pattern.Regex)
		if !ok {
			return stage{}, unsupported("pre_tokenizer", fmt.Sprintf("Split with the regex %q", *p.Pattern.Regex))
		}
		if p.Behavior == "Isolated" && !p.Invert || p.Behavior == "Removed" && p.Invert && k.total {
			return stage{split: isolated{k.matcher}}, nil
		}
		return stage{}, unsupported("pre_tokenizer", fmt.Sprintf("Split with behavior %s, invert %v", p.Behavior, p.Invert))
	}
	if p.Pattern.String == nil || *p.Pattern.String == "" || p.Invert {
		return stage{}, unsupported("pre_tokenizer", "Split with this pattern")
	}
	switch p.Behavior {
	case "MergedWithPrevious":
		return stage{split: literal{pattern: *p.Pattern.String}}, nil
	case "MergedWithNext":
		return stage{split: literal{pattern: *p.Pattern.String, beforeNext: true}}, nil
	}
	return delimited(exactly(*p.Pattern.String), p.Behavior)
}

// usesFirst reports whether a pre-tokenizer asks which piece begins the text.
func (p *part) usesFirst() bool {
	return p.holds(func(p *part) bool { return p.Type == "Metaspace" && p.PrependScheme == "first" })
}

// metaspace writes blanks as a replacement (▁), puts one before each piece
// (prepend_scheme always), before the text's first (first) or none (never), and
// cuts before each unless split is false.
func metaspace(p *part) (stage, error) {
	if p.Replacement == "" {
		return stage{}, unsupported("pre_tokenizer", "Metaspace without replacement")
	}
	scheme := p.PrependScheme
	if scheme == "" { // files from before prepend_scheme
		scheme = "always"
		if !yes(p.AddPrefixSpace) {
			scheme = "never"
		}
	}
	s := stage{rewrite: func(piece string, first bool) string {
		piece = strings.ReplaceAll(piece, " ", p.Replacement)
		if (scheme == "always" || scheme == "first" && first) && !strings.HasPrefix(piece, p.Replacement) {
			piece = p.Replacement + piece
		}
		return piece
	}}
	if yes(p.Split) {
		s.split = literal{pattern: p.Replacement, beforeNext: true}
	}
	return s, nil
}
