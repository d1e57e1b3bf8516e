package dataset

import (
	"fmt"
	"math/rand/v2"
	"strings"
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

	mu    sync.Mutex
	order []int32            // all rows, shuffled
	used  []bool             // by row
	hands map[string][]int32 // by case name: the measured requests' rows, then the warm-ups'
	spare map[string][]int32 // rows that no case was dealt, by lengths
}

// deal gives each case of the plan as many rows as it has requests. A case that
// finds too few rows that it can use, and no others had, is an error unless rows
// may be sent again.
func (d *deck) deal(seed uint64, plan []Case) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.order = make([]int32, d.rows)
	for i, row := range rand.New(rand.NewPCG(seed, forTheCase)).Perm(d.rows) {
		d.order[i] = int32(row)
	}
	d.used = make([]bool, d.rows)
	d.hands, d.spare = map[string][]int32{}, map[string][]int32{}
	next := map[string]int{} // where to look on in order, by lengths
	for i := range plan {
		c := &plan[i]
		need := c.Requests + c.Warmups
		from, hand := next[c.lengths()], make([]int32, 0, need)
		for ; from < d.rows && len(hand) < need; from++ {
			if row := d.order[from]; !d.used[row] && d.usable(int(row), c) {
				d.used[row] = true
				hand = append(hand, row)
			}
		}
		next[c.lengths()] = from
		if len(hand) < need {
			if !d.allowRepeat {
				return d.tooFew(plan, c)
			}
			usable := d.usableRows(c)
			if len(usable) == 0 {
				return d.tooFew(plan, c)
			}
			for k := len(hand); k < need; k++ {
				hand = append(hand, usable[k%len(usable)])
			}
		}
		d.hands[c.Name] = hand
	}
	return nil
}

func (d *deck) usable(row int, c *Case) bool { return d.fits == nil || d.fits(row, c) }

// usableRows are all rows that c can use, dealt or not, in the deck's order.
func (d *deck) usableRows(c *Case) (rows []int32) {
	for _, row := range d.order {
		if d.usable(int(row), c) {
			rows = append(rows, row)
		}
	}
	return rows
}

func (d *deck) tooFew(plan []Case, c *Case) error {
	all := 0
	for i := range plan {
		all += plan[i].Requests + plan[i].Warmups
	}
	usable := len(d.usableRows(c))
	var of strings.Builder
	if usable < d.rows {
		fmt.Fprintf(&of, " of %d", d.rows)
	}
	return fmt.Errorf("%s: case %s needs %d %ss (%d measured, %d warm-up), and %d%s fit it; the run takes %d in all, each once: ask for fewer prompts, or set dataset.allow_repeat: true",
		d.path, c.Name, c.Requests+c.Warmups, d.what, c.Requests, c.Warmups, usable, of.String(), all)
}

// lengths is what decides which rows a case can use.
func (c *Case) lengths() string { return fmt.Sprint(c.InputLen, "x", c.OutputLen) }

// row is the row of session n of a case. A case that was not dealt any is dealt
// its rows as if it were alone. A further attempt, and a warm-up that goes on by
// time, take what no case was dealt, and begin anew where that ends.
func (d *deck) row(c *Case, n number) (int, error) {
	d.mu.Lock()
	hand, dealt := d.hands[c.Name]
	d.mu.Unlock()
	if !dealt {
		if err := d.deal(c.Seed, []Case{*c}); err != nil {
			return 0, err
		}
		return d.row(c, n)
	}
	i := n.i
	if n.warmup {
		i += c.Requests
	}
	later := max(0, c.Attempt-1)
	if later == 0 && i < len(hand) {
		return int(hand[i]), nil
	}
	spare := d.spares(c)
	at := i - len(hand)
	if later > 0 {
		at = i + (later-1)*len(hand)
	}
	if later > 0 && at >= len(spare) && i < len(hand) {
		return int(hand[i]), nil // as before, in want of others
	}
	if len(spare) == 0 {
		if len(hand) == 0 {
			return 0, fmt.Errorf("%s: no %s is left for case %s", d.path, d.what, c.Name)
		}
		return int(hand[i%len(hand)]), nil
	}
	return int(spare[at%len(spare)]), nil
}

// spares are the rows that c can use and no case was dealt.
func (d *deck) spares(c *Case) []int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	rows, known := d.spare[c.lengths()]
	if !known {
		for _, row := range d.usableRows(c) {
			if !d.used[row] {
				rows = append(rows, row)
			}
		}
		d.spare[c.lengths()] = rows
	}
	return rows
}
