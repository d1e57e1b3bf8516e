package dataset

import (
	"reflect"
	"slices"
	"testing"
)

// Of the file's 8 conversations a, b, e and g have 3, 2, 2 and 2 exchanges (e until
// the user speaks twice in a row), c one, d one (its second question is answered),
// f and h none.
func TestConversationsOfAFile(t *testing.T) {
	const path = "testdata/conversations.json"
	rows, _, err := readConversations(path)
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, row := range rows.rows {
		sizes = append(sizes, len(row))
	}
	if want := []int{3, 2, 1, 2, 2}; !slices.Equal(sizes, want) {
		t.Errorf("%v exchanges, want %v", sizes, want)
	}
	m := models(t)[0]
	f := fitter(t, m.tok, true)
	p := conversationCase(t, Spec{Path: path, Turns: [2]int{3, 8}}, f, Case{Requests: 3, Seed: 1})
	all := talks(t, p, 1, func(Request) string { return "An answer." })
	var got []any
	for _, r := range all[0].requests {
		got = append(got, r.Messages[len(r.Messages)-1].Content, r.MaxTokens)
		if want, _ := f.Messages(r.Messages); r.PromptTokens != want || want == 0 {
			t.Errorf("%s: %d tokens, want %d", r.ID, r.PromptTokens, want)
		}
	}
	want := []any{"How do I boil an egg?", 9, "And a soft one?", 3, "Thanks.", 3} // tokens of the file's answers
	if !reflect.DeepEqual(got, want) || len(all[0].requests[2].Messages) != 5 {
		t.Errorf("asked %v, want %v", got, want)
	}
	if first := all[0].requests[0]; first.InputLen != first.PromptTokens {
		t.Errorf("the first request asks for %d tokens and has %d", first.InputLen, first.PromptTokens)
	}
	p = conversationCase(t, Spec{Path: path, Turns: [2]int{2, 2}, OutputLen: 50}, f, Case{Requests: 6, Seed: 1})
	for _, one := range talks(t, p, -1, polite)[:3] {
		if len(one.requests) != 2 || one.requests[1].MaxTokens != 50 {
			t.Errorf("%d turns, %d tokens out; want 2, 50", len(one.requests), one.requests[1].MaxTokens)
		}
	}
}

// Rows are dealt by the turns that they have: two cases share out the 3 different
// conversations of two turns, a warm-up being one of them, and no third finds one.
func TestConversationsAreDealt(t *testing.T) {
	f := fitter(t, models(t)[0].tok, true)
	source, err := Open(Spec{Type: TypeConversation, Path: "testdata/conversations.json", Turns: [2]int{2, 2}})
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Fit(t.Context(), f, nil); err != nil {
		t.Fatal(err)
	}
	plan := []Case{{Name: "one", Requests: 2, Seed: 1}, {Name: "two", Requests: 2, Warmups: 1, Seed: 2}}
	if err := source.Plan(1, plan); err != nil {
		t.Fatal(err)
	}
	asked := map[string]int{}
	for _, c := range plan {
		p, err := source.Case(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Prepare(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		all := append(talks(t, p, p.sessions, polite), talks(t, p.Warmup(), -1, polite)...)
		n := 0
		for _, one := range all {
			n += len(one.requests)
			asked[one.requests[0].Messages[0].Content]++
		}
		if n != c.Requests+c.Warmups {
			t.Errorf("case %s: %d requests, want %d", c.Name, n, c.Requests+c.Warmups)
		}
	}
	if want := map[string]int{"How do I boil an egg?": 1, "Name a prime.": 1, "Translate: naïve café": 1}; !reflect.DeepEqual(asked, want) {
		t.Errorf("first messages %v, want %v", asked, want)
	}
	err = source.Plan(1, append(plan, Case{Name: "three", Requests: 1}))
	want := "testdata/conversations.json: case three needs 1 request (1 measured, 0 warm-up), and of its 5 conversations (4 distinct prompts) only 3 have 2 answered turns or more (turns), other cases of the run taking 3 of these: ask for fewer prompts, or set dataset.allow_repeat: true"
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant %s", err, want)
	}
}
