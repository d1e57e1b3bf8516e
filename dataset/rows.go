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
// by the run's seed, each row once.
type deck struct {
	path        string // of the file, for errors
	rows        int
	what        string // a row: "conversation", "row"
	allowRepeat bool
	fits        func(row int, c *Case) bool // which rows a case can use; nil = all
	fitting     func(c *Case) string        // what fits wants, for errors; nil = nothing to say
	requests    func(row int) int           // that a row makes; nil = 1

	mu    sync.Mutex
	hands map[string]hand // by case name
}

// A hand is the rows of one case.
type hand struct {
	dealt    []int32 // the measured requests' rows, then the warm-ups'
	measured int     // of them
	spare    []int32 // all that the case can use and no case was dealt
	from     int     // which of the spare ones is the case's first: each case begins elsewhere
}

// deal gives each case of the plan as many rows as it has requests. A case that
// finds too few rows that it can use, and no other was dealt, is an error unless
// rows may be sent again.
func (d *deck) deal(seed uint64, plan []Case) error {
	hands, err := d.hand(seed, plan)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hands = hands
	return nil
}

// row is the row of session n of a case. A case that was not dealt any is dealt
// its rows as if it were alone. A further attempt, and a warm-up that goes on by
// time, take what no case was dealt, and begin anew where that ends.
func (d *deck) row(c *Case, n number) (int, error) {
	h, err := d.handOf(c)
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
		return int(h.spare[(h.from+spare)%len(h.spare)]), nil
	case size > 0:
		return int(h.dealt[i%size]), nil
	}
	return 0, fmt.Errorf("%s: no %s fits case %s: take other lengths or another file", d.path, d.what, c.Name)
}

func (d *deck) handOf(c *Case) (hand, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if h, dealt := d.hands[c.Name]; dealt {
		return h, nil
	}
	alone, err := d.hand(c.Seed, []Case{*c})
	if err != nil {
		return hand{}, err
	}
	if d.hands == nil {
		d.hands = map[string]hand{}
	}
	maps.Copy(d.hands, alone)
	return alone[c.Name], nil
}

// hand deals a plan's hands. The cases that can use the fewest rows choose first:
// of prompts to be cut, the long ones are few, and serve for any length.
func (d *deck) hand(seed uint64, plan []Case) (map[string]hand, error) {
	order := rand.New(rand.NewPCG(seed, forTheCase)).Perm(d.rows)
	usable := map[string][]int32{} // by lengths, in order
	for i := range plan {
		if of := plan[i].lengths(); usable[of] == nil {
			usable[of] = d.usable(order, &plan[i])
		}
	}
	byNeed := make([]*Case, len(plan))
	for i := range plan {
		byNeed[i] = &plan[i]
	}
	slices.SortStableFunc(byNeed, func(a, b *Case) int {
		return cmp.Compare(len(usable[a.lengths()]), len(usable[b.lengths()]))
	})
	used := make([]bool, d.rows)
	hands := make(map[string]hand, len(plan))
	var errs []error
	for _, c := range byNeed {
		h, err := d.take(c, usable[c.lengths()], used)
		hands[c.Name] = h
		errs = append(errs, err)
	}
	d.share(plan, hands, usable, used, order)
	return hands, errors.Join(errs...)
}

// lengths is what decides which rows a case can use.
func (c *Case) lengths() string { return fmt.Sprint(c.InputLen, "x", c.OutputLen) }

// usable are the rows that c can use, dealt or not, in order.
func (d *deck) usable(order []int, c *Case) []int32 {
	rows := make([]int32, 0, len(order))
	for _, row := range order {
		if d.fits == nil || d.fits(row, c) {
			rows = append(rows, int32(row))
		}
	}
	return rows
}

// take uses up as many of the usable rows as c has requests. If rows may be sent
// again, what is missing comes from those that the case has not got yet, and then
// from all.
func (d *deck) take(c *Case, usable []int32, used []bool) (h hand, err error) {
	measured, warmups := c.Requests, c.Warmups // not dealt yet
	missing := func() bool { return measured > 0 || warmups > 0 }
	take := func(row int32) {
		h.dealt = append(h.dealt, row)
		if measured > 0 {
			measured -= d.requestsOf(row)
			h.measured++
		} else {
			warmups -= d.requestsOf(row)
		}
	}
	var others []int32
	for _, row := range usable {
		switch {
		case used[row]:
			others = append(others, row)
		case missing():
			used[row] = true
			take(row)
		}
	}
	if !missing() {
		return h, nil
	}
	if !d.allowRepeat || len(usable) == 0 {
		return hand{}, d.tooFew(c, len(usable), len(others))
	}
	all := append(slices.Clip(h.dealt), others...)
	for i := len(h.dealt); missing(); i++ {
		take(all[i%len(all)])
	}
	return h, nil
}

func (d *deck) requestsOf(row int32) int {
	if d.requests == nil {
		return 1
	}
	return d.requests(int(row))
}

// tooFew says that c finds too few rows. It can use some, and of these others are
// another case's.
func (d *deck) tooFew(c *Case, usable, others int) error {
	need, rows, taken := d.what+"s", fmt.Sprint(d.rows), ""
	if d.requests != nil {
		need, rows = "requests", fmt.Sprintf("%d %ss", d.rows, d.what)
	}
	if others > 0 {
		taken = fmt.Sprintf(", other cases of the run taking %d of these", others)
	}
	fit, way := "fit it", "ask for fewer prompts, or set dataset.allow_repeat: true"
	if d.fitting != nil {
		fit = "have " + d.fitting(c)
	}
	if usable == 0 {
		way = "take other lengths or another file"
	}
	return fmt.Errorf("%s: case %s needs %d %s (%d measured, %d warm-up), and of %s only %d %s%s: %s",
		d.path, c.Name, c.Requests+c.Warmups, need, c.Requests, c.Warmups, rows, usable, fit, taken, way)
}

// share shows each case the rows that are left over. Each begins at a place of
// its own in the order, so that cases meet only if one needs more than its part.
func (d *deck) share(plan []Case, hands map[string]hand, usable map[string][]int32, used []bool, order []int) {
	place := make([]int, d.rows) // of a row in the order
	for i, row := range order {
		place[row] = i
	}
	for of, rows := range usable {
		usable[of] = slices.DeleteFunc(rows, func(row int32) bool { return used[row] })
	}
	for i := range plan {
		h := hands[plan[i].Name]
		h.spare = usable[plan[i].lengths()]
		h.from, _ = slices.BinarySearchFunc(h.spare, i*d.rows/len(plan), func(row int32, at int) int {
			return cmp.Compare(place[row], at)
		})
		hands[plan[i].Name] = h
	}
}
