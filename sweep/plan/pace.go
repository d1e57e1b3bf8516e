package plan

import (
	"fmt"
	"slices"
	"time"

	"llmsweep/runlog"
	"llmsweep/sweep/conf"
)

// mostAhead bounds how much of a case may pass for done because of its time alone.
const mostAhead = 0.95

// A Pace foretells how long a sweep still takes, from how long its cases took.
//
// A case's cost is EstimateCase's: prompts × lengths, in rounds of its
// concurrency, or what its rate or duration says. What was measured corrects it:
// a case that differs from earlier ones in its repeat alone takes what those took;
// one of a concurrency that its server was measured at takes its cost × (time
// measured ÷ cost) of those cases, since it is the batch that the cost knows least
// about; any other the same with all cases of its server so far, or else of all
// servers. The time between cases is added as it was so far. It has no clock:
// instants are given.
type Pace struct {
	cases    []pacedCase
	place    map[string]int // of a case in cases, by name
	at       int            // of the case at work
	running  bool
	began    time.Time // of the case at work
	last     time.Time // the end of the last case; zero = none
	gaps     time.Duration
	gapCount int
	measured int // cases
	took     map[paceKey]*paced

	rest    time.Duration // of the cases after the one at work
	unknown time.Duration // what EstimateCase says of those of which rest knows nothing
}

type pacedCase struct {
	Case
	keys [4]paceKey // the nearest kin first
}

// A paceKey names a family of cases: same axes; same server and concurrency; same
// server; or all.
type paceKey struct {
	family                           int
	input, output, inFlight, prompts int
	rate                             float64
	rest                             string
}

// paced is what the measured cases of a family took.
type paced struct {
	n            int
	actual, cost time.Duration
}

// NewPace is the pace of a sweep that runs the cases in this order.
func NewPace(toRun []Case) *Pace {
	p := &Pace{place: map[string]int{}, took: map[paceKey]*paced{}, at: -1}
	for i, pc := range toRun {
		p.insert(i, pc)
	}
	p.foretell()
	return p
}

// insert puts a case in at place i, before those that are to come.
func (p *Pace) insert(i int, pc Case) {
	a := pc.Axes
	p.cases = slices.Insert(p.cases, i, pacedCase{pc, [4]paceKey{
		{0, pc.Input, pc.Output, pc.MaxConcurrency, pc.NumPrompts, pc.Rate, fmt.Sprint(a.Dataset, a.Server, a.More)},
		{family: 1, inFlight: pc.MaxConcurrency, rest: a.Server},
		{family: 2, rest: a.Server},
		{family: 3},
	}})
	for ; i < len(p.cases); i++ {
		p.place[p.cases[i].Name] = i
	}
}

// Place is the running or last case's place, from 1, and how many there are.
func (p *Pace) Place() (at, of int) { return p.at + 1, len(p.cases) }

// Started says that a case begins. Cases that were jumped over are not to come
// any more; one that nobody planned is put in.
func (p *Pace) Started(pc Case, now time.Time) {
	i, ok := p.place[pc.Name]
	if !ok {
		i = p.at + 1
		p.insert(i, pc)
	}
	if !p.last.IsZero() {
		p.gaps += now.Sub(p.last)
		p.gapCount++
	}
	p.at, p.running, p.began = i, true, now
	p.foretell()
}

// Skipped says that a case, whose turn it is, is left out.
func (p *Pace) Skipped(pc Case) {
	if i, ok := p.place[pc.Name]; ok {
		p.at = i
		p.foretell()
	}
}

// Ended says that the case at work ended. Only a measured one tells of others: one
// that failed may have been over in an instant.
func (p *Pace) Ended(status string, now time.Time) {
	p.running, p.last = false, now
	if status == runlog.StatusMeasured {
		p.Learn(p.cases[p.at].Case, now.Sub(p.began))
	}
	p.foretell()
}

