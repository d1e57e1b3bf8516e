package dataset

import (
	"slices"
	"strings"
	"testing"
)

// 25 requests have 10 prefixes 2 or 3 times each, in no order; the prefixes
// differ from the first word on, and the warm-ups have others.
func TestPrefixRepetition(t *testing.T) {
	const k, words = 10, 8
	f := fitter(t, fake{letters: 26}, false)
	spec := Spec{Type: TypePrefixRepetition, Prefixes: k, PrefixLen: words}
	p := ready(t, spec, f, Case{InputLen: 20, OutputLen: 4, Requests: 25, Warmups: 15, Seed: 3})
	var openings [2][]string
	uses := func(all []Request) map[string]int {
		n := map[string]int{}
		for _, r := range all {
			if r.InputLen != 20 || r.PromptTokens != 20 || r.MaxTokens != 4 || sentTokens(t, f.tok, r.Prompt, false) != 20 {
				t.Errorf("%+v: want 20 tokens in, 4 out", r)
			}
			ids := sentIDs(t, f.tok, r.Prompt, false)
			n[f.tok.Decode(ids[1:1+words], false)]++
		}
		return n
	}
	measured := walkAll(t, p)
	for i, n := range []map[string]int{uses(measured), uses(walkAll(t, p.Warmup()))} {
		if len(n) != k {
			t.Errorf("%d prefixes, want %d", len(n), k)
		}
		for text, times := range n {
			if least := []int{2, 1}[i]; times < least || times > least+1 {
				t.Errorf("%q opens %d prompts, want %d or %d", text, times, least, least+1)
			}
			first, _, _ := strings.Cut(text, " ")
			openings[i] = append(openings[i], first)
		}
	}
	all := slices.Sorted(slices.Values(slices.Concat(openings[0], openings[1])))
	if n := len(slices.Compact(all)); n != 2*k {
		t.Errorf("%d first words of %d prefixes", n, 2*k)
	}
	inTurn := true
	for i := k; i < len(measured); i++ {
		if measured[i].Prompt[:10] != measured[i-k].Prompt[:10] {
			inTurn = false
		}
	}
	if inTurn {
		t.Error("the prefixes come in turn, want them shuffled")
	}
	for i, r := range take(t, p.Endless(), 60) { // past the counted ones
		if first, _, _ := strings.Cut(r.Prompt, " "); !slices.Contains(openings[1], first) {
			t.Errorf("warm-up %d begins with %s, which is no warm-up's prefix", i, first)
		}
	}
}

// More prefixes than requests are each used once at most.
func TestMorePrefixesThanRequests(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	spec := Spec{Type: TypePrefixRepetition, Prefixes: 50, PrefixLen: 3}
	measured, _ := walkPrepared(t, spec, f, Case{InputLen: 9, Requests: 20, Seed: 3})
	first := map[string]bool{}
	for _, r := range measured {
		word, _, _ := strings.Cut(r.Prompt, " ")
		first[word] = true
	}
	if len(first) != 20 {
		t.Errorf("%d prefixes for 20 requests, want 20", len(first))
	}
}
