package dataset

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
)

// openRandomMM makes prompts of random words with images of random blocks, as
// vLLM's random-mm does with images of noise.
func openRandomMM(spec Spec) (kind, string, error) {
	if spec.Images.Format == "" {
		spec.Images.Format = formatPNG
	}
	if err := spec.Images.check(); err != nil {
		return nil, "", err
	}
	return &randomMM{spec: spec, encoder: newImageEncoder(spec.Images.Format)}, "", nil
}

type randomMM struct {
	spec    Spec
	encoder *imageEncoder
	fitter  *Fitter
}

func (r *randomMM) fit(_ context.Context, f *Fitter, _ func(done, total int)) error {
	r.fitter = f
	return nil
}

func (r *randomMM) maker(c Case) (maker, error) {
	if !r.fitter.Chat() {
		return nil, errors.New("random_mm: images are parts of a chat message: want backend: openai-chat")
	}
	if err := r.fitter.CheckLen("random_mm: input length (of the text, without the images)", c.InputLen); err != nil {
		return nil, err
	}
	return &randomMMMaker{r, c}, nil
}

type randomMMMaker struct {
	*randomMM
	c Case
}

// make makes a request whose text has the tokens asked for. What the images count
// only the server knows, so InputLen, which is for all of the prompt, stays 0.
func (m *randomMMMaker) make(_ number, rng *rand.Rand) (draft, error) {
	text, err := m.fitter.Random(rng, m.c.InputLen)
	if err != nil {
		return draft{}, fmt.Errorf("random_mm: %w", err)
	}
	r := Request{Prompt: text, PromptTokens: m.c.InputLen, MaxTokens: m.c.OutputLen}
	for range m.spec.Images.Count {
		url, err := m.encoder.dataURL(m.spec.Images.draw(rng))
		if err != nil {
			return draft{}, fmt.Errorf("random_mm: %w", err)
		}
		r.Images = append(r.Images, url)
	}
	return draft{Request: r}, nil
}

func (m *randomMMMaker) remake(n number, rng *rand.Rand, taken func(Request) bool) (draft, error) {
	for range redraws {
		d, err := m.make(n, rng)
		if err != nil || !taken(d.Request) {
			return d, err
		}
	}
	return draft{}, fmt.Errorf("random_mm: no prompt was found that differs from all before it, in %d draws: take a longer input, larger images or fewer prompts", redraws)
}

// length is without the images, whose tokens only the server knows.
func (m *randomMMMaker) length(number) (input, output int, err error) {
	return m.c.InputLen, m.c.OutputLen, nil
}
