package dataset

import (
	"errors"
	"fmt"
	"strings"

	"llmsweep/tokenizer"
)

// A fake tokenizer: every word of one or two letters a to z is a token, any
// other text a token a byte, one BOS before a prompt, and <u>…</u> around a chat
// message. merge > 0 makes it awkward, as tokenizers that cut at no spaces are:
// two words in a row are one token where their ids add up to a multiple of it.
type fake struct {
	letters int // of the alphabet
	merge   uint32
	fails   bool
	plain   bool // without a chat template
}

const (
	fakeBOS, fakeOpen, fakeClose = 0, 1, 2
	fakeBytes                    = 3 // 256 of them
	fakeWords                    = fakeBytes + 256
	fakePair                     = 1 << 16
)

func (f fake) ID() string   { return "fake" }
func (f fake) Hash() string { return "" }

func (f fake) VocabSize() int { return fakeWords + f.letters + f.letters*f.letters }

func (f fake) Special(id uint32) bool { return id < fakeBytes }

func (f fake) word(s string) (uint32, bool) {
	n := 0
	for _, c := range []byte(s) {
		if c < 'a' || int(c-'a') >= f.letters {
			return 0, false
		}
		n = n*f.letters + int(c-'a')
	}
	switch len(s) {
	case 1:
		return fakeWords + uint32(n), true
	case 2:
		return fakeWords + uint32(f.letters+n), true
	}
	return 0, false
}

func (f fake) AppendIDs(dst []uint32, text string, special bool) ([]uint32, error) {
	if f.fails {
		return nil, errors.New("the tokenizer broke")
	}
	if special {
		dst = append(dst, fakeBOS)
	}
	if in, ok := strings.CutPrefix(text, "<u>"); ok {
		in, _ = strings.CutSuffix(in, "</u>")
		dst, _ = f.AppendIDs(append(dst, fakeOpen), in, false)
		return append(dst, fakeClose), nil
	}
	mergeable := false
	for w := range strings.SplitSeq(text, " ") {
		id, ok := f.word(w)
		if !ok {
			for _, b := range []byte(" " + w) {
				dst = append(dst, fakeBytes+uint32(b))
			}
			mergeable = false
			continue
		}
		if last := len(dst) - 1; mergeable && f.merge > 0 && (dst[last]+id)%f.merge == 0 {
			dst[last] = fakePair
			mergeable = false
			continue
		}
		dst = append(dst, id)
		mergeable = true
	}
	return dst, nil
}

func (f fake) Count(text string, special bool) (int, error) {
	ids, err := f.AppendIDs(nil, text, special)
	return len(ids), err
}

func (f fake) Decode(ids []uint32, _ bool) string {
	var b strings.Builder
	for _, id := range ids {
		switch n := int(id) - fakeWords; {
		case id < fakeBytes:
		case n < 0:
			b.WriteByte(byte(id - fakeBytes))
		case n < f.letters:
			b.WriteString(" " + string(rune('a'+n)))
		default:
			n -= f.letters
			b.WriteString(" " + string([]byte{byte('a' + n/f.letters), byte('a' + n%f.letters)}))
		}
	}
	return strings.TrimPrefix(b.String(), " ")
}

func (f fake) Chat(ms []tokenizer.Message) (string, error) {
	if f.plain {
		return "", fmt.Errorf("it has no chat template: %w", tokenizer.ErrNoTemplate)
	}
	var said []string
	for _, m := range ms {
		said = append(said, m.Content)
	}
	return "<u>" + strings.Join(said, " ") + "</u>", nil
}
