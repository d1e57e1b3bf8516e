package dataset

import (
	"math/rand/v2"
)

// traceBlock is how many tokens a hash id of a Mooncake trace stands for.
const traceBlock = 512

// A head is a run of words that begins a prompt, or goes on where another ended.
// All heads from one seed are the same words, as far as they go.
type head struct {
	seed, stream uint64
	words        int
}

// Streams of random numbers for blocks are those of the case's seed with these
// bits turned over, so that no session has them.
const forBlocks = 0x9e3779b97f4a7c15

// heads are the blocks of session n's prompt whose hash ids the trace tells: an
// id's words depend on the case and the id alone. The first block is shorter by
// what the template puts before it, so that blocks end where the server's do, at
// multiples of 512 tokens. A trace that starts over has other blocks each time,
// else all of it would be in the server's cache.
func (m *traceMaker) heads(n number) []head {
	row := m.row(n)
	room := m.inputLen(row) - m.fitter.Around() // words
	seed := m.c.Seed ^ forBlocks + uint64(n.i/len(m.rows))
	hs := make([]head, 0, row.blocks)
	for i, id := range m.ids[row.ids : row.ids+row.blocks] {
		size := traceBlock
		if i == 0 {
			size -= m.front
		}
		size = min(size, room)
		if size <= 0 {
			break
		}
		room -= size
		hs = append(hs, head{seed, uint64(id), size})
	}
	return hs
}

// blocks makes a prompt of n tokens that begins with heads and goes on with random
// words. Each word is a token, so a beginning in common is one in tokens; what a
// tokenizer counts otherwise is mended at the end.
func (f *Fitter) blocks(rng *rand.Rand, n int, heads []head) (string, error) {
	if len(heads) == 0 {
		return f.Random(rng, n)
	}
	first, rest := f.headWords(heads)
	return f.search(n, func() (string, int, error) {
		return f.repair(rng, first, f.upTo(rng, rest, n), n)
	})
}

// otherEnd is blocks for a prompt that is taken: words at its end are drawn anew,
// one at first and then more, until it is not.
func (f *Fitter) otherEnd(rng *rand.Rand, n int, heads []head, taken func(string) bool) (string, error) {
	if len(heads) == 0 {
		return f.another(rng, n, taken)
	}
	first, rest := f.headWords(heads)
	rest = f.upTo(rng, rest, n)
	for try := range redraws {
		keep := len(rest) - 1 - try/4
		if keep < 0 {
			break
		}
		p, got, err := f.repair(rng, first, f.upTo(rng, rest[:keep], n), n)
		if err != nil {
			return "", err
		}
		if got == n && !taken(p) {
			return p, nil
		}
	}
	return f.another(rng, n, taken)
}

// headWords are the words of heads: the first of all is one that opens a text.
func (f *Fitter) headWords(heads []head) (first string, rest []string) {
	for i, h := range heads {
		rng := rand.New(rand.NewPCG(h.seed, h.stream))
		n := h.words
		if i == 0 {
			first = f.words.first[rng.IntN(len(f.words.first))]
			n--
		}
		rest = append(rest, f.draw(rng, n)...)
	}
	return first, rest
}

// upTo is words, with random ones after them for a prompt of n tokens.
func (f *Fitter) upTo(rng *rand.Rand, words []string, n int) []string {
	words = words[:len(words):len(words)]
	return append(words, f.draw(rng, n-f.Least()-len(words))...)
}

// front is how many tokens the server counts before a prompt's own: those that
// prompts of any words have in common at their beginning.
func (f *Fitter) front() (int, error) {
	if len(f.words.first) < 2 || f.bare {
		return f.around, nil
	}
	var sent [2][]uint32
	for i := range sent {
		text, special := f.words.first[i], true
		if f.chat {
			var err error
			if text, err = f.tok.Chat(ask(text)); err != nil {
				return f.around, nil // the server renders it: there is no telling what is in front
			}
			special = false
		}
		ids, err := f.tok.AppendIDs(nil, text, special)
		if err != nil {
			return 0, err
		}
		sent[i] = ids
	}
	n := 0
	for n < len(sent[0]) && n < len(sent[1]) && sent[0][n] == sent[1][n] {
		n++
	}
	return min(max(0, n+f.off), f.around), nil // what the server adds by itself is a BOS
}
