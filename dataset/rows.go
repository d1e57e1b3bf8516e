package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

// A deck deals the rows of a file out over the cases of a run: in an order drawn
// by the run's seed, each row once. The scenarios of a mix that have one file
// have one deck.
type deck struct {
	path    string // of the file, for errors
	rows    int
	repeats int    // of them, that have the prompt of one before
	what    string // a row: "conversation", "row"

	mu    sync.Mutex
	hands map[string]hand // by case name
	state []uint8         // what became of each row; nil = nothing was dealt yet
}

// A player is a dataset that is dealt rows of a deck: which ones it can use.
type player struct {
	*deck
	allowRepeat bool
	fits        func(row int, c *Case) bool // which rows a case can use; nil = all
	fitting     func(c *Case) string        // what fits wants, for errors; nil = nothing to say
	requests    func(row int) int           // that a measured session of the row makes; nil = 1
}

// seen reports whether a row's prompt is in all already, counts it then, and adds it.
func (d *deck) seen(all map[uint64]bool, r *Request) (repeats bool) {
	key := r.Key()
	repeats = all[key]
	all[key] = true
	d.rows++
	if repeats {
		d.repeats++
	}
	return repeats
}

// A hand is the rows of one case.
type hand struct {
	dealt    []int32 // the measured requests' rows, then the warm-ups'
	measured int     // of them
	spare    []int32 // all that the case can use and no case was dealt
	from     int     // which of the spare ones is the case's first: each case begins elsewhere
	short    error   // why there are no rows: too few were left; nil = there are
}

// joining are cases of p's.
func (p *player) joining(plan []Case) []Case {
	plan = slices.Clone(plan)
	for i := range plan {
		plan[i].player = p
	}
	return plan
}

// deal gives each case of the plan as many rows as it has requests. A case that
// finds too few rows that it can use, and no other was dealt, is an error unless
// rows may be sent again.
func (p *player) deal(seed uint64, plan []Case) error { return p.deck.deal(seed, p.joining(plan)) }

// deal is for cases that know their players.
func (d *deck) deal(seed uint64, plan []Case) error {
	hands, state, err := d.hand(seed, plan)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hands, d.state = hands, state
	return nil
}

// row is the row of session n of a case. A case that was not dealt any is dealt
// its rows as if it were alone. A further attempt, and a warm-up that goes on by
// time, take what no case was dealt, and begin anew where that ends.
func (p *player) row(c *Case, n number) (int, error) {
	h, err := p.handOf(c)
	if err != nil {
		return 0, err
	}
	i := n.i
	if n.warmup {
		i += h.measured
	}
	size := len(h.dealt)
	if extra := n.i - h.measured; !n.warmup && extra >= 0 && i < size && len(h.spare) > 0 {
		return int(h.spare[len(h.spare)-1-extra%len(h.spare)]), nil // from the other end than the warm-ups
	}
	spare := i - size
	if c.Attempt > 1 {
		spare = i + (c.Attempt-2)*size
	}
	switch {
	case i < size && (spare < 0 || spare >= len(h.spare)):
		return int(h.dealt[i]), nil // a further attempt's too, in want of others
	case len(h.spare) > 0:
		row := h.spare[(h.from+spare)%len(h.spare)]
		if i < size {
			p.spend(row)
		}
		return int(row), nil
	case size > 0:
		return int(h.dealt[i%size]), nil
	}
	return 0, fmt.Errorf("%s: no %s fits case %s: take other lengths or another file", p.path, p.what, c.Name)
}

func (p *player) handOf(c *Case) (hand, error) {
	d := p.deck
	d.mu.Lock()
	defer d.mu.Unlock()
	if h, dealt := d.hands[c.Name]; dealt {
		return h, h.short
	}
	alone, _, err := d.hand(c.Seed, p.joining([]Case{*c}))
	if err != nil {
		return hand{}, err
	}
	if d.hands == nil {
		d.hands = map[string]hand{}
	}
	maps.Copy(d.hands, alone)
	return alone[c.Name], nil
}

