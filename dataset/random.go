package dataset

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// random is prompts of random words, of exactly the tokens asked for.
type random struct {
	spec   Spec
	fitter *Fitter
}

func (r *random) fit(_ context.Context, f *Fitter, _ func(done, total int)) error {
	r.fitter = f
	return nil
}

func (r *random) maker(c Case) (maker, error) {
	if err := r.fitter.CheckLen("random: input length", c.InputLen); err != nil {
		return nil, err
	}
	return &randomMaker{r, c}, nil
}

type randomMaker struct {
	*random
	c Case
}

func (m *randomMaker) make(_ number, rng *rand.Rand) (draft, error) {
	return m.request(m.fitter.Random(rng, m.c.InputLen))
}

func (m *randomMaker) remake(_ number, rng *rand.Rand, taken func(Request) bool) (draft, error) {
	return m.request(m.fitter.another(rng, m.c.InputLen, func(p string) bool { return taken(Request{Prompt: p}) }))
}

func (m *randomMaker) request(prompt string, err error) (draft, error) {
	if err != nil {
		return draft{}, fmt.Errorf("random: %w", err)
	}
	return draft{Request: Request{Prompt: prompt, InputLen: m.c.InputLen, PromptTokens: m.c.InputLen, MaxTokens: m.c.OutputLen}}, nil
}
