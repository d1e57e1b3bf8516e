package dataset

import (
	"math/rand/v2"
	"slices"
)

// Add gives one more case its prompts, after Plan: rows that no other case was
// dealt, and the others keep theirs. Cases that are added in the same order after
// the same plan get the same rows. A case for which there are too few rows is told
// so when its prompts are made.
func (s *Source) Add(seed uint64, c Case) {
	if m, ok := s.kind.(*mix); ok {
		m.add(seed, c)
	} else if p := dealing(s.kind); p != nil {
		p.add(seed, p.joining([]Case{c})[0])
	}
}

// add deals rows to the scenarios of one more case.
func (m *mix) add(seed uint64, c Case) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dealt[c.Name] = true
	for i, part := range m.cases(c) {
		if p := dealing(m.of[i].kind); p != nil {
			part.player = p
			p.add(seed, part)
		}
	}
}

// add deals a hand to one more case, which knows its player. What the others were
// shown as left over, and the case got, is theirs no more.
func (d *deck) add(seed uint64, c Case) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state == nil {
		d.state, d.hands = make([]uint8, d.rows), map[string]hand{}
	}
	usable := usableRows(rand.New(rand.NewPCG(seed, forTheCase)).Perm(d.rows), &c)
	state := slices.Clone(d.state) // of a case that finds too few rows, none is used up
	h, err := takeRows(&c, usable, state)
	if err != nil {
		d.hands[c.Name] = hand{short: err}
		return
	}
	d.state = state
	taken := func(row int32) bool { return state[row] != unused }
	for name, other := range d.hands {
		other.spare = slices.DeleteFunc(slices.Clone(other.spare), taken)
		d.hands[name] = other
	}
	h.spare = slices.DeleteFunc(usable, taken)
	h.from = int(c.Seed % uint64(max(len(h.spare), 1)))
	d.hands[c.Name] = h
}

// spend keeps a row that a further attempt sends from the cases that are added later.
func (d *deck) spend(row int32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.state != nil && d.state[row] == unused {
		d.state[row] = used
	}
}