// What became of a row while hands are dealt.
const (
	unused = iota
	used   // dealt to a case
	kept   // dealt to a case that sends each row once: no other may send it
)

// A need decides which rows a case can use.
type need struct {
	player        *player
	input, output int
}

func (c *Case) need() need { return need{c.player, c.InputLen, c.OutputLen} }

// hand deals a plan's hands. The cases that can use the fewest rows choose first:
// of prompts to be cut, the long ones are few, and serve for any length. Those that
// may send rows again choose last. What became of each row comes with the hands.
func (d *deck) hand(seed uint64, plan []Case) (map[string]hand, []uint8, error) {
	order := rand.New(rand.NewPCG(seed, forTheCase)).Perm(d.rows)
	usable := map[need][]int32{} // in order
	for i := range plan {
		if of := plan[i].need(); usable[of] == nil {
			usable[of] = usableRows(order, &plan[i])
		}
	}
	byNeed := make([]*Case, len(plan))
	for i := range plan {
		byNeed[i] = &plan[i]
	}
	last := func(c *Case) int {
		if c.player.allowRepeat {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(byNeed, func(a, b *Case) int {
		return cmp.Or(last(a)-last(b), cmp.Compare(len(usable[a.need()]), len(usable[b.need()])))
	})
	state := make([]uint8, d.rows)
	hands := make(map[string]hand, len(plan))
	var errs []error
	for _, c := range byNeed {
		h, err := takeRows(c, usable[c.need()], state)
		hands[c.Name] = h
		errs = append(errs, err)
	}
	d.share(plan, hands, usable, state, order)
	return hands, state, errors.Join(errs...)
}

// usableRows are the rows that c can use, dealt or not, in order.
func usableRows(order []int, c *Case) []int32 {
	rows := make([]int32, 0, len(order))
	for _, row := range order {
		if c.player.fits == nil || c.player.fits(row, c) {
			rows = append(rows, int32(row))
		}
	}
	return rows
}

// takeRows uses up as many of the usable rows as c has requests. If rows may be sent
// again, what is missing comes from those that the case has not got yet, and then
// from all.
func takeRows(c *Case, usable []int32, state []uint8) (h hand, err error) {
	p := c.player
	measured, warmups := c.Requests, c.Warmups // not dealt yet
	missing := func() bool { return measured > 0 || warmups > 0 }
	take := func(row int32) {
		h.dealt = append(h.dealt, row)
		if measured > 0 {
			measured -= p.requestsOf(row)
			h.measured++
		} else {
			warmups--
		}
	}
	mine := uint8(kept)
	if p.allowRepeat {
		mine = used
	}
	var again []int32
	elsewhere := 0
	for _, row := range usable {
		switch {
		case state[row] != unused:
			elsewhere++
			if state[row] == used {
				again = append(again, row)
			}
		case missing():
			state[row] = mine
			take(row)
		}
	}
	if !missing() {
		return h, nil
	}
	all := append(slices.Clip(h.dealt), again...)
	if !p.allowRepeat || len(all) == 0 {
		return hand{}, p.tooFew(c, len(usable), elsewhere)
	}
	for i := len(h.dealt); missing(); i++ {
		take(all[i%len(all)])
	}
	return h, nil
}

func (p *player) requestsOf(row int32) int {
	if p.requests == nil {
		return 1
	}
	return p.requests(int(row))
}

// share shows each case the rows that are left over. Each begins at a place of
// its own in the order, so that cases meet only if one needs more than its part.
func (d *deck) share(plan []Case, hands map[string]hand, usable map[need][]int32, state []uint8, order []int) {
	place := make([]int, d.rows) // of a row in the order
	for i, row := range order {
		place[row] = i
	}
	for of, rows := range usable {
		usable[of] = slices.DeleteFunc(rows, func(row int32) bool { return state[row] != unused })
	}
	for i := range plan {
		h := hands[plan[i].Name]
		h.spare = usable[plan[i].need()]
		h.from, _ = slices.BinarySearchFunc(h.spare, i*d.rows/len(plan), func(row int32, at int) int {
			return cmp.Compare(place[row], at)
		})
		hands[plan[i].Name] = h
	}
}
