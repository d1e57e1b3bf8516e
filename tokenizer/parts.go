package tokenizer

import (
	"encoding/json"
	"fmt"
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
	Delimiter        string  `json:"delimiter"`
	Prefix           string  `json:"prefix"`
	Cleanup          bool    `json:"cleanup"`
	Charsmap         string  `json:"precompiled_charsmap"` // base64

	StripLeft    bool  `json:"strip_left"`
	StripRight   bool  `json:"strip_right"`
	CleanText    bool  `json:"clean_text"`
	Chinese      bool  `json:"handle_chinese_chars"`
	StripAccents *bool `json:"strip_accents"` // nil = as lowercase
	Lowercase    bool  `json:"lowercase"`

	CLS tokenAndID `json:"cls"`
	SEP tokenAndID `json:"sep"`

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

// A tokenAndID is spelled ["[CLS]", 101]; of it only the id counts.
type tokenAndID struct{ id uint32 }

func (t *tokenAndID) UnmarshalJSON(text []byte) error {
	var token string
	if err := json.Unmarshal(text, &[]any{&token, &t.id}); err != nil {
		return fmt.Errorf("%s, want [token, id]: %w", text, err)
	}
	return nil
}

// holds reports whether f holds for p or any part within it.
func (p *part) holds(f func(*part) bool) bool {
	if p == nil {
		return false
	}
	for _, list := range [][]part{p.Normalizers, p.Pretokenizers, p.Processors, p.Decoders} {
		for i := range list {
			if list[i].holds(f) {
				return true
			}
		}
	}
	return f(p)
}

func yes(b *bool) bool { return b == nil || *b }
