package dataset

import (
	"fmt"
	"strings"
	"testing"

	"llmsweep/tokenizer"
)

// sentIDs are a prompt's tokens as sent.
func sentIDs(t testing.TB, tok tokenizer.Tokenizer, prompt string, chat bool) []uint32 {
	t.Helper()
	text := prompt
	if chat {
		var err error
		if text, err = tok.Chat([]Message{{Role: "user", Content: prompt}}); err != nil {
			t.Fatal(err)
		}
	}
	ids, err := tok.AppendIDs(nil, text, !chat)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// sharedTokens is how many tokens prompts begin with in common, without those that
// every prompt begins with: BOS, or the template's.
func sharedTokens(t testing.TB, tok tokenizer.Tokenizer, chat bool, prompts []string) int {
	t.Helper()
	common := func(texts []string) int {
		first := sentIDs(t, tok, texts[0], chat)
		n := len(first)
		for _, text := range texts[1:] {
			ids := sentIDs(t, tok, text, chat)
			n = min(n, len(ids))
			for i := range n {
				if ids[i] != first[i] {
					n = i
					break
				}
			}
		}
		return n
	}
	return common(prompts) - common([]string{"a", "b"})
}

// All prompts of a case begin with the same tokens, as many as asked for, and no
// more than chance adds; other cases begin otherwise.
func testSharedPrefix(t *testing.T, f *Fitter) {
	t.Helper()
	const n = 50
	for _, spec := range []Spec{
		{Type: TypeRandom, PrefixLen: n},
		{Type: TypeRandom, PrefixLen: n, RangeRatio: Ratio{Input: 0.2}},
		{Type: TypeSonnet, PrefixLen: n},
		{Type: TypePrefixRepetition, PrefixLen: n, Prefixes: 1},
	} {
		c := Case{InputLen: 120 + f.Around(), OutputLen: 3, Requests: 30, Seed: 5}
		measured, warm := walkPrepared(t, spec, f, c)
		if len(warm) != 0 {
			t.Fatalf("%d warm-ups", len(warm))
		}
		if got := sharedTokens(t, f.tok, f.chat, prompts(measured)); got < n || got > n+3 {
			t.Errorf("%s: prompts begin with %d tokens in common, want %d:\n%q\n%q", spec.Type, got, n, measured[0].Prompt, measured[1].Prompt)
		}
		c.Seed++
		other, _ := walkPrepared(t, spec, f, c)
		both := append(prompts(measured), prompts(other)...)
		instruction := len(sentIDs(t, f.tok, instruction, f.chat))
		if got := sharedTokens(t, f.tok, f.chat, both); got > 3 && (spec.Type != TypeSonnet || got > instruction+3) {
			t.Errorf("%s: two cases have %d tokens in common", spec.Type, got)
		}
	}
}

// Where a token may reach over the space after a prefix, a prompt in which one
// does is not taken: all begin with the same tokens.
func TestPrefixThatMerges(t *testing.T) {
	for _, merge := range []uint32{0, 3, 10} {
		for _, chat := range []bool{false, true} {
			f := fitter(t, fake{letters: 26, merge: merge}, chat)
			for _, n := range []int{1, 2, 7} {
				spec := Spec{Type: TypeRandom, PrefixLen: n}
				measured, _ := walkPrepared(t, spec, f, Case{InputLen: 20, Requests: 40, Seed: uint64(n)})
				for _, r := range measured {
					if got := sentTokens(t, f.tok, r.Prompt, chat); got != 20 {
						t.Errorf("merge %d, chat %v: %d tokens, want 20", merge, chat, got)
					}
				}
				if got := sharedTokens(t, f.tok, chat, prompts(measured)); got < n || got > n+1 {
					t.Errorf("merge %d, chat %v: %d tokens in common, want %d: %q", merge, chat, got, n, prompts(measured)[:2])
				}
			}
		}
	}
}

// The fake has one token around a prompt, and one a word: a prefix of 18 tokens
// leaves an input of 20 one word of its own.
func TestPrefixTooLong(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	for _, tt := range []struct {
		spec Spec
		want string
	}{
		{Spec{Type: TypeRandom, PrefixLen: 18}, ""},
		{Spec{Type: TypeSonnet, PrefixLen: 18}, ""},
		{Spec{Type: TypePrefixRepetition, PrefixLen: 18, Prefixes: 2}, ""},
		{Spec{Type: TypeRandom, PrefixLen: 19}, "dataset.prefix_len 19: want less than the input length 20: at most 18, with 1 for what goes around a prompt and 1 for a word of its own"},
		{Spec{Type: TypeSonnet, PrefixLen: 19}, "dataset.prefix_len 19: want less than the input length 20: at most 18"},
		{Spec{Type: TypePrefixRepetition, PrefixLen: 200, Prefixes: 2}, "dataset.prefix_len 200: want less than the input length 20: at most 18"},
		{Spec{Type: TypeRandom, PrefixLen: 9, RangeRatio: Ratio{Input: 0.5}}, "dataset.prefix_len 9: want less than the input length 10: at most 8"},
		{Spec{Type: TypePrefixRepetition, PrefixLen: 0, Prefixes: 2}, "dataset.prefix_len 0: want at least 1 token"},
		{Spec{Type: TypePrefixRepetition, PrefixLen: 5, Prefixes: 0}, "dataset.prefixes 0: want at least 1"},
		{Spec{Type: TypePrefixRepetition, PrefixLen: 5, Prefixes: 352}, "dataset.prefixes 352: want at most 351"},
	} {
		p, err := newCase(tt.spec, f, Case{InputLen: 20, Requests: 20, Seed: 1})
		if tt.want != "" {
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("%+v: error %v, want %s", tt.spec, err, tt.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%+v: %v", tt.spec, err)
			continue
		}
		if err := p.Prepare(t.Context(), nil); err != nil {
			t.Errorf("%+v: %v", tt.spec, err)
		}
		for _, r := range walkAll(t, p) {
			if got := sentTokens(t, f.tok, r.Prompt, false); got != 20 {
				t.Errorf("%+v: %d tokens, want 20: %q", tt.spec, got, r.Prompt)
			}
		}
	}
}

// Behind a prefix all words can be had, and no more: 5 letters make 30 words.
func TestNoTwoPromptsAlikeAfterAPrefix(t *testing.T) {
	f := fitter(t, fake{letters: 5}, false)
	for _, spec := range []Spec{
		{Type: TypeRandom, PrefixLen: 3},
		{Type: TypeSonnet, PrefixLen: 3},
		{Type: TypePrefixRepetition, PrefixLen: 3, Prefixes: 1},
	} {
		p, err := newCase(spec, f, Case{InputLen: 5, Requests: 30, Seed: 9})
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Prepare(t.Context(), nil); err != nil {
			t.Fatalf("%s: %v", spec.Type, err)
		}
		own := map[string]bool{}
		for _, r := range walkAll(t, p) {
			words := strings.Fields(r.Prompt)
			own[words[len(words)-1]] = true
		}
		if len(own) != 30 {
			t.Errorf("%s: %d last words, want 30", spec.Type, len(own))
		}
		if p, err = newCase(spec, f, Case{InputLen: 5, Requests: 31, Seed: 9}); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("%s: no prompt of 5 tokens is left that differs from all before it (30 words open one", spec.Type)
		if err := p.Prepare(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("31 prompts: %v, want %s", err, want)
		}
	}
}
