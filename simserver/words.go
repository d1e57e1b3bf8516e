package simserver

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"llmsweep/tokenizer"
)

// A word is a token that is a whole word with a space before it, so that texts
// made of words decode cleanly token by token, and count the same again.
type word struct {
	text   string
	quoted string // as a JSON string
}

// enoughWords ends the search of a vocabulary early; a text needs no more.
const enoughWords = 2048

// ordinaryWords are the tokenizer's first words of 3 to 12 letters a to z.
func ordinaryWords(t tokenizer.Tokenizer) ([]word, error) {
	// Words are looked at behind a text: some tokenizers put a space before the first.
	const lead = "a"
	before, err := t.AppendIDs(nil, lead, false)
	if err != nil {
		return nil, fmt.Errorf("words of tokenizer %s: %w", t.ID(), err)
	}
	var words []word
	var ids []uint32
	for id := range uint32(t.VocabSize()) {
		if len(words) == enoughWords {
			break
		}
		if t.Special(id) {
			continue
		}
		text := t.Decode([]uint32{id, id}, false)
		text = text[len(text)/2:] // some tokenizers drop the space of the first token
		if !strings.HasPrefix(text, " ") || !letters(text[1:]) {
			continue
		}
		if ids, err = t.AppendIDs(ids[:0], lead+text+text, false); err != nil {
			return nil, fmt.Errorf("words of tokenizer %s: %w", t.ID(), err)
		}
		if rest, ok := after(ids, before); !ok || !slices.Equal(rest, []uint32{id, id}) {
			continue
		}
		quoted, err := json.Marshal(text)
		if err != nil {
			return nil, fmt.Errorf("words of tokenizer %s: %w", t.ID(), err)
		}
		words = append(words, word{text, string(quoted)})
	}
	if len(words) < 16 {
		return nil, fmt.Errorf("tokenizer %s has %d tokens that are plain words, the simulator wants 16; use builtin:qwen3", t.ID(), len(words))
	}
	return words, nil
}

// after is what of ids follows head.
func after(ids, head []uint32) (rest []uint32, ok bool) {
	if len(ids) < len(head) || !slices.Equal(ids[:len(head)], head) {
		return nil, false
	}
	return ids[len(head):], true
}

func letters(s string) bool {
	if len(s) < 3 || len(s) > 12 {
		return false
	}
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return true
}

// drawing is the source of one answer: the same server seed, prompt and request
// seed give the same answer, in whatever order requests come.
func drawing(seed uint64, prompt []byte, requestSeed int64) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write(prompt) // a hash never fails
	return rand.New(rand.NewPCG(seed^uint64(requestSeed)*0x9e3779b97f4a7c15, h.Sum64()))
}

// outputLength is how many tokens an answer has, and its finish_reason: the limit
// where EOS is ignored, else lognormal with that median and σ = 0.6, within
// [least, limit].
func outputLength(rng *rand.Rand, median, least, limit int, ignoreEOS bool) (tokens int, finish string) {
	drawn := float64(median) * math.Exp(0.6*rng.NormFloat64())
	if ignoreEOS || drawn >= float64(limit) {
		return limit, "length"
	}
	return max(int(drawn), least, 1), "stop"
}

// answer is a text of n words.
func answer(rng *rand.Rand, words []word, n int) []word {
	text := make([]word, n)
	for i := range text {
		text[i] = words[rng.IntN(len(words))]
	}
	return text
}
