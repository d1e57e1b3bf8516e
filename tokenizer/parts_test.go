package tokenizer

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// Regexes of a Replace that mean the same to Go as to the Rust library are
// taken; all others are refused.
func TestPlainRegex(t *testing.T) {
	for _, tt := range []struct{ regex, text, want string }{
		{" {2,}", "a  b c   d", "a_b c_d"},
		{`\s+`, "a \u3000\u0085b\u00a0c\vd", "a_b_c_d"},
		{`[\s,]+x`, "a ,\u2003x", "a_"},
		{`(ab|c)+\.`, "abc.d.", "_d."},
		{"`+|''", "``a''", "_a_"},
	} {
		re, ok := plainRegex(tt.regex)
		if !ok {
			t.Errorf("%s: refused", tt.regex)
		} else if got := re.ReplaceAllString(tt.text, "_"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.regex, got, tt.want)
		}
	}
	for _, regex := range []string{`\p{L}`, `\w`, ".", "^a", "a$", "(?i)a", "a*", "a++", "[[a]b]", "[a&&b]", `\d`, `a\`, "(", ""} {
		if re, ok := plainRegex(regex); ok {
			t.Errorf("%s: taken as %s", regex, re)
		}
	}
}

// Scores are what the Rust library reads, which is not always the nearest
// float64; the rows with many digits are from its own to_str.
func TestFloat(t *testing.T) {
	for text, want := range map[string]float64{
		"-2.0154635906219482":      -2.015463590621948,
		"-9.773894309997559":       -9.77389430999756,
		"-11.830850601196289":      -11.830850601196287,
		"0":                        0,
		"-5":                       -5,
		"1.5e3":                    1500,
		"25E-2":                    0.25,
		"1e-320":                   1e-320,
		"0.1234567890123456789012": 0.12345678901234568,
		"123456789012345678901234": 1.2345678901234567e23,
		"12345678901234567e-330":   1.23456789e-314,
	} {
		s := scanner{text: []byte(text)}
		if got, err := s.float(); err != nil || got != want || s.at != len(text) {
			t.Errorf("%s: %v, %v after %d bytes; want %v", text, got, err, s.at, want)
		}
	}
	for _, text := range []string{"", "x", "-", "1e"} {
		s := scanner{text: []byte(text)}
		if got, err := s.float(); err == nil {
			t.Errorf("%q: %v, want an error", text, got)
		}
	}
}

// Files that say what cannot be are errors that name the key.
func TestModelFaults(t *testing.T) {
	for name, tt := range map[string]struct{ model, want string }{
		"no unk":      {`{"type":"WordPiece","vocab":{"a":0}}`, `unk_token "[UNK]"`},
		"other unk":   {`{"type":"WordLevel","unk_token":"<u>","vocab":{"a":0}}`, `unk_token "<u>"`},
		"unk id":      {`{"type":"Unigram","unk_id":3,"vocab":[["a",0]]}`, "unk_id is 3, want 0 to 0"},
		"empty":       {`{"type":"Unigram","unk_id":0,"vocab":[]}`, "unk_id is 0"},
		"score":       {`{"type":"Unigram","unk_id":0,"vocab":[["a","b"]]}`, `score of "a"`},
		"no score":    {`{"type":"Unigram","unk_id":0,"vocab":[["a"]]}`, "model.vocab"},
		"without unk": {`{"vocab":[["a",0.5]]}`, "Unigram without unk_id"},
	} {
		s := source{id: name, json: []byte(`{"model":` + tt.model + `}`)}
		if _, err := s.open(LoadOptions{}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one that names %s", name, err, tt.want)
		}
	}
}

// A charsmap whose trie or texts lead outside it changes nothing, or is refused.
func TestCharsmapDamaged(t *testing.T) {
	for _, encoded := range []string{"", "!", "AAAA", "AAAAAA==", "/////wAAAAA=", "BAAAAAAAAAD/"} {
		if _, err := newCharsmap(encoded); err == nil {
			t.Errorf("%q was taken", encoded)
		}
	}
	wild := charsmap{units: make([]uint32, 256), texts: []byte("x")}
	wild.units['a'] = 'a' | 1<<31>>1 // its children lie far outside
	wild.units['b'] = 'b' | 1<<8 | 'b'<<10 | 0x100<<10
	if got := wild.normalize("ab\r\né"); got != "ab\r\né" {
		t.Errorf("%q", got)
	}
}

// The library's tables of decompositions are Unicode 11's; the rows are its own
// answers.
func TestNormalFormKnowsUnicode11(t *testing.T) {
	const text = "ﬁ\ua7f4é\U00011938\u32ff"
	for f, want := range map[norm.Form]string{
		norm.NFC:  text,
		norm.NFD:  "ﬁ\ua7f4e\u0301\U00011938\u32ff",
		norm.NFKC: "fi\ua7f4é\U00011938\u32ff",
		norm.NFKD: "fi\ua7f4e\u0301\U00011938\u32ff",
	} {
		if got := normalForm(f)(text); got != want {
			t.Errorf("form %d: %+q, want %+q", f, got, want)
		}
	}
}
