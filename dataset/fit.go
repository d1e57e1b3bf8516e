package dataset

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf8"
)

// Bounds of the search for an exact prompt. Nearly all are exact when first
// drawn; a tokenizer whose tokens reach over spaces needs a few repairs.
const (
	draws   = 16 // fresh ones
	repairs = 32 // of each
	redraws = 64 // of a duplicate, before its first word is looked for in order
)

// A Fitter makes prompts of exact lengths, counted as sent. It is safe for
// concurrent use.
type Fitter struct {
	*Counter
	words *Vocabulary
}

// NewFitter takes the words for filling from v, which is of c's tokenizer.
func NewFitter(v *Vocabulary, c *Counter) *Fitter { return &Fitter{Counter: c, words: v} }

// Least is the least length in tokens that a prompt can have: one word, and what
// goes around it.
func (f *Fitter) Least() int { return f.around + 1 }

// CheckLen faults a length that no prompt can have. what names it.
func (f *Fitter) CheckLen(what string, n int) error {
	if n >= f.Least() {
		return nil
	}
	around := "special tokens"
	if f.chat {
		around = "chat template"
	}
	return fmt.Errorf("%s %d: want at least %d tokens, %d for the %s and 1 for a word", what, n, f.Least(), f.around, around)
}

// Random makes a prompt of n tokens from random words.
func (f *Fitter) Random(rng *rand.Rand, n int) (string, error) {
	return f.search(n, func() (string, int, error) {
		first, rest := f.pick(rng, n)
		return f.repair(rng, first, rest, n)
	})
}

// Extend makes a prompt of n tokens that begins with head, and goes on with
// random words. A head of n tokens or more is an error.
func (f *Fitter) Extend(rng *rand.Rand, head string, n int) (string, error) {
	if head == "" {
		return f.Random(rng, n)
	}
	have, err := f.Count(head)
	if err != nil {
		return "", err
	}
	if have == n {
		return head, nil
	}
	return f.search(n, func() (string, int, error) {
		return f.repair(rng, head, f.draw(rng, n-have), n)
	})
}

// Cut makes a prompt of n tokens from the beginning of a text that has more: the
// text's own tokens as far as they go, and at the end, where a cut in the middle
// of a word or a character would be counted otherwise, some random words.
func (f *Fitter) Cut(rng *rand.Rand, text string, n int) (string, error) {
	ids, err := f.tok.AppendIDs(nil, text, false)
	if err != nil {
		return "", fmt.Errorf("tokenizer %s: %w", f.tok.ID(), err)
	}
	room := n - f.around
	if len(ids) < room {
		return "", fmt.Errorf("a text of %d tokens cannot be cut to %d", len(ids), room)
	}
	for give := range min(room, draws) {
		head := f.tok.Decode(ids[:room-give], false)
		if !strings.HasPrefix(text, head) { // half a character, or a normalized text
			head = commonStart(text, head)
		}
		if head == "" {
			break
		}
		have, err := f.Count(head)
		switch {
		case err != nil:
			return "", err
		case have == n:
			return head, nil
		case have > n:
			continue
		}
		prompt, got, err := f.repair(rng, head, f.draw(rng, n-have), n)
		if err != nil || got == n {
			return prompt, err
		}
	}
	return f.Random(rng, n)
}

// search tries make until it gives a prompt of n tokens.
func (f *Fitter) search(n int, make func() (prompt string, tokens int, err error)) (string, error) {
	last := 0
	for range draws {
		prompt, got, err := make()
		if err != nil {
			return "", err
		}
		if got == n {
			return prompt, nil
		}
		last = got
	}
	return "", fmt.Errorf("no prompt of exactly %d tokens found in %d draws (the last has %d) by tokenizer %s: take another input length or dataset",
		n, draws, last, f.tok.ID())
}

// pick draws the words that should fill a prompt of n tokens, one token each.
func (f *Fitter) pick(rng *rand.Rand, n int) (first string, rest []string) {
	first = f.words.first[rng.IntN(len(f.words.first))]
	return first, f.draw(rng, n-f.Least())
}

// draw draws n words.
func (f *Fitter) draw(rng *rand.Rand, n int) []string {
	if n <= 0 {
		return nil
	}
	words := make([]string, n)
	for i := range words {
		words[i] = f.words.words[rng.IntN(len(f.words.words))]
	}
	return words
}

// repair takes words off the end, or adds some, until the count is right or its
// tries are used up: at first as many as the count is off by, then half as many,
// in case that overshoots for ever. It returns the last prompt and its count.
func (f *Fitter) repair(rng *rand.Rand, first string, rest []string, want int) (prompt string, n int, err error) {
	for try := range repairs {
		prompt = join(first, rest)
		if n, err = f.Count(prompt); err != nil {
			return "", 0, err
		}
		off := n - want
		if off == 0 || off > len(rest) {
			return prompt, n, nil
		}
		if half := off / 2; try >= repairs/4 && half != 0 {
			off = half
		}
		if off > 0 {
			rest = rest[:len(rest)-off]
		}
		rest = append(rest, f.draw(rng, -off)...)
	}
	return prompt, n, nil
}

// another makes a prompt of n tokens from random words that is not taken.
func (f *Fitter) another(rng *rand.Rand, n int, taken func(string) bool) (string, error) {
	return f.unlike(rng, prefix{}, n, taken, func() (string, error) { return f.Random(rng, n) })
}

// commonStart is the longest beginning of whole characters that a and b share.
func commonStart(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	for i > 0 && i < len(a) && !utf8.RuneStart(a[i]) {
		i--
	}
	return a[:i]
}
