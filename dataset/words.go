package dataset

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode"
)

// Bounds of the search for an exact prompt. Nearly all are exact when first
// drawn; a tokenizer whose tokens reach over spaces needs a few repairs.
const (
	draws   = 16 // fresh ones
	repairs = 32 // of each
	redraws = 64 // of a duplicate, before its first word is looked for in order
)

// draw makes one prompt: as many words as there are tokens to fill, counted as
// the server will count it, and mended at its end while the count is off.
func (r *Random) draw(rng *rand.Rand) (string, error) {
	count := 0
	for range draws {
		first, rest := r.pick(rng)
		prompt, n, err := r.repair(rng, first, rest)
		if err != nil {
			return "", err
		}
		if n == r.cfg.InputLen {
			return prompt, nil
		}
		count = n
	}
	return "", fmt.Errorf("no prompt of exactly %d tokens found in %d draws (the last has %d) by tokenizer %s: take another input length or dataset",
		r.cfg.InputLen, draws, count, r.cfg.Vocabulary.tok.ID())
}

// pick draws the words that should fill the prompt, one token each.
func (r *Random) pick(rng *rand.Rand) (first string, rest []string) {
	v := r.cfg.Vocabulary
	rest = make([]string, r.cfg.InputLen-r.least)
	first = v.first[rng.IntN(len(v.first))]
	for i := range rest {
		rest[i] = v.words[rng.IntN(len(v.words))]
	}
	return first, rest
}

// repair takes words off the end, or adds some, until the count is right or its
// tries are used up: at first as many as the count is off by, then half as many,
// in case that overshoots for ever. It returns the last prompt and its count.
func (r *Random) repair(rng *rand.Rand, first string, rest []string) (prompt string, n int, err error) {
	v := r.cfg.Vocabulary
	for try := range repairs {
		prompt = join(first, rest)
		if n, err = countSent(v.tok, prompt, r.cfg.Chat); err != nil {
			return "", 0, err
		}
		off := n - r.cfg.InputLen
		if off == 0 || off > len(rest) {
			return prompt, n, nil
		}
		if half := off / 2; try >= repairs/4 && half != 0 {
			off = half
		}
		if off > 0 {
			rest = rest[:len(rest)-off]
		}
		for range -off {
			rest = append(rest, v.words[rng.IntN(len(v.words))])
		}
	}
	return prompt, n, nil
}

// redraw makes a prompt that is not taken. After some fresh draws it keeps the
// words but the first, and goes through all first words: so with prompts of one
// word it fails only when each word is taken.
func (r *Random) redraw(rng *rand.Rand, taken map[string]bool) (string, error) {
	for range redraws {
		p, err := r.draw(rng)
		if err != nil || !taken[p] {
			return p, err
		}
	}
	v := r.cfg.Vocabulary
	_, rest := r.pick(rng)
	from := rng.IntN(len(v.first))
	for i := range v.first {
		p := join(v.first[(from+i)%len(v.first)], rest)
		if taken[p] {
			continue
		}
		n, err := countSent(v.tok, p, r.cfg.Chat)
		if err != nil {
			return "", err
		}
		if n == r.cfg.InputLen {
			return p, nil
		}
	}
	return "", fmt.Errorf("no prompt of %d tokens is left that differs from all before it (%d words open one, by tokenizer %s): take a longer input or fewer prompts",
		r.cfg.InputLen, len(v.first), v.tok.ID())
}

// join puts a space before each word but the first: a template may trim a
// leading one.
func join(first string, rest []string) string {
	var b strings.Builder
	size := len(first)
	for _, w := range rest {
		size += 1 + len(w)
	}
	b.Grow(size)
	b.WriteString(first)
	for _, w := range rest {
		b.WriteByte(' ')
		b.WriteString(w)
	}
	return b.String()
}

// asciiWord reports whether s is made of ASCII letters, and not empty.
func asciiWord(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return s != ""
}

// anyWord reports whether s is made of letters, and not empty.
func anyWord(s string) bool {
	for _, c := range s {
		if !unicode.IsLetter(c) || c == unicode.ReplacementChar {
			return false
		}
	}
	return s != ""
}
