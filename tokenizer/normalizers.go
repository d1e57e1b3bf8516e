package tokenizer

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// normalizers are the steps of a file's normalizer, in order.
func normalizers(p *part) ([]normalizer, error) {
	if p == nil {
		return nil, nil
	}
	if p.Type == "Sequence" {
		var all []normalizer
		for i := range p.Normalizers {
			some, err := normalizers(&p.Normalizers[i])
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	}
	n, err := p.normalizer()
	if err != nil {
		return nil, err
	}
	return []normalizer{n}, nil
}

// normalizer is a single step.
func (p *part) normalizer() (normalizer, error) {
	forms := map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}
	if f, ok := forms[p.Type]; ok {
		return normalForm(f), nil
	}
	switch p.Type {
	case "Prepend":
		return prepend(p.Prepend), nil
	case "Replace":
		return p.replacer()
	case "Lowercase":
		return lowercase, nil
	case "StripAccents":
		return dropRunes(anyMark), nil
	case "Strip":
		return strip(p.StripLeft, p.StripRight), nil
	case "Nmt":
		return nmt, nil
	case "BertNormalizer":
		return p.bert(), nil
	case "Precompiled":
		c, err := newCharsmap(p.Charsmap)
		if err != nil {
			return nil, err
		}
		return c.normalize, nil
	}
	return nil, unsupported("normalizer", p.Type)
}

// replacer is a Replace of a text, or of a regex that Go's engine matches as
// the Rust library's does.
func (p *part) replacer() (normalizer, error) {
	if s := p.Pattern.String; s != nil && *s != "" {
		return replace(*s, p.Content), nil
	}
	if p.Pattern.Regex == nil {
		return nil, unsupported("normalizer", "Replace of nothing")
	}
	re, ok := plainRegex(*p.Pattern.Regex)
	if !ok {
		return nil, unsupported("normalizer", "Replace by the regex "+*p.Pattern.Regex)
	}
	content := strings.ReplaceAll(p.Content, "$", "$$") // the library knows no groups there
	return func(s string) string { return re.ReplaceAllString(s, content) }, nil
}

// trims reports whether a normalizer can take away a text's first character.
func (p *part) trims() bool {
	return p.holds(func(p *part) bool {
		switch p.Type {
		case "Strip":
			return p.StripLeft
		case "BertNormalizer", "Nmt", "StripAccents":
			return true
		case "Replace":
			return p.Content == ""
		}
		return false
	})
}
