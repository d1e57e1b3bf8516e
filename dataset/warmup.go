package dataset

import "iter"

// Warmup is the source of the counted warm-ups.
func (p *Prompts) Warmup() Warmup { return Warmup{p, false} }

// Endless is the source of a warm-up that ends by time: it begins with the
// counted warm-ups, and goes on with sessions that are made when they are asked
// for, unlike all others. It is walked by one goroutine, once.
func (p *Prompts) Endless() Warmup { return Warmup{p, true} }

// Warmup yields warm-up sessions; see Prompts.Warmup and Prompts.Endless.
type Warmup struct {
	prompts *Prompts
	endless bool
}

// Len is the number of counted warm-ups.
func (w Warmup) Len() int { return w.prompts.warmups }

// Sessions yields the sessions in order. An endless warm-up ends when it is
// stopped, or when no prompt is left that differs from all before it: that is
// its error.
func (w Warmup) Sessions() iter.Seq2[Session, error] {
	p := w.prompts
	return func(yield func(Session, error) bool) {
		if p.taken == nil {
			yield(Session{}, errUnprepared)
			return
		}
		rest := p.follow(len(p.warm), p.warmups, true)
		defer rest.stop()
		for i := 0; i < p.warmups || w.endless; i++ {
			n := p.number(i, true)
			var m made
			switch {
			case i < len(p.warm):
				m = p.warm[i]
			case i < p.warmups:
				m, _ = rest.take() // none is measured, so none is late
			default:
				m = p.make(n)
			}
			if i >= len(p.warm) {
				if err := p.settle(n, &m); err != nil {
					yield(Session{}, err)
					return
				}
			}
			if i < p.warmups {
				rest.free()
			}
			if !yield(p.session(n, m.draft), nil) {
				return
			}
		}
	}
}