// Learn takes how long a case took.
func (p *Pace) Learn(pc Case, took time.Duration) {
	c := p.of(pc)
	p.measured++
	keys := c.keys[:]
	if !c.byServer() {
		keys = keys[:1] // says nothing of how fast the server is
	}
	for _, k := range keys {
		if p.took[k] == nil {
			p.took[k] = &paced{}
		}
		t := p.took[k]
		t.n++
		t.actual += took
		t.cost += EstimateCase(c.Case)
	}
}

// byServer reports whether it is the server that decides how long the case takes,
// not its schedule.
func (p *Case) byServer() bool { return !p.OpenLoop() && p.Duration == 0 && p.WarmupFor == 0 }

// Expect is how long a case takes; ok is false where nothing is known of its kin.
func (p *Pace) Expect(pc Case) (d time.Duration, ok bool) { return p.expected(p.of(pc)) }

func (p *Pace) expected(c *pacedCase) (d time.Duration, ok bool) {
	if same := p.took[c.keys[0]]; same != nil {
		return same.actual / time.Duration(same.n), true
	}
	for _, k := range c.keys[1:] {
		if kin := p.took[k]; kin != nil && kin.cost > 0 {
			return estimateAt(c.Case, float64(kin.actual)/float64(kin.cost)), true
		}
	}
	return EstimateCase(c.Case), !c.byServer()
}

// foretell sums up what comes after the case at work.
func (p *Pace) foretell() {
	p.rest, p.unknown = 0, 0
	for i := p.at + 1; i < len(p.cases); i++ {
		if d, ok := p.expected(&p.cases[i]); ok {
			p.rest = min(p.rest+d, conf.MaxSpan)
		} else {
			p.unknown = min(p.unknown+d, conf.MaxSpan)
		}
		if p.gapCount > 0 {
			p.rest = min(p.rest+p.gaps/time.Duration(p.gapCount), conf.MaxSpan)
		}
	}
}

// ToGo is how long the sweep still takes at now, when so many of the requests of
// the case at work have ended. sure is false as long as no case was measured; ok
// is false as long as nothing is known at all.
func (p *Pace) ToGo(ended int, now time.Time) (d time.Duration, sure, ok bool) {
	if !p.running {
		return p.rest, p.measured > 0, p.unknown == 0
	}
	c := &p.cases[p.at]
	total, left, ok := p.current(c, ended, now)
	if !ok {
		return 0, false, false
	}
	slow := float64(total) / float64(max(EstimateCase(c.Case), 1))
	sum := left.Seconds() + p.rest.Seconds() + slow*p.unknown.Seconds()
	return time.Duration(min(sum, conf.MaxSpan.Seconds()) * 1e9), p.measured > 0, true
}

// current is how long the case at work takes in all, and still. The span that was
// expected weighs as much as is left to do, its own pace as much as is done.
// Requests in flight end in waves: what is due of them by the time counts as done,
// or, where nothing was expected, half of them.
func (p *Pace) current(c *pacedCase, ended int, now time.Time) (total, left time.Duration, ok bool) {
	spent := now.Sub(p.began)
	prompts := float64(max(c.NumPrompts, 1))
	done := min(float64(ended)/prompts, 1)
	wave := prompts // in flight at most
	if c.MaxConcurrency > 0 {
		wave = min(prompts, float64(c.MaxConcurrency))
	}
	expected, ok := p.expected(c)
	switch {
	case ok:
		if expected > 0 {
			byTime := spent.Seconds() / expected.Seconds()
			done = max(done, min(byTime, done+wave/prompts, mostAhead))
		}
		total = time.Duration((1-done)*float64(expected)) + spent
	case ended == 0:
		return 0, 0, false
	default:
		done += min(wave, prompts-float64(ended)) / 2 / prompts
		done = min(done, 1)
		total = time.Duration(float64(spent) / done)
	}
	left = time.Duration((1 - done) * float64(total))
	if c.Duration > 0 {
		left = min(left, max(0, c.WarmupFor+c.Duration-spent))
	}
	return total, left, true
}

// of is the case as the pace knows it; one that nobody planned is put in.
func (p *Pace) of(pc Case) *pacedCase {
	if _, ok := p.place[pc.Name]; !ok {
		p.insert(len(p.cases), pc)
	}
	return &p.cases[p.place[pc.Name]]
}
