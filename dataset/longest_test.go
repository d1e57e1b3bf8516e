package dataset

import (
	"strings"
	"testing"
)

// By the fake a word is a token, and 1 (a completion) or 2 (a chat) go around them.
func TestLongest(t *testing.T) {
	rows := rowsFile(t, "rows.jsonl", "{\"prompt\":\"a b c\",\"output_tokens\":9}\n{\"prompt\":\"d e f g\",\"output_tokens\":2}\n{\"messages\":[{\"role\":\"user\",\"content\":\"h\"}]}\n")
	talk := rowsFile(t, "talk.json", `[{"conversations":[{"from":"human","value":"a b c"},{"from":"gpt","value":"b c d e"},{"from":"human","value":"f g"},{"from":"gpt","value":"h i j"}]}]`)
	trace := rowsFile(t, "trace.csv", "Timestamp,Request tokens,Response tokens\n0,10,5\n1,30,0\n2,7,20\n")
	unbounded := Spec{Type: TypeRandom, Lengths: Lengths{
		Input:  &Distribution{Kind: "lognormal", Median: 50, Sigma: 1, Min: 2},
		Output: &Distribution{Kind: "uniform", Min: 1, Max: 9},
	}}
	for _, tt := range []struct {
		name string
		spec Spec
		chat bool
		c    Case
		want Longest
	}{
		{"random", Spec{Type: TypeRandom}, false, Case{InputLen: 12, OutputLen: 5, Requests: 3}, Longest{TypeRandom, "", 12, 5}},
		{"a warm-up counts", Spec{Type: TypeSonnet}, false, Case{InputLen: 12, OutputLen: 5, Warmups: 1}, Longest{TypeSonnet, "", 12, 5}},
		{"nothing is asked", Spec{Type: TypeRandom}, false, Case{InputLen: 12, OutputLen: 5}, Longest{}},
		{"values", Spec{Type: TypeRandom, Lengths: Lengths{
			Input:  &Distribution{Kind: "values", Values: []float64{10, 90}},
			Output: &Distribution{Kind: "constant", Mean: 7},
		}}, false, Case{Requests: 50}, Longest{TypeRandom, "", 90, 7}},
		{"images", Spec{Type: TypeRandomMM, Images: twoSizes}, true, Case{InputLen: 12, OutputLen: 5, Requests: 3}, Longest{TypeRandomMM, "", 12, 5}},
		{"prefixes", Spec{Type: TypePrefixRepetition, Prefixes: 2, PrefixLen: 4}, false, Case{InputLen: 12, OutputLen: 5, Requests: 3}, Longest{TypePrefixRepetition, "", 12, 5}},
		{"custom: 1 + 3 + 9", Spec{Type: TypeCustom, Path: csvRows(t, 9)}, false, Case{Requests: 9}, Longest{TypeCustom, "", 3, 9}},
		{"custom chats: 2 + 3 + 9, 2 + 4 + 2, 2 + 1 + 4", Spec{Type: TypeCustom, Path: rows, OutputLen: 4}, true, Case{Requests: 3}, Longest{TypeCustom, "", 5, 9}},
		{"sharegpt cut", Spec{Type: TypeShareGPT, Path: talk}, false, Case{InputLen: 3, OutputLen: 8, Requests: 1}, Longest{TypeShareGPT, "", 3, 8}},
		{"sharegpt as it is: 1 + 3 + 1 + 4", Spec{Type: TypeShareGPT, Path: talk, MaxPromptLen: 99, MaxTotalLen: 99}, false, Case{Requests: 1}, Longest{TypeShareGPT, "", 4, 5}},
		{"trace", Spec{Type: TypeTrace, Path: trace, Replay: ReplayLengths}, false, Case{Requests: 2}, Longest{TypeTrace, "", 7, 20}},
		{"one row of the trace", Spec{Type: TypeTrace, Path: trace, Replay: ReplayLengths}, false, Case{Requests: 1}, Longest{TypeTrace, "", 10, 5}},
		{"conversation: 12 + (7 + 4) + (7 + 4)", Spec{Type: TypeConversation, Turns: [2]int{3, 3}, NextLen: 4}, true, Case{InputLen: 12, OutputLen: 7, Requests: 5}, Longest{TypeConversation, "", 34, 7}},
		{"later turns as the first: 12 + (7 + 10)", Spec{Type: TypeConversation, Turns: [2]int{2, 2}}, true, Case{InputLen: 12, OutputLen: 7, Requests: 5}, Longest{TypeConversation, "", 29, 7}},
		{"its warm-ups have one turn", Spec{Type: TypeConversation, Turns: [2]int{2, 2}}, true, Case{InputLen: 12, OutputLen: 7, Warmups: 5}, Longest{TypeConversation, "", 12, 7}},
		{"a file's: 2 + 3 + 4 + 2", Spec{Type: TypeConversation, Path: talk, Turns: [2]int{2, 2}}, true, Case{Requests: 2}, Longest{TypeConversation, "", 11, 3}},
		{"mix", Spec{Type: TypeMix, Scenarios: []Scenario{
			{Name: "a", Weight: 1, InputLen: 50, OutputLen: 60, Dataset: Spec{Type: TypeSonnet}},
			{Name: "b", Weight: 1, InputLen: 80, OutputLen: 31, Dataset: Spec{Type: TypeRandom}},
		}}, false, Case{Requests: 4}, Longest{TypeRandom, "b", 80, 31}},
	} {
		s, err := Open(tt.spec)
		if err != nil {
			t.Fatal(tt.name, err)
		}
		if err := s.Fit(t.Context(), fitter(t, fake{letters: 26}, tt.chat), nil); err != nil {
			t.Fatal(tt.name, err)
		}
		if got := s.Longest(tt.c); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
	// Of drawn lengths it is the longest request that is really sent.
	f := fitter(t, fake{letters: 26}, false)
	for _, spec := range []Spec{unbounded, {Type: TypeRandom, RangeRatio: Ratio{Input: 0.3, Output: 0.5}}} {
		c := Case{InputLen: 40, OutputLen: 10, Requests: 60, Warmups: 10, Seed: 5}
		s, err := Open(spec)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Fit(t.Context(), f, nil); err != nil {
			t.Fatal(err)
		}
		measured, warm := walkPrepared(t, spec, f, c)
		most := 0
		for _, r := range append(measured, warm...) {
			most = max(most, r.InputLen+r.MaxTokens)
		}
		if got := s.Longest(c); got.Total() != most {
			t.Errorf("%+v: the longest has %d tokens, want %d as sent", spec, got.Total(), most)
		}
	}
}

// A source that is fitted again, since the server adds a token to each prompt,
// keeps the answers' lengths, whose texts are gone.
func TestFitTwice(t *testing.T) {
	for _, spec := range []Spec{
		{Type: TypeShareGPT, Path: small.Path, MaxPromptLen: 1024, MaxTotalLen: 2048},
		{Type: TypeConversation, Path: "testdata/conversations.json", Turns: [2]int{2, 2}},
	} {
		sent := func(fits int) (outputs, inputs int) {
			s, err := Open(spec)
			if err != nil {
				t.Fatal(err)
			}
			for i := range fits {
				f := fitter(t, fake{letters: 26}, true)
				ask := func(p string) (int, error) { n, err := f.Count(p); return n + i, err }
				if err := f.Measure(ask); err != nil {
					t.Fatal(err)
				}
				if err := s.Fit(t.Context(), f, nil); err != nil {
					t.Fatal(err)
				}
			}
			p, err := s.Case(Case{Name: "c", Requests: 3})
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Prepare(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			for _, one := range talks(t, p, p.sessions, func(Request) string { return strings.Repeat("a ", 3) }) {
				inputs += one.requests[0].InputLen - one.requests[0].PromptTokens
				for _, r := range one.requests {
					outputs += r.MaxTokens
				}
			}
			return outputs, inputs
		}
		once, _ := sent(1)
		twice, off := sent(2)
		if once != twice || once < 9 || off != 0 {
			t.Errorf("%s: outputs of %d tokens in all, %d after a second fit; counts off by %d", spec.Type, once, twice, off)
		}
	}
}
