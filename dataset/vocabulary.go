package dataset

import (
	"fmt"
	"slices"

	"llmsweep/tokenizer"
)

// A Vocabulary is a tokenizer with the words that random prompts are drawn from.
// It takes a scan of the whole vocabulary to make: make one for each tokenizer
// and keep it. It is safe for concurrent use.
type Vocabulary struct {
	tok   tokenizer.Tokenizer
	first []string // words that are one token at the start of a text
	words []string // words that are one token after a space
}

// fewWords is when words of ASCII letters alone are too few to draw from.
const fewWords = 512

// NewVocabulary picks tok's words: tokens of letters alone that are that one
// token when they follow a space, or open a text. Words of ASCII letters are
// taken where there are enough, since no tokenizer's regex or normalizer cuts or
// changes them; else words of any script. A server's tokenizer, whose vocabulary
// cannot be read, is asked for English words. One that knows only ids has none.
func NewVocabulary(tok tokenizer.Tokenizer) (*Vocabulary, error) {
	v := &Vocabulary{tok: tok}
	if _, ok := tok.(idRange); ok {
		return v, nil
	}
	if tok.VocabSize() == 0 {
		if err := v.askFor(commonWords()); err != nil {
			return nil, err
		}
		return v, v.check()
	}
	for _, isWord := range []func(string) bool{asciiWord, anyWord} {
		if err := v.scan(isWord); err != nil {
			return nil, err
		}
		if len(v.first) >= fewWords && len(v.words) >= fewWords {
			break
		}
	}
	return v, v.check()
}

func (v *Vocabulary) check() error {
	if len(v.first) == 0 || len(v.words) == 0 {
		return fmt.Errorf("tokenizer %s has no tokens that are words: random prompts need some, take another dataset", v.tok.ID())
	}
	return nil
}

// Size is how many words prompts are drawn from.
func (v *Vocabulary) Size() int { return len(v.words) }

func (v *Vocabulary) scan(isWord func(string) bool) error {
	v.first, v.words = nil, nil
	lead, err := v.tok.AppendIDs(nil, "a", false)
	if err != nil {
		return fmt.Errorf("tokenizer %s: %w", v.tok.ID(), err)
	}
	var ids []uint32
	for id := range uint32(v.tok.VocabSize()) {
		if v.tok.Special(id) {
			continue
		}
		text := v.tok.Decode([]uint32{id}, false)
		word := text
		if len(word) > 0 && word[0] == ' ' {
			word = word[1:]
		}
		if !isWord(word) {
			continue
		}
		if ids, err = v.tok.AppendIDs(ids[:0], "a "+word, false); err != nil {
			return fmt.Errorf("tokenizer %s: %w", v.tok.ID(), err)
		}
		if k := len(lead); len(ids) == k+1 && ids[k] == id && slices.Equal(ids[:k], lead) {
			v.words = append(v.words, word)
		}
		if ids, err = v.tok.AppendIDs(ids[:0], word, false); err != nil {
			return fmt.Errorf("tokenizer %s: %w", v.tok.ID(), err)
		}
		if len(ids) == 1 && ids[0] == id {
			v.first = append(v.first, word)
		}
	}
	return nil
}
