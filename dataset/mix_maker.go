package dataset

import (
	"fmt"
	"math/rand/v2"
)

// mixMaker makes the sessions of a mixed case. Each scenario has its exact share
// of them, in an order drawn by the case's seed.
type mixMaker struct {
	*mix
	c      Case
	cases  []Case  // by scenario
	makers []maker // by scenario

	measured []place // by the session's number; those from extra on are for what fails
	warm     []place
	extra    int
}

// A place is a session of a scenario: its i-th.
type place struct{ scenario, i int32 }

// sessions makes the mix a sizer.
func (m *mixMaker) sessions() int { return m.extra }

// shuffle draws the order of the scenarios; each one's own sessions stay in theirs.
func (m *mixMaker) shuffle() {
	n := len(m.cases)
	measured, warm, extra := make([]int, n), make([]int, n), make([]int, n)
	for s := range m.cases {
		measured[s], warm[s] = sessionsOf(m.makers[s], &m.cases[s]), m.cases[s].Warmups
		extra[s] = m.cases[s].Requests - measured[s]
	}
	m.measured = appendShuffled(nil, caseRand(m.c.Seed, 0), measured)
	m.extra = len(m.measured)
	m.measured = appendShuffled(m.measured, caseRand(m.c.Seed, 1), extra)
	m.warm = appendShuffled(nil, caseRand(m.c.Seed, 2), warm)
	enumerate(m.measured, n)
	enumerate(m.warm, n)
}

// appendShuffled appends as many places as each scenario has sessions, shuffled.
func appendShuffled(order []place, rng *rand.Rand, sessions []int) []place {
	from := len(order)
	for s, n := range sessions {
		for range n {
			order = append(order, place{scenario: int32(s)})
		}
	}
	add := order[from:]
	rng.Shuffle(len(add), func(i, j int) { add[i], add[j] = add[j], add[i] })
	return order
}

// enumerate counts each scenario's sessions from 0.
func enumerate(order []place, scenarios int) {
	next := make([]int32, scenarios)
	for k := range order {
		s := order[k].scenario
		order[k].i = next[s]
		next[s]++
	}
}

// place is whose session n is, and its number there. A warm-up that goes on by
// time draws the scenario by weight; what it sends then is numbered with gaps.
func (m *mixMaker) place(n number) (scenario int, own number) {
	order := m.measured
	if n.warmup {
		order = m.warm
	}
	if n.i < len(order) {
		p := order[n.i]
		return int(p.scenario), number{int(p.i), n.warmup}
	}
	rng := promptRand(m.c.Seed, n.stream())
	return pickWeighted(rng, weights(m.scenarios), len(m.scenarios)), n
}

// make makes a session as its scenario's case would, had it been alone.
func (m *mixMaker) make(n number, _ *rand.Rand) (draft, error) {
	s, own := m.place(n)
	d, err := m.makers[s].make(own, promptRand(m.cases[s].Seed, own.stream()))
	return m.named(s, d, err)
}

func (m *mixMaker) remake(n number, _ *rand.Rand, taken func(Request) bool) (draft, error) {
	s, own := m.place(n)
	d, err := m.makers[s].remake(own, promptRand(m.cases[s].Seed, own.stream()|redrawn), taken)
	return m.named(s, d, err)
}

func (m *mixMaker) length(n number) (input, output int, err error) {
	s, own := m.place(n)
	return m.makers[s].length(own)
}

// named gives a scenario's session, or its error, the scenario's name.
func (m *mixMaker) named(s int, d draft, err error) (draft, error) {
	d.Scenario = m.scenarios[s].Name
	if err != nil {
		err = fmt.Errorf("scenario %s: %w", d.Scenario, err)
	}
	return d, err
}

// repeats reports whether session n may have a prompt that another has.
func (m *mixMaker) repeats(n number) bool {
	s, _ := m.place(n)
	return m.scenarios[s].Dataset.Repeats()
}
