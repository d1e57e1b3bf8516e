package tokenizer

import (
	"fmt"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// A part is a normalizer, pre-tokenizer, post-processor or decoder of a
// tokenizer.json: the fields of all kinds together.
type part struct {
	Type string `json:"type"`

	Normalizers   []part `json:"normalizers"`
	Pretokenizers []part `json:"pretokenizers"`
	Processors    []part `json:"processors"`
	Decoders      []part `json:"decoders"`

	Prepend          string  `json:"prepend"`
	Pattern          pattern `json:"pattern"`
	Content          string  `json:"content"`
	Behavior         string  `json:"behavior"`
	Invert           bool    `json:"invert"`
	AddPrefixSpace   *bool   `json:"add_prefix_space"` // nil = true
	UseRegex         *bool   `json:"use_regex"`        // nil = true
	IndividualDigits bool    `json:"individual_digits"`
	Replacement      string  `json:"replacement"`
	PrependScheme    string  `json:"prepend_scheme"` // always, first, never
	Split            *bool   `json:"split"`          // nil = true
	Start            int     `json:"start"`
	Stop             int     `json:"stop"`

	Single        []templatePiece `json:"single"`
	SpecialTokens map[string]struct {
		IDs []uint32 `json:"ids"`
	} `json:"special_tokens"`
}

type pattern struct {
	String *string `json:"String"`
	Regex  *string `json:"Regex"`
}

// A templatePiece is the text ("A") or a special token.
type templatePiece struct {
	Sequence *struct {
		ID string `json:"id"`
	} `json:"Sequence"`
	SpecialToken *struct {
		ID string `json:"id"`
	} `json:"SpecialToken"`
}

func yes(b *bool) bool { return b == nil || *b }

func normalizers(p *part) ([]normalizer, error) {
	if p == nil {
		return nil, nil
	}
	forms := map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}
	if f, ok := forms[p.Type]; ok {
		return []normalizer{normalForm(f)}, nil
	}
	switch {
	case p.Type == "Sequence":
		var all []normalizer
		for i := range p.Normalizers {
			some, err := normalizers(&p.Normalizers[i])
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	case p.Type == "Prepend":
		return []normalizer{prepend(p.Prepend)}, nil
	case p.Type == "Replace" && p.Pattern.String != nil && *p.Pattern.String != "":
		return []normalizer{replace(*p.Pattern.String, p.Content)}, nil
	case p.Type == "Replace":
		return nil, unsupported("normalizer", "Replace by a regex")
	}
	return nil, unsupported("normalizer", p.Type)
}

// A stage of the pre-tokenizer rewrites each piece of the stage before (first:
// it is the text's beginning), then cuts it. Either may be nil.
type stage struct {
	rewrite func(piece string, first bool) string
	split   splitter
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
		return []stage{{split: s}}, false, err
	case "Digits":
		digits := 1 << 30
		if p.IndividualDigits {
			digits = 1
		}
		return []stage{{split: isolated{numbers{classes(), digits}}}}, false, nil
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
func split(p *part) (splitter, error) {
	if p.Pattern.Regex != nil {
		k, ok := regexMatcher(*p.Pattern.Regex)
		if !ok {
			return nil, unsupported("pre_tokenizer", fmt.Sprintf("Split with the regex %q", *p.Pattern.Regex))
		}
		if p.Behavior == "Isolated" && !p.Invert || p.Behavior == "Removed" && p.Invert && k.total {
			return isolated{k.matcher}, nil
		}
		return nil, unsupported("pre_tokenizer", fmt.Sprintf("Split with behavior %s, invert %v", p.Behavior, p.Invert))
	}
	if p.Pattern.String == nil || *p.Pattern.String == "" || p.Invert {
		return nil, unsupported("pre_tokenizer", "Split with this pattern")
	}
	switch p.Behavior {
	case "MergedWithPrevious":
		return literal{pattern: *p.Pattern.String}, nil
	case "MergedWithNext":
		return literal{pattern: *p.Pattern.String, beforeNext: true}, nil
	}
	return nil, unsupported("pre_tokenizer", "Split by a literal with behavior "+p.Behavior)
}

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

// postProcess is what a post-processor puts before and after the ids of a text.
func postProcess(p *part) (before, after []uint32, err error) {
	if p == nil || p.Type == "ByteLevel" { // ByteLevel only moves offsets
		return nil, nil, nil
	}
	switch p.Type {
	case "Sequence":
		for i := range p.Processors {
			b, a, err := postProcess(&p.Processors[i])
			if err != nil {
				return nil, nil, err
			}
			before, after = append(b, before...), append(after, a...)
		}
		return before, after, nil
	case "TemplateProcessing":
		seen := false
		for _, piece := range p.Single {
			switch {
			case piece.Sequence != nil && piece.Sequence.ID == "A" && !seen:
				seen = true
			case piece.SpecialToken != nil && !seen:
				before = append(before, p.SpecialTokens[piece.SpecialToken.ID].IDs...)
			case piece.SpecialToken != nil:
				after = append(after, p.SpecialTokens[piece.SpecialToken.ID].IDs...)
			default:
				return nil, nil, unsupported("post_processor", "TemplateProcessing with such a template")
			}
		}
		if !seen {
			return nil, nil, unsupported("post_processor", "TemplateProcessing without the text")
		}
		return before, after, nil
	}
	return nil, nil, unsupported("post_processor", p.Type)
}
