package tokenizer

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A decoder turns ids into text: the bytes of each token, prepared once, and
// what is done with them in a row.
type decoder struct {
	text     string   // of all tokens
	offsets  []uint32 // of token i: text[offsets[i]:offsets[i+1]]
	flags    []uint8  // by id
	joiner   string   // between tokens
	fallback bool     // runs of <0x…> tokens are bytes of UTF-8
	byteOf   []byte   // with fallback: the byte of tokens flagged isByte
	strip    string   // taken from the text's ends, up to
	left     int      // times on the left and
	right    int      // times on the right
	first    speller  // of the first token, where that is spelled otherwise (Metaspace, WordPiece); nil = as all
	tokens   []string // with first: by id
}

// A speller appends what a token looks like in a text.
type speller func(dst []byte, token string) []byte

func asIs(dst []byte, token string) []byte { return append(dst, token...) }

const (
	isAdded   uint8 = 1 << iota // an added token, special or not
	isSpecial                   // left out if asked
	isByte                      // <0x…>
	exists                      // the id is in use
)

// newDecoder prepares the tokens (by id; added says which exist though empty).
func newDecoder(p *part, tokens []string, flags []uint8) (decoder, error) {
	d := decoder{flags: flags, joiner: " "}
	spell := speller(asIs)
	if p != nil {
		d.joiner = ""
		var err error
		if spell, err = d.steps(p); err != nil {
			return decoder{}, err
		}
	}
	text := make([]byte, 0, 8*len(tokens))
	d.offsets = make([]uint32, 1, len(tokens)+1)
	if d.fallback {
		d.byteOf = make([]byte, len(tokens))
	}
	for id, token := range tokens {
		if b, ok := byteToken(token); ok && d.fallback {
			d.byteOf[id] = b
			flags[id] |= isByte
		}
		text = spell(text, token)
		d.offsets = append(d.offsets, uint32(len(text)))
	}
	d.text = string(text)
	if d.first != nil {
		d.tokens = tokens
	}
	return d, nil
}

// steps reads a decoder's part: how a token is spelled, and d's other fields.
func (d *decoder) steps(p *part) (spell speller, err error) {
	list := []part{*p}
	if p.Type == "Sequence" {
		list = p.Decoders
	}
	spell = asIs
	fused := false
	for i := range list {
		q := &list[i]
		switch {
		case q.Type == "ByteLevel" && len(list) == 1:
			return appendSpelled, nil
		case q.Type == "Metaspace" && len(list) == 1 && q.Replacement != "":
			if q.PrependScheme != "never" && (q.PrependScheme != "" || yes(q.AddPrefixSpace)) {
				d.first = replaced(asIs, q.Replacement, "")
			}
			return replaced(spell, q.Replacement, " "), nil
		case q.Type == "WordPiece" && len(list) == 1:
			d.first = func(dst []byte, token string) []byte { return append(dst, q.cleaned(token)...) }
			return q.appendWordPiece, nil
		case q.Type == "Replace" && q.Pattern.String != nil && *q.Pattern.String != "" && !d.fallback && !fused:
			spell = replaced(spell, *q.Pattern.String, q.Content)
		case q.Type == "ByteFallback" && !fused:
			d.fallback = true
		case q.Type == "Fuse":
			fused = true
		case q.Type == "Strip" && fused && i == len(list)-1 && q.Content != "":
			d.strip, d.left, d.right = q.Content, q.Start, q.Stop
		default:
			return nil, unsupported("decoder", q.Type+" in this place")
		}
	}
	return spell, nil
}

func replaced(spell speller, old, to string) speller {
	return func(dst []byte, token string) []byte { return spell(dst, strings.ReplaceAll(token, old, to)) }
}

// appendWordPiece spells a token that is not the first: it goes on with the word
// before, or begins one after a blank.
func (p *part) appendWordPiece(dst []byte, token string) []byte {
	if rest, ok := strings.CutPrefix(token, p.Prefix); ok {
		return append(dst, p.cleaned(rest)...)
	}
	return append(dst, p.cleaned(" "+token)...)
}

// cleaned undoes blanks that the pre-tokenizer put in, one after the other, as
// the Rust library's WordPiece decoder does.
func (p *part) cleaned(token string) string {
	if !p.Cleanup {
		return token
	}
	for _, c := range [][2]string{
		{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"}, {" 'm", "'m"},
		{" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
	} {
		token = strings.ReplaceAll(token, c[0], c[1])
	}
	return token
}

// byteToken reads <0x00> to <0xFF>.
func byteToken(token string) (byte, bool) {
	if len(token) != 6 || !strings.HasPrefix(token, "<0x") || token[5] != '>' {
		return 0, false
	}
	b, err := strconv.ParseUint(token[3:5], 16, 8)
	return byte(b), err == nil
}

// Decode is the text of ids; an id that no token has is left out.
func (t *native) Decode(ids []uint32, skipSpecial bool) string {
	d := &t.detokenize
	out := make([]byte, 0, 6*len(ids)+16)
	run := -1 // where the current run of byte tokens began in out
	first := true
	for _, id := range ids {
		if int(id) >= len(d.flags) || d.flags[id]&exists == 0 || skipSpecial && d.flags[id]&isSpecial != 0 {
			continue
		}
		if !first {
			out = append(out, d.joiner...)
		}
		if d.flags[id]&isByte != 0 {
			if run < 0 {
				run = len(out)
			}
			out = append(out, d.byteOf[id])
			first = false
			continue
		}
		out, run = closeRun(out, run), -1
		if first && d.first != nil {
			out = d.first(out, d.tokens[id])
		} else {
			out = append(out, d.text[d.offsets[id]:d.offsets[id+1]]...)
		}
		first = false
	}
	out = closeRun(out, run)
	if d.strip != "" {
		out = d.stripped(out)
	}
	if !utf8.Valid(out) {
		out = appendValid(make([]byte, 0, len(out)+8), out)
	}
	return string(out)
}

// closeRun ends a run of byte tokens: what is not UTF-8 as a whole becomes one
// U+FFFD a byte.
func closeRun(out []byte, run int) []byte {
	if run < 0 || utf8.Valid(out[run:]) {
		return out
	}
	n := len(out) - run
	out = out[:run]
	for range n {
		out = append(out, "\uFFFD"...)
	}
	return out
}

func (d *decoder) stripped(out []byte) []byte {
	s := string(out)
	for n := d.left; n > 0 && strings.HasPrefix(s, d.strip); n-- {
		s = s[len(d.strip):]
	}
	for n := d.right; n > 0 && strings.HasSuffix(s, d.strip); n-- {
		s = s[:len(s)-len(d.strip)]
	}
	return []byte(s)
}
