package sweep

import (
	"fmt"
	"time"

	"llmsweep/runlog"
	"llmsweep/sweep/conf"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/wording"
)

// A budget leaves out cases that do not fit into the time that a sweep may take.
// It decides right before each case, which is not cut once it has begun. It has no
// clock but now.
type budget struct {
	total time.Duration
	used  time.Duration // by earlier parts of the run
	now   func() time.Time
	began time.Time // of this part

	last map[string]time.Duration // how long cases took when they were last measured, by name
	pace *plan.Pace

	blocks   []budgetBlock
	blockOf  map[string]int          // by the case's name
	searches map[int]int             // blocks, by the places of the searches' first cases; nil = there are none
	rounds   map[string]*budgetRound // by the case's name; of servers that take turns
	started  time.Time               // of the case at work
}

// A budgetBlock is the cases of a launched server in one repeat, or those of a search,
// of which the first alone is known.
type budgetBlock struct {
	name   string // server a, this search
	repeat int
	cases  []plan.Case
	begun  bool
	spare  time.Duration // what is kept for the blocks after it, once it has begun
}

// newBudget is the budget of a config over a plan, of which toRun are left; nil =
// it has none. last is LastSpans'.
func newBudget(c *plan.Config, planned, toRun []plan.Case, used time.Duration, last map[string]time.Duration, now func() time.Time) *budget {
	if c.Budget == 0 {
		return nil
	}
	b := &budget{total: c.Budget, used: used, now: now, began: now(), last: last, pace: plan.NewPace(planned), blockOf: map[string]int{}}
	for _, pc := range planned {
		if took, ok := last[pc.Name]; ok {
			b.pace.Learn(pc, took)
		}
	}
	if c.Order == plan.OrderInterleaved {
		b.rounds = map[string]*budgetRound{}
		b.inRounds(toRun)
	}
	if c.Search != nil {
		b.searches = map[int]int{}
		for _, pc := range c.Cases() {
			b.searches[pc.Place] = len(b.blocks)
			b.blocks = append(b.blocks, budgetBlock{name: "this search", repeat: 1, cases: []plan.Case{pc}})
		}
		return b
	}
	for len(toRun) > 0 {
		n := 1
		for n < len(toRun) && toRun[n].Axes.Repeat == toRun[0].Axes.Repeat {
			n++
		}
		blocks := [][]plan.Case{toRun[:n]}
		if c.Order != plan.OrderInterleaved { // servers that take turns come equally far
			blocks = plan.ByServer(toRun[:n])
		}
		for _, cases := range blocks {
			for i := range cases {
				b.blockOf[cases[i].Name] = len(b.blocks)
			}
			b.blocks = append(b.blocks, budgetBlock{name: "server " + cases[0].Axes.Server, repeat: cases[0].Axes.Repeat, cases: cases})
		}
		toRun = toRun[n:]
	}
	return b
}

// skip is why the case is left out; "" = it begins now.
func (b *budget) skip(pc *plan.Case) string {
	if b == nil {
		return ""
	}
	now := b.now()
	round := b.rounds[pc.Name]
	switch {
	case round == nil:
	case round.begun:
		b.started = now
		return ""
	case round.why != "":
		return round.why
	}
	why := b.noTime(pc, round, now)
	if round != nil {
		round.begun, round.why = why == "", why
	}
	if why == "" {
		b.started = now
	}
	return why
}

// noTime is why the case, or the round that it begins, does not fit into what is left.
func (b *budget) noTime(pc *plan.Case, round *budgetRound, now time.Time) string {
	left := b.total - b.used - now.Sub(b.began)
	spare, of := b.spare(pc, left)
	need, known := b.expected(*pc)
	on := ""
	if round != nil && len(round.cases) > 1 {
		need, known = b.sum(round.cases)
		on = " on all servers"
	}
	switch mine := left - spare; {
	case left <= 0:
		return b.rule() + "no time left"
	case mine <= 0:
		return b.rule() + fmt.Sprintf("no time left%s, %s kept for those after it", of, tenths(spare))
	case known && need > mine:
		return b.rule() + fmt.Sprintf("%s left%s, about %s needed%s", tenths(mine), of, tenths(need), on)
	}
	return ""
}

const budgetRule = "budget of "

// rule begins why a case is left out.
func (b *budget) rule() string { return budgetRule + wording.Span(b.total) + ": " }

// tenths is Roughly, but to the tenth of a second where a second is much.
func tenths(d time.Duration) string {
	if d < 10*time.Second {
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return wording.Roughly(d)
}

// spare is what is kept for the servers that are still to come in the case's
// repeat, or for the searches, and what that is taken from. It is settled when a
// block's first case is about to begin: each server gets time in proportion to its
// cases, but no more than these are expected to take, and each search the same.
func (b *budget) spare(pc *plan.Case, left time.Duration) (spare time.Duration, of string) {
	at, ok := b.blockOf[pc.Name]
	if b.searches != nil {
		at, ok = b.searches[pc.Place]
	}
	if !ok {
		return 0, ""
	}
	block := &b.blocks[at]
	if !block.begun {
		block.begun = true
		all := len(block.cases)
		var others []*budgetBlock
		for i := at + 1; i < len(b.blocks) && b.blocks[i].repeat == block.repeat; i++ {
			others = append(others, &b.blocks[i])
			all += len(b.blocks[i].cases)
		}
		for _, o := range others {
			share := time.Duration(float64(max(left, 0)) * float64(len(o.cases)) / float64(all))
			if need, known := b.sum(o.cases); known && b.searches == nil {
				share = min(share, need)
			}
			block.spare += share
		}
	}
	if block.spare == 0 {
		return 0, ""
	}
	return block.spare, " for " + block.name
}

// sum is how long the cases are expected to take; known is false where that is
// so of one of them.
func (b *budget) sum(cases []plan.Case) (d time.Duration, known bool) {
	for _, pc := range cases {
		one, ok := b.expected(pc)
		if !ok {
			return 0, false
		}
		d = min(d+one, conf.MaxSpan)
	}
	return d, true
}

// expected is how long the case takes: as when it was last measured, or as its
// kin did; known is false where it is plan.EstimateCase's guess.
func (b *budget) expected(pc plan.Case) (d time.Duration, known bool) {
	if d, ok := b.last[pc.Name]; ok {
		return d, true
	}
	return b.pace.Expect(pc)
}

// heard takes what a case came to, which skip let begin.
func (b *budget) heard(pc *plan.Case, f *runlog.CaseFile) {
	if b != nil && f.Status == runlog.StatusMeasured {
		b.pace.Learn(*pc, b.now().Sub(b.started))
	}
}
