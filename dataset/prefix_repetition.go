package dataset

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
)

// prefixRepetition is prompts that begin with one of a few prefixes, as in vLLM's
// prefix_repetition dataset: what a server's prefix cache is there for.
type prefixRepetition struct {
	spec   Spec
	fitter *Fitter
}

func openPrefixRepetition(spec Spec) (kind, string, error) {
	if spec.Prefixes < 1 {
		return nil, "", fmt.Errorf("dataset.prefixes %d: want at least 1", spec.Prefixes)
	}
	if spec.PrefixLen < 1 {
		return nil, "", fmt.Errorf("dataset.prefix_len %d: want at least 1 token", spec.PrefixLen)
	}
	return &prefixRepetition{spec: spec}, "", nil
}

func (r *prefixRepetition) fit(_ context.Context, f *Fitter, _ func(done, total int)) error {
	r.fitter = f
	return nil
}

func (r *prefixRepetition) maker(c Case) (maker, error) {
	f, k := r.fitter, r.spec.Prefixes
	if err := f.CheckLen("prefix_repetition: input length", c.InputLen); err != nil {
		return nil, err
	}
	if err := f.checkPrefix(r.spec.PrefixLen, c.InputLen); err != nil {
		return nil, err
	}
	if most := len(f.words.first) / 2; k > most {
		return nil, fmt.Errorf("dataset.prefixes %d: want at most %d: each begins with a word of its own, those of the warm-up too, and tokenizer %s has no more",
			k, most, f.tok.ID())
	}
	p := r.prefixes(c)
	return &textMaker{
		kind: TypePrefixRepetition, fitter: f, seed: c.Seed,
		in: span{lo: c.InputLen}, out: span{lo: c.OutputLen},
		prefix: p.of, draw: f.randomAfter,
	}, nil
}

// prefixes are one case's: the first half are the measured requests', the others
// the warm-ups', so that the server sees each measured one for the first time in
// the measurement.
type prefixes struct {
	made           []func() (prefix, error) // when they are first asked for
	measured, warm []int32                  // which of its half a request has
}

// prefixes opens each with another word.
func (r *prefixRepetition) prefixes(c Case) *prefixes {
	p := &prefixes{measured: r.order(caseRand(c.Seed, 1), c.Requests), warm: r.order(caseRand(c.Seed, 2), c.Warmups)}
	const others = 3 // of the case's streams are taken
	words, n := r.fitter.words.first, r.spec.PrefixLen
	openings := caseRand(c.Seed, 0).Perm(len(words))
	for i := range 2 * r.spec.Prefixes {
		p.made = append(p.made, sync.OnceValues(func() (prefix, error) {
			rng := caseRand(c.Seed, others+uint64(i))
			return r.fitter.newPrefix(rng, n, " ", func() (string, []string) {
				return words[openings[i]], r.fitter.draw(rng, n-1)
			})
		}))
	}
	return p
}

// of is session n's prefix. What goes on after the case's count, as a warm-up by
// time does, has them in turn.
func (p *prefixes) of(n number) (prefix, error) {
	order, half := p.measured, p.made[:len(p.made)/2]
	if n.warmup {
		order, half = p.warm, p.made[len(p.made)/2:]
	}
	if n.i < len(order) {
		return half[order[n.i]]()
	}
	return half[n.i%len(half)]()
}

// order deals n requests out over the prefixes, each as often as the others but
// for one, and shuffles them.
func (r *prefixRepetition) order(rng *rand.Rand, n int) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i % r.spec.Prefixes)
	}
	rng.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}
