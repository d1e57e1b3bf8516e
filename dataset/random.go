package dataset

import "context"

// random is prompts of random words, of exactly the tokens asked for; all of a
// case begin with the same prefix, if one is asked for.
type random struct {
	spec   Spec
	fitter *Fitter
}

func (r *random) fit(_ context.Context, f *Fitter, _ func(done, total int)) error {
	r.fitter = f
	return nil
}

func (r *random) maker(c Case) (maker, error) {
	in, out, err := r.spans(c)
	if err != nil {
		return nil, err
	}
	if ids, ok := r.fitter.tok.(idRange); ok {
		return newIDMaker(r, c, ids, in, out)
	}
	return &textMaker{
		kind: TypeRandom, fitter: r.fitter, seed: c.Seed, in: in, out: out,
		prefix: once(func() (prefix, error) { return r.prefix(c) }), draw: r.fitter.randomAfter,
	}, nil
}

// prefix is what all requests of a case begin with.
func (r *random) prefix(c Case) (prefix, error) {
	n, f := r.spec.PrefixLen, r.fitter
	if n == 0 {
		return prefix{}, nil
	}
	rng := caseRand(c.Seed, 0)
	return f.newPrefix(rng, n, " ", func() (string, []string) { return f.pick(rng, n+f.around) })
}
