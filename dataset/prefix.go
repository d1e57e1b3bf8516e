package dataset

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// A prefix is what several prompts begin with: a text, and the tokens that it is
// in each of them, those around a prompt not counted. The zero prefix is none.
type prefix struct {
	text string
	ids  []uint32
}

// checkPrefix faults a prefix of n tokens that leaves an input no word of its own.
func (f *Fitter) checkPrefix(n, input int) error {
	most := input - f.Least()
	if n <= most {
		return nil
	}
	return fmt.Errorf("dataset.prefix_len %d: want less than the input length %d: at most %d, with %d for what goes around a prompt and 1 for a word of its own",
		n, input, max(0, most), f.around)
}

// newPrefix makes a prefix of n tokens. next draws a text and words after it that
// may be taken off again or replaced; glue is what will stand between the prefix
// and the rest of a prompt.
func (f *Fitter) newPrefix(rng *rand.Rand, n int, glue string, next func() (text string, words []string)) (prefix, error) {
	var p prefix
	text, err := f.exact(rng, n+f.around, next, func(text string) (ok bool, err error) {
		if p, err = f.prefixOf(text); err != nil || len(p.ids) != n {
			return false, err
		}
		return f.begins(text+glue+f.words.words[0], p)
	})
	if err == nil && text == "" {
		err = fmt.Errorf("dataset.prefix_len %d: no prefix of exactly so many tokens found in %d draws by tokenizer %s: take another length",
			n, draws, f.tok.ID())
	}
	return p, err
}

// exact draws texts until one of n tokens fits; "" = none did in so many draws.
// next draws a text and words after it that may be taken off again or replaced.
func (f *Fitter) exact(rng *rand.Rand, n int, next func() (text string, words []string), fits func(text string) (bool, error)) (string, error) {
	for range draws {
		first, rest := next()
		text, got, err := f.repair(rng, first, rest, n)
		if err != nil {
			return "", err
		}
		if got != n {
			continue
		}
		if ok, err := fits(text); ok || err != nil {
			return text, err
		}
	}
	return "", nil
}

// prefixOf is text as a prefix.
func (f *Fitter) prefixOf(text string) (prefix, error) {
	ids, err := f.tok.AppendIDs(nil, text, false)
	if err != nil {
		return prefix{}, fmt.Errorf("tokenizer %s: %w", f.tok.ID(), err)
	}
	return prefix{text, ids}, nil
}

// begins reports whether a prompt that begins with p's text begins with its
// tokens too, so that a server's prefix cache can know it again: whether what
// follows does not change them. What is that near can; the rest cannot.
func (f *Fitter) begins(prompt string, p prefix) (bool, error) {
	const near = 64 // bytes
	if len(p.ids) == 0 {
		return true, nil
	}
	if end := len(p.text) + near; end < len(prompt) {
		if space := strings.LastIndexAny(prompt[len(p.text)+1:end], " \n"); space > 0 {
			prompt = prompt[:len(p.text)+1+space]
		}
	}
	ids, err := f.tok.AppendIDs(make([]uint32, 0, len(p.ids)+near), prompt, false)
	if err != nil {
		return false, fmt.Errorf("tokenizer %s: %w", f.tok.ID(), err)
	}
	return len(ids) >= len(p.ids) && slices.Equal(ids[:len(p.ids)], p.ids), nil
}

// follow makes a prompt of n tokens that begins with p's tokens. next draws its
// text, and words after it that may be taken off again.
func (f *Fitter) follow(rng *rand.Rand, p prefix, n int, next func() (text string, words []string)) (string, error) {
	prompt, err := f.exact(rng, n, next, func(prompt string) (bool, error) { return f.begins(prompt, p) })
	if err == nil && prompt == "" {
		err = fmt.Errorf("no prompt of exactly %d tokens found in %d draws that begins with the %d tokens of its prefix, by tokenizer %s: take another input length or prefix_len",
			n, draws, len(p.ids), f.tok.ID())
	}
	return prompt, err
}

// randomAfter makes a prompt of n tokens: p, and random words.
func (f *Fitter) randomAfter(rng *rand.Rand, p prefix, n int) (string, error) {
	if p.text == "" {
		return f.Random(rng, n)
	}
	return f.follow(rng, p, n, func() (string, []string) {
		return p.text, f.draw(rng, n-f.around-len(p.ids))
	})
}

// unlike makes a prompt of n tokens that begins with p and is not taken: one of a
// few that draw makes, else of random words, going through all that may come
// first after the prefix. So with one word to choose it fails only when each is
// taken.
func (f *Fitter) unlike(rng *rand.Rand, p prefix, n int, taken func(string) bool, draw func() (string, error)) (string, error) {
	for range redraws {
		prompt, err := draw()
		if err != nil || !taken(prompt) {
			return prompt, err
		}
	}
	words, rest := f.words.words, []string(nil)
	if p.text == "" {
		words = f.words.first
		_, rest = f.pick(rng, n)
	} else {
		rest = f.draw(rng, n-f.Least()-len(p.ids))
	}
	from := rng.IntN(len(words))
	for i := range words {
		word := words[(from+i)%len(words)]
		prompt := join(word, rest)
		if p.text != "" {
			prompt = join(p.text, []string{prompt})
		}
		if taken(prompt) {
			continue
		}
		got, err := f.Count(prompt)
		if err != nil {
			return "", err
		}
		if got != n {
			continue
		}
		if same, err := f.begins(prompt, p); same || err != nil {
			return prompt, err
		}
	}
	return "", fmt.Errorf("no prompt of %d tokens is left that differs from all before it (%d words open one, by tokenizer %s): take a longer input or fewer prompts",
		n, len(words), f.tok.ID())
}
