package dataset

import (
	"fmt"
	"math/rand/v2"
	"sync"
)

// A textMaker makes prompts of exact lengths, each of a prefix, which others may
// have too, and a text of its own.
type textMaker struct {
	kind    string // of the dataset, for errors
	fitter  *Fitter
	seed    uint64 // of the case
	in, out span
	prefix  func(n number) (prefix, error)                                      // session n's
	draw    func(rng *rand.Rand, p prefix, tokens int) (text string, err error) // a prompt that begins with p
}

func (m *textMaker) make(n number, rng *rand.Rand) (draft, error) {
	in, out := m.in.draw(rng), m.out.draw(rng)
	p, err := m.prefix(n)
	if err != nil {
		return draft{}, fmt.Errorf("%s: %w", m.kind, err)
	}
	text, err := m.draw(rng, p, in)
	return m.request(text, in, out, err)
}

// remake keeps the lengths: were they drawn anew, short ones, which are alike more
// often, would become fewer.
func (m *textMaker) remake(n number, rng *rand.Rand, taken func(Request) bool) (draft, error) {
	in, out := drawnLengths(m.seed, n, m.in, m.out)
	p, err := m.prefix(n)
	if err != nil {
		return draft{}, fmt.Errorf("%s: %w", m.kind, err)
	}
	text, err := m.fitter.unlike(rng, p, in,
		func(text string) bool { return taken(Request{Prompt: text}) },
		func() (string, error) { return m.draw(rng, p, in) })
	return m.request(text, in, out, err)
}

func (m *textMaker) length(n number) (input, output int, err error) {
	input, output = drawnLengths(m.seed, n, m.in, m.out)
	return input, output, nil
}

func (m *textMaker) request(text string, in, out int, err error) (draft, error) {
	if err != nil {
		return draft{}, fmt.Errorf("%s: %w", m.kind, err)
	}
	return draft{Request: Request{Prompt: text, InputLen: in, PromptTokens: in, MaxTokens: out}}, nil
}

// once is a prefix that all sessions have; it is made when the first one needs it.
func once(make func() (prefix, error)) func(number) (prefix, error) {
	made := sync.OnceValues(make)
	return func(number) (prefix, error) { return made() }
}
