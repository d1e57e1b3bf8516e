package dataset

import (
	"slices"
	"strings"
	"testing"
)

// Cases that are added get rows that no case has, and the others keep theirs; the
// same cases in the same order get the same. One for which too few are left says so,
// and costs the next one nothing.
func TestDeckAdds(t *testing.T) {
	plan := []Case{{Name: "a", Requests: 20, Warmups: 5}, {Name: "long", InputLen: 80, Requests: 10}}
	added := []Case{{Name: "b", Requests: 25, Warmups: 5}, {Name: "too many", Requests: 50}, {Name: "c", Requests: 20}}
	deal := func() (d *player, hands [][]int) {
		d = lengthDeck(100)
		if err := d.deal(7, plan); err != nil {
			t.Fatal(err)
		}
		before := rowsOf(t, d, plan[0], 0)
		for i := range added {
			d.add(7, d.joining(added)[i])
		}
		if after := rowsOf(t, d, plan[0], 0); !slices.Equal(before, after) {
			t.Errorf("case a had rows %v, and has %v", before, after)
		}
		for _, c := range []Case{plan[0], plan[1], added[0], added[2]} {
			hands = append(hands, rowsOf(t, d, c, 0))
		}
		return d, hands
	}
	d, hands := deal()
	if all := slices.Concat(hands...); len(all) != 85 || distinct(all...) != 85 {
		t.Errorf("%d rows were dealt, %d of them distinct: want 85 and 85", len(all), distinct(all...))
	}
	if _, again := deal(); !slices.EqualFunc(hands, again, slices.Equal) {
		t.Errorf("the same cases have %v, and then %v", hands, again)
	}
	_, err := d.row(&added[1], number{i: 0})
	const want = "rows.json: case too many needs 50 rows (50 measured, 0 warm-up), and the file has 100 rows, and all fit, other cases of the run taking 65 of these: ask for fewer prompts, or set dataset.allow_repeat: true"
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// A second attempt's rows, and what earlier cases were shown as left over, are not
// dealt twice.
func TestDeckAddsAfterASecondAttempt(t *testing.T) {
	d := lengthDeck(60)
	a := Case{Name: "a", Requests: 20}
	if err := d.deal(1, []Case{a}); err != nil {
		t.Fatal(err)
	}
	first, second := rowsOf(t, d, a, 0), rowsOf(t, d, retried(a, 2), 0)
	b := Case{Name: "b", Requests: 20, Seed: 5}
	d.add(1, d.joining([]Case{b})[0])
	if all := slices.Concat(first, second, rowsOf(t, d, b, 0)); distinct(all...) != 60 {
		t.Errorf("two attempts and another case have %d distinct rows of 60: %v", distinct(all...), all)
	}
}

// The scenarios of a mix, too, find rows that no case before has.
func TestMixAdds(t *testing.T) {
	file := Spec{Type: TypeCustom, Path: csvRows(t, 40)}
	s, err := Open(Spec{Type: TypeMix, Scenarios: []Scenario{{Name: "one", Weight: 1, Dataset: file}, {Name: "two", Weight: 1, Dataset: file}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Fit(t.Context(), fitter(t, fake{letters: 26}, false), nil); err != nil {
		t.Fatal(err)
	}
	cases := []Case{{Name: "a", Requests: 16, Attempt: 1}, {Name: "b", Requests: 20, Attempt: 1}}
	if err := s.Plan(3, cases[:1]); err != nil {
		t.Fatal(err)
	}
	s.Add(3, cases[1])
	sent := map[string]bool{}
	for _, c := range cases {
		p, err := s.Case(c)
		if err == nil {
			err = p.Prepare(t.Context(), nil)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range walkAll(t, p) {
			sent[r.Prompt] = true
		}
	}
	if len(sent) != 36 {
		t.Errorf("%d distinct prompts of 36", len(sent))
	}
	s.Add(3, Case{Name: "c", Requests: 20, Attempt: 1})
	p, err := s.Case(Case{Name: "c", Requests: 20, Attempt: 1})
	if err == nil {
		err = p.Prepare(t.Context(), nil)
	}
	if err == nil || !strings.Contains(err.Error(), "needs 10 rows") {
		t.Errorf("4 rows are left: %v, want that they are too few", err)
	}
}
