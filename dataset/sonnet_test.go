package dataset

import (
	"slices"
	"strings"
	"testing"
)

// 154 sonnets of 14 lines; the 99th has 15, the 126th 12.
func TestSonnetLines(t *testing.T) {
	lines := sonnetLines()
	if want := 154*14 + 1 - 2; len(lines) != want {
		t.Errorf("%d lines, want %d", len(lines), want)
	}
	if first, last := lines[0], lines[len(lines)-1]; first != "From fairest creatures we desire increase," || last != "Love's fire heats water, water cools not love." {
		t.Errorf("from %q to %q", first, last)
	}
	for i, line := range lines {
		if strings.ContainsFunc(line, func(c rune) bool { return c < ' ' || c > '~' }) || len(line) < 20 || len(line) > 80 {
			t.Errorf("line %d is no verse: %q", i, line)
		}
	}
}

// A prompt is the instruction and whole lines; only at its end, where the tokens
// run out, a line is cut and may go on with random words.
func testSonnetText(t *testing.T, f *Fitter) {
	t.Helper()
	poem := sonnetLines()
	n := f.Around() + 1000
	measured, _ := walkPrepared(t, Spec{Type: TypeSonnet}, f, Case{InputLen: n, OutputLen: 9, Requests: 20, Seed: 1})
	for _, r := range measured {
		lines := strings.Split(r.Prompt, "\n")
		if lines[0] != instruction || len(lines) < 60 {
			t.Fatalf("%d lines, the first %q", len(lines), lines[0])
		}
		if last := strings.Fields(lines[len(lines)-1]); len(last) > 20 {
			t.Errorf("the last line goes on with %d words: %q", len(last), last)
		}
		for _, line := range lines[1 : len(lines)-1] {
			if !slices.Contains(poem, line) {
				t.Errorf("%q is no line of a sonnet", line)
			}
		}
		if r.MaxTokens != 9 || r.InputLen != n || r.PromptTokens != n {
			t.Errorf("%d of %d tokens in, %d out; want %d and 9", r.PromptTokens, r.InputLen, r.MaxTokens, n)
		}
	}
}

// An input longer than all sonnets has lines more than once; one of a single
// token is one word, without the instruction.
func TestSonnetLongAndShort(t *testing.T) {
	m := models(t)[0]
	f := fitter(t, m.tok, false)
	long, _ := walkPrepared(t, Spec{Type: TypeSonnet, PrefixLen: 500}, f, Case{InputLen: 32769, Requests: 1, Seed: 1})
	if got := sentTokens(t, m.tok, long[0].Prompt, false); got != 32769 {
		t.Errorf("%d tokens, want 32769", got)
	}
	words := map[string]bool{}
	short, _ := walkPrepared(t, Spec{Type: TypeSonnet}, f, Case{InputLen: 1, Requests: 500, Seed: 1})
	for _, r := range short {
		words[r.Prompt] = true
		if got := sentTokens(t, m.tok, r.Prompt, false); got != 1 || strings.ContainsAny(r.Prompt, " \n") {
			t.Errorf("%q has %d tokens, want one word of one", r.Prompt, got)
		}
	}
	if len(words) != 500 {
		t.Errorf("%d prompts of one word, want 500", len(words))
	}
}
