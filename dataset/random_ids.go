package dataset

import (
	"fmt"
	"math/rand/v2"

	"llmsweep/tokenizer"
)

// An idRange is a tokenizer that knows no text, only which ids there are: from,
// and below to.
type idRange interface {
	IDRange() (from, to uint32)
}

// checkText faults a dataset that needs text where the tokenizer knows none.
func checkText(tok tokenizer.Tokenizer, spec *Spec) error {
	if _, ok := tok.(idRange); ok && spec.Type != TypeRandom {
		return fmt.Errorf("tokenizer %s knows no text: want dataset random with prompt_token_ids: true", tok.ID())
	}
	return nil
}

// idMaker draws prompts as ids from a range, each as likely, without any text.
type idMaker struct {
	tok     tokenizer.Tokenizer
	seed    uint64 // of the case
	in, out span
	from, n uint32   // the range: its first id, and how many there are
	prefix  []uint32 // of all requests
}

func newIDMaker(r *random, c Case, ids idRange, in, out span) (maker, error) {
	tok := r.fitter.tok
	if !c.TokenIDs {
		return nil, fmt.Errorf("tokenizer %s knows no text: want prompt_token_ids: true", tok.ID())
	}
	from, to := ids.IDRange()
	if to <= from {
		return nil, fmt.Errorf("tokenizer %s has no ids: want ids:FROM-TO with FROM below TO", tok.ID())
	}
	m := &idMaker{tok: tok, seed: c.Seed, in: in, out: out, from: from, n: to - from}
	m.prefix = m.draw(caseRand(c.Seed, 0), nil, r.spec.PrefixLen)
	return m, nil
}

// draw appends ids to dst until they are n.
func (m *idMaker) draw(rng *rand.Rand, dst []uint32, n int) []uint32 {
	for len(dst) < n {
		dst = append(dst, m.from+rng.Uint32N(m.n))
	}
	return dst
}

func (m *idMaker) make(_ number, rng *rand.Rand) (draft, error) {
	in, out := m.in.draw(rng), m.out.draw(rng)
	return m.prompt(rng, in, out), nil
}

func (m *idMaker) prompt(rng *rand.Rand, in, out int) draft {
	ids := m.draw(rng, append(make([]uint32, 0, in), m.prefix...), in)
	return draft{Request: Request{PromptIDs: ids, InputLen: in, PromptTokens: in, MaxTokens: out}}
}

func (m *idMaker) remake(n number, rng *rand.Rand, taken func(Request) bool) (draft, error) {
	in, out := drawnLengths(m.seed, n, m.in, m.out) // as before: see textMaker
	var d draft
	for range redraws {
		if d = m.prompt(rng, in, out); !taken(d.Request) {
			return d, nil
		}
	}
	at := len(m.prefix)
	start := rng.Uint32N(m.n)
	for i := range m.n {
		d.PromptIDs[at] = m.from + uint32((uint64(start)+uint64(i))%uint64(m.n))
		if !taken(d.Request) {
			return d, nil
		}
	}
	return draft{}, fmt.Errorf("random: no prompt of %d ids is left that differs from all before it, by tokenizer %s: take a longer input, fewer prompts or more ids", in, m.tok.ID())
}

func (m *idMaker) length(n number) (input, output int, err error) {
	input, output = drawnLengths(m.seed, n, m.in, m.out)
	return input, output, nil
}
