package dataset

import "fmt"

// A Lane is what of a mixed case has slots of its own, so that it is sent beside
// the others by a load of its own.
type Lane struct {
	Scenarios         []string // whose sessions it has: one with a share, or all without
	Share             float64  // of max_concurrency
	Requests, Warmups int
	Prompts           *Prompts
}

// Count is how many sessions make up the case's measured requests: as many as
// these, but where a session has several turns.
func (p *Prompts) Count() int { return p.sessions }

// Lanes splits a mixed case, once it is prepared, by the concurrency that
// scenarios keep for themselves: a lane for each with a share, in their order, and
// a last one for all others with the rest. It is nil when no scenario has a share;
// else the case's own Sessions are gone into the lanes. A session is the same in
// its lane as in the whole case, id included. Lanes may be walked at the same
// time. No two share a prompt; of prompts that are made while they are sent the
// one asked for later gives way, so only such a pair may depend on the clock.
func (p *Prompts) Lanes() []Lane {
	m, ok := p.maker.(*mixMaker)
	if !ok || p.lanes != nil || p.lane != nil {
		return p.lanes
	}
	laneOf, n := m.laneOf()
	if n == 0 {
		return nil
	}
	p.measured.Store(true)
	p.lanes = make([]Lane, n)
	for k := range p.lanes {
		l := &p.lanes[k]
		l.Prompts = &Prompts{
			cfg: p.cfg, spec: p.spec, maker: m, fitter: p.fitter, taken: p.taken, settling: p.settling,
			lane: &laneOrder{mix: m, laneOf: laneOf, lane: k, nextMeasured: len(m.measured), nextWarm: len(m.warm)},
		}
	}
	rest := 1.0
	for s := range m.scenarios {
		l := &p.lanes[laneOf[s]]
		l.Scenarios = append(l.Scenarios, m.scenarios[s].Name)
		l.Share += m.scenarios[s].Share
		l.Requests += m.cases[s].Requests
		l.Warmups += m.cases[s].Warmups
		rest -= m.scenarios[s].Share
	}
	if last := &p.lanes[n-1]; last.Share == 0 {
		last.Share = rest
	}
	for k := range p.lanes {
		l := &p.lanes[k]
		l.Prompts.cfg.Requests, l.Prompts.cfg.Warmups = l.Requests, l.Warmups
	}
	p.handOut(m, laneOf)
	return p.lanes
}

// handOut gives each lane its sessions, those made ahead among them.
func (p *Prompts) handOut(m *mixMaker, laneOf []int) {
	lane := func(at place) *Prompts { return p.lanes[laneOf[at.scenario]].Prompts }
	for i, at := range m.measured {
		l := lane(at)
		l.lane.measured = append(l.lane.measured, int32(i))
		if i < m.extra {
			l.sessions++
		}
		if i < len(p.ahead) {
			l.ahead = append(l.ahead, p.ahead[i])
		}
	}
	for i, at := range m.warm {
		l := lane(at)
		l.lane.warm = append(l.lane.warm, int32(i))
		l.warmups++
		if i < len(p.warm) {
			l.warm = append(l.warm, p.warm[i])
		}
	}
	p.ahead, p.warm = nil, nil
}

// laneOf is the lane of each scenario, and how many there are; 0 = no scenario
// has a share.
func (m *mixMaker) laneOf() (lanes []int, n int) {
	lanes = make([]int, len(m.scenarios))
	for s := range m.scenarios {
		if m.scenarios[s].Share > 0 {
			lanes[s] = n
			n++
		} else {
			lanes[s] = -1
		}
	}
	if n == 0 || n == len(lanes) {
		return lanes, n
	}
	for s := range lanes {
		if lanes[s] < 0 {
			lanes[s] = n
		}
	}
	return lanes, n + 1
}

// A laneOrder says which sessions of the whole case are a lane's.
type laneOrder struct {
	mix    *mixMaker
	laneOf []int // by scenario
	lane   int

	measured, warm         []int32 // numbers in the whole case
	nextMeasured, nextWarm int     // where to look on for more than are counted
}

// number is that of the lane's i-th session in the whole case. Sessions beyond the
// counted ones are looked for as they are asked for, by one goroutine.
func (l *laneOrder) number(i int, warmup bool) number {
	order, next := &l.measured, &l.nextMeasured
	if warmup {
		order, next = &l.warm, &l.nextWarm
	}
	for ; len(*order) <= i; *next++ {
		if s, _ := l.mix.place(number{*next, warmup}); l.laneOf[s] == l.lane {
			*order = append(*order, int32(*next))
		}
	}
	return number{int((*order)[i]), warmup}
}

// LaneCaps splits max_concurrency among lanes: each has its share of it, at least
// 1, rounded so that they add up.
func LaneCaps(lanes []Lane, maxConcurrency int) ([]int, error) {
	if maxConcurrency < len(lanes) {
		return nil, fmt.Errorf("max_concurrency %d: want at least %d, one for each lane of the mix (scenarios with a concurrency_share, and the others together)", maxConcurrency, len(lanes))
	}
	shares := make([]float64, len(lanes))
	for i := range lanes {
		shares[i] = lanes[i].Share
	}
	caps := apportion(maxConcurrency, shares)
	for i := range caps {
		for caps[i] == 0 {
			caps[largest(caps)]--
			caps[i]++
		}
	}
	return caps, nil
}

func largest(counts []int) (at int) {
	for i, n := range counts {
		if n > counts[at] {
			at = i
		}
	}
	return at
}
