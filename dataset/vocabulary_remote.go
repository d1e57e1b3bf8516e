package dataset

import (
	"fmt"
	"slices"
	"strings"
)

// A server's tokenizer cannot be scanned: it does not tell its vocabulary, and
// each question takes a millisecond. It is asked for groups of English words, the
// likely ones first, until enough of them are known to be one token each.
const (
	wordsAsked = 64   // in one question
	enough     = 1000 // words
	questions  = 400  // at most
	tooSmall   = 4    // a group with a longer word in it that is not worth a further question
)

// askFor finds words that are one token after a space, by counts alone.
func (v *Vocabulary) askFor(candidates []string) error {
	a := asker{v: v}
	lead, err := v.tok.Count("a", false)
	if err != nil {
		return fmt.Errorf("tokenizer %s: %w", v.tok.ID(), err)
	}
	a.lead = lead
	for group := range slices.Chunk(candidates, wordsAsked) {
		if len(v.words) >= enough || a.asked >= questions {
			break
		}
		tokens, err := a.count(group)
		if err != nil {
			return err
		}
		if err := a.sift(group, tokens); err != nil {
			return err
		}
	}
	v.first = v.words // not asked for: where one is two tokens when it opens a text, repair mends it
	return nil
}

type asker struct {
	v     *Vocabulary
	lead  int // tokens of the word before the group
	asked int
}

// count is the tokens of a group's words, each after a space.
func (a *asker) count(group []string) (int, error) {
	a.asked++
	n, err := a.v.tok.Count("a "+strings.Join(group, " "), false)
	if err != nil {
		return 0, fmt.Errorf("tokenizer %s: %w", a.v.tok.ID(), err)
	}
	return n - a.lead, nil
}

// sift keeps a group that has as many tokens as words, and halves any other: the
// second half has the tokens that the first has not, so one question does for
// both.
func (a *asker) sift(group []string, tokens int) error {
	if tokens == len(group) {
		a.v.words = append(a.v.words, group...)
		return nil
	}
	if len(group) <= tooSmall || a.asked >= questions {
		return nil
	}
	half := len(group) / 2
	left, err := a.count(group[:half])
	if err != nil {
		return err
	}
	if err := a.sift(group[:half], left); err != nil {
		return err
	}
	return a.sift(group[half:], tokens-left)
}

// commonWords are the words of the sonnets that are lower-case ASCII letters, the
// most frequent first, as these are likely to be tokens; of those that are as
// frequent the shorter first.
func commonWords() []string {
	times := map[string]int{}
	for _, line := range sonnetLines() {
		for word := range strings.FieldsSeq(line) {
			word = strings.Trim(word, ".,:;!?'()")
			if asciiWord(word) && word == strings.ToLower(word) {
				times[word]++
			}
		}
	}
	words := make([]string, 0, len(times))
	for w := range times {
		words = append(words, w)
	}
	slices.SortFunc(words, func(a, b string) int {
		if times[a] != times[b] {
			return times[b] - times[a]
		}
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return words
}
