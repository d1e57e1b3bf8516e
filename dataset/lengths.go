package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// A span is how long something of a request is, in tokens: drawn evenly from lo
// to hi, or from a distribution.
type span struct {
	lo, hi int
	dist   *Distribution
}

// draw draws a length, and takes nothing from rng where there is no choice.
func (s span) draw(rng *rand.Rand) int {
	switch {
	case s.dist != nil:
		return s.dist.DrawLen(rng)
	case s.fixed():
		return s.lo
	}
	return s.lo + rng.IntN(s.hi-s.lo+1)
}

// drawnLengths are the lengths of session n of a case of that seed: the first that
// is drawn of it.
func drawnLengths(seed uint64, n number, in, out span) (input, output int) {
	if in.fixed() && out.fixed() {
		return in.lo, out.lo
	}
	rng := promptRand(seed, n.stream())
	return in.draw(rng), out.draw(rng)
}

// fixed reports whether there is no choice.
func (s span) fixed() bool { return s.dist == nil && s.hi <= s.lo }

// spread is n, or with a ratio r the lengths from ⌊n·(1−r)⌋ to ⌈n·(1+r)⌉, those
// below least left out. What floating point adds to a product (100·1.1 is more
// than 110 there) moves no bound.
func spread(n int, r float64, least int) span {
	if r == 0 || n == 0 {
		return span{lo: n, hi: n}
	}
	const rounding = 1e-9
	lo := int(math.Floor(float64(n)*(1-r) + rounding))
	hi := int(math.Ceil(float64(n)*(1+r) - rounding))
	return span{lo: max(lo, least), hi: max(hi, least)}
}

// spans are the lengths of a random case's requests.
func (r *random) spans(c Case) (in, out span, err error) {
	l, least := r.spec.Lengths, r.fitter.Least()
	out = spread(c.OutputLen, r.spec.RangeRatio.Output, 1)
	if l.Output != nil {
		out = span{dist: l.Output}
	}
	if l.Input == nil {
		if err := r.fitter.CheckLen("random: input length", c.InputLen); err != nil {
			return in, out, err
		}
		in = spread(c.InputLen, r.spec.RangeRatio.Input, least)
		return in, out, r.fitter.checkPrefix(r.spec.PrefixLen, in.lo)
	}
	shortest := l.Input.LeastLen()
	if err := r.fitter.CheckLen("dataset.lengths.input: its smallest length", shortest); err != nil {
		return in, out, fmt.Errorf("%w: set its min", err)
	}
	return span{dist: l.Input}, out, r.fitter.checkPrefix(r.spec.PrefixLen, shortest)
}
