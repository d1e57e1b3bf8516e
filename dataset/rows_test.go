package dataset

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// lengthDeck has rows of as many tokens as their number: a case can use those of
// its input length or more.
func lengthDeck(rows int) *player {
	return &player{deck: &deck{path: "rows.json", rows: rows, what: "row"}, fits: func(row int, c *Case) bool { return row >= c.InputLen }}
}

// rowsOf are the rows of a case's counted sessions, then those of so many warm-ups
// more.
func rowsOf(t *testing.T, d *player, c Case, more int) (rows []int) {
	t.Helper()
	for i := range c.Requests + c.Warmups + more {
		n := number{i: i}
		if i >= c.Requests {
			n = number{i - c.Requests, true}
		}
		row, err := d.row(&c, n)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
	return rows
}

// retried is c at a further attempt.
func retried(c Case, attempt int) Case {
	c.Attempt = attempt
	return c
}

// distinct is how many of rows differ.
func distinct(rows ...int) int {
	return len(slices.Compact(slices.Sorted(slices.Values(rows))))
}

// The 20 rows that the second case needs all go to it, though the first, which
// can use any, comes before it. The two cases of one length share none.
func TestDeckDealsEachRowOnce(t *testing.T) {
	plan := []Case{
		{Name: "any", Requests: 50, Warmups: 10},
		{Name: "long", InputLen: 80, Requests: 15, Warmups: 5},
		{Name: "middle", InputLen: 50, Requests: 10},
		{Name: "middle_run2", InputLen: 50, Requests: 5, Attempt: 1},
	}
	deal := func(seed uint64) (hands [][]int) {
		d := lengthDeck(100)
		if err := d.deal(seed, plan); err != nil {
			t.Fatal(err)
		}
		for _, c := range plan {
			hands = append(hands, rowsOf(t, d, c, 0))
		}
		return hands
	}
	hands := deal(7)
	for i, c := range plan {
		if rows := hands[i]; len(rows) != c.Requests+c.Warmups || slices.Min(rows) < c.InputLen {
			t.Errorf("case %s: rows %v, want %d of %d or more", c.Name, rows, c.Requests+c.Warmups, c.InputLen)
		}
	}
	if all := slices.Concat(hands...); distinct(all...) != 95 {
		t.Errorf("%d rows were dealt, %d of them distinct: want 95 and 95", len(all), distinct(all...))
	}
	if again := deal(7); fmt.Sprint(again) != fmt.Sprint(hands) {
		t.Error("the same seed dealt other rows")
	}
	if other := deal(8); fmt.Sprint(other) == fmt.Sprint(hands) || slices.IsSorted(other[0]) {
		t.Error("another seed dealt the same rows, or rows in the file's order")
	}
}

// Of 1,000 rows the cases have 60 at first: second and third attempts find others,
// unlike those of any case. With 12 rows left, a third attempt has but 2 new ones.
func TestDeckFurtherAttempts(t *testing.T) {
	plan := []Case{{Name: "a", Requests: 25, Warmups: 5}, {Name: "b", InputLen: 100, Requests: 30}}
	d := lengthDeck(1000)
	if err := d.deal(1, plan); err != nil {
		t.Fatal(err)
	}
	var all []int
	for _, c := range plan {
		for attempt := range 4 {
			all = append(all, rowsOf(t, d, retried(c, attempt+1), 0)...)
		}
		if first, again := rowsOf(t, d, retried(c, 1), 0), rowsOf(t, d, c, 0); !slices.Equal(first, again) {
			t.Errorf("case %s: attempt 1 has other rows than a case without attempts", c.Name)
		}
	}
	if distinct(all...) != 240 {
		t.Errorf("4 attempts of 2 cases have %d distinct rows, want 240", distinct(all...))
	}

	few := lengthDeck(22)
	c := Case{Name: "few", Requests: 8, Warmups: 2}
	if err := few.deal(1, []Case{c}); err != nil {
		t.Fatal(err)
	}
	first, second, third := rowsOf(t, few, c, 0), rowsOf(t, few, retried(c, 2), 0), rowsOf(t, few, retried(c, 3), 0)
	if distinct(slices.Concat(first, second)...) != 20 || distinct(third...) != 10 || distinct(slices.Concat(first, second, third)...) != 22 {
		t.Errorf("attempts have %v, %v, %v: want 10 rows, 10 others, and the last 2 with 8 of the first", first, second, third)
	}
	if !slices.Equal(third[2:], first[2:]) {
		t.Errorf("a third attempt has %v: want what is missing as in the first, %v", third, first)
	}
}

// A warm-up by time takes what is left, each row once, and then begins anew.
func TestDeckEndlessWarmup(t *testing.T) {
	d := lengthDeck(20)
	plan := []Case{{Name: "a", Requests: 5, Warmups: 1}, {Name: "b", Requests: 4}}
	if err := d.deal(1, plan); err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(t, d, plan[0], 20)
	left := rows[6:16]
	if distinct(rows[:16]...) != 16 || !slices.Equal(rows[16:], left) {
		t.Errorf("rows %v: want 6, the 10 that are left, and these again", rows)
	}
	if b := rowsOf(t, d, plan[1], 0); distinct(slices.Concat(left, b)...) != 14 {
		t.Errorf("the warm-up's rows %v are among another case's %v", left, b)
	}
	all := lengthDeck(3)
	if rows := rowsOf(t, all, Case{Name: "alone", Requests: 3}, 4); !slices.Equal(rows[3:], []int{rows[0], rows[1], rows[2], rows[0]}) {
		t.Errorf("with none left: %v, want the case's own again", rows)
	}
}

// A case that the plan did not name is dealt its rows alone, and takes none away.
func TestDeckCaseWithoutPlan(t *testing.T) {
	planned, other := Case{Name: "planned", Requests: 6}, Case{Name: "other", Requests: 7, Seed: 3}
	d, alone := lengthDeck(10), lengthDeck(10)
	if err := d.deal(1, []Case{planned}); err != nil {
		t.Fatal(err)
	}
	before := rowsOf(t, d, planned, 0)
	rows := rowsOf(t, d, other, 0)
	if distinct(rows...) != 7 || !slices.Equal(rows, rowsOf(t, alone, other, 0)) {
		t.Errorf("rows %v, want 7, as if it were alone", rows)
	}
	if after := rowsOf(t, d, planned, 0); !slices.Equal(before, after) {
		t.Errorf("the planned case had %v, and then %v", before, after)
	}
}

func TestDeckTooFewRows(t *testing.T) {
	d := lengthDeck(20)
	err := d.deal(1, []Case{
		{Name: "first", InputLen: 10, Requests: 6},
		{Name: "second", InputLen: 10, Requests: 4, Warmups: 2},
		{Name: "none", InputLen: 30, Requests: 1},
	})
	want := []string{
		"rows.json: case none needs 1 row (1 measured, 0 warm-up), and of its 20 rows only 0 fit it: take other lengths or another file",
		"rows.json: case second needs 6 rows (4 measured, 2 warm-up), and of its 20 rows only 10 fit it, other cases of the run taking 6 of these: ask for fewer prompts, or set dataset.allow_repeat: true",
	}
	if err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("error:\n%v\nwant:\n%s", err, strings.Join(want, "\n"))
	}
	if _, err := d.row(&Case{Name: "none", InputLen: 30, Requests: 1}, number{}); err == nil {
		t.Error("a case that can use no row was given one")
	}
	if _, err := d.row(&Case{Name: "nothing", InputLen: 30}, number{warmup: true}); err == nil || err.Error() != "rows.json: no row fits case nothing: take other lengths or another file" {
		t.Errorf("a warm-up without rows: %v", err)
	}
}

// Where rows may be sent again, each is sent as often as any other, or once more;
// the first case still has its own where there are enough.
func TestDeckAllowRepeat(t *testing.T) {
	d := lengthDeck(10)
	d.allowRepeat = true
	a, b := Case{Name: "a", Requests: 8}, Case{Name: "b", InputLen: 4, Requests: 12, Warmups: 3}
	if err := d.deal(1, []Case{a, b}); err != nil {
		t.Fatal(err)
	}
	times := map[int]int{}
	for _, row := range rowsOf(t, d, b, 0) {
		times[row]++
	}
	for row := 4; row < 10; row++ {
		if n := times[row]; n != 2 && n != 3 {
			t.Errorf("row %d is sent %d times of 15 among 6 rows: want 2 or 3", row, n)
		}
	}
	if len(times) != 6 {
		t.Errorf("rows of b: %v, want 4 to 9", times)
	}
	if rows := rowsOf(t, d, a, 0); distinct(rows...) != 8 {
		t.Errorf("rows of a: %v, want 8 distinct ones", rows)
	}
	if err := d.deal(1, []Case{{Name: "none", InputLen: 10, Requests: 1}}); err == nil {
		t.Error("a case that can use no row was dealt one")
	}
}
