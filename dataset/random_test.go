package dataset

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestRequestFields(t *testing.T) {
	measured, warm := walkPrepared(t, Spec{Type: TypeRandom}, fitter(t, fake{letters: 26}, false), Case{InputLen: 5, OutputLen: 7, Requests: 3, Warmups: 2, IDPrefix: "c1-"})
	var ids []string
	for _, r := range append(warm, measured...) {
		ids = append(ids, r.ID)
		if r.InputLen != 5 || r.PromptTokens != 5 || r.MaxTokens != 7 || r.Warmup != strings.Contains(r.ID, "w") {
			t.Errorf("%+v: want 5 tokens in, 7 out, and warm-ups marked", r)
		}
	}
	if want := []string{"c1-w0", "c1-w1", "c1-0", "c1-1", "c1-2"}; !slices.Equal(ids, want) {
		t.Errorf("ids %v, want %v", ids, want)
	}
}

// The fake's template and BOS are known by construction: with BOS one word fits
// in 2 tokens, inside <u> and </u> in 3.
func TestLeastInputLen(t *testing.T) {
	tok := fake{letters: 26}
	for _, tt := range []struct {
		chat bool
		want int
		err  string
	}{
		{false, 2, "random: input length 1: want at least 2 tokens, 1 for the special tokens and 1 for a word"},
		{true, 3, "random: input length 2: want at least 3 tokens, 2 for the chat template and 1 for a word"},
	} {
		least := fitter(t, tok, tt.chat).Least()
		if least != tt.want {
			t.Errorf("chat %v: least input length %d, want %d", tt.chat, least, tt.want)
		}
		f, c := fitter(t, tok, tt.chat), Case{InputLen: least, Requests: 10}
		ready(t, Spec{Type: TypeRandom}, f, c)
		c.InputLen--
		if _, err := newCase(Spec{Type: TypeRandom}, f, c); err == nil || err.Error() != tt.err {
			t.Errorf("chat %v: error %v, want %s", tt.chat, err, tt.err)
		}
	}
}

// Where tokens reach over spaces, one draw in merge words is short of a token;
// all prompts are exact all the same.
func TestRepair(t *testing.T) {
	for _, merge := range []uint32{0, 2, 3, 10, 1000} {
		for _, chat := range []bool{false, true} {
			tok := fake{letters: 26, merge: merge}
			for _, n := range []int{3, 4, 10, 100, 1000} {
				measured, _ := walkPrepared(t, Spec{Type: TypeRandom}, fitter(t, tok, chat), Case{InputLen: n, Requests: 50, Seed: uint64(n)})
				for _, r := range measured {
					if got := sentTokens(t, tok, r.Prompt, chat); got != n {
						t.Errorf("merge %d, chat %v: %d tokens, want %d: %.60q", merge, chat, got, n, r.Prompt)
					}
				}
			}
		}
	}
}

// BOS and k words are 2, 3, 5, 7 … tokens here: each word after the second is two.
type pairs struct{ fake }

func (p pairs) AppendIDs(dst []uint32, text string, special bool) ([]uint32, error) {
	dst, err := p.fake.AppendIDs(dst, text, special)
	for range strings.Count(text, " ") - 1 {
		dst = append(dst, fakeBytes)
	}
	return dst, err
}

func (p pairs) Count(text string, special bool) (int, error) {
	ids, err := p.AppendIDs(nil, text, special)
	return len(ids), err
}

func TestImpossibleLength(t *testing.T) {
	v := vocabulary(t, pairs{fake{letters: 26}})
	for _, n := range []int{2, 3, 5, 7, 101} {
		walkPrepared(t, Spec{Type: TypeRandom}, fitterOf(t, v, false), Case{InputLen: n, Requests: 20})
	}
	r, err := newCase(Spec{Type: TypeRandom}, fitterOf(t, v, false), Case{InputLen: 6, Requests: 20})
	if err != nil {
		t.Fatal(err)
	}
	err = r.Prepare(t.Context(), nil)
	if want := "random: no prompt of exactly 6 tokens found in 16 draws (the last has "; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want %s…", err, want)
	}
}

// 5 letters make 30 words, so there are 30 prompts of one word, all of which can
// be had, and no 31st; warm-ups count.
func TestNoTwoPromptsAlike(t *testing.T) {
	v := vocabulary(t, fake{letters: 5})
	for _, tt := range []struct {
		requests, warmups int
		want              string
	}{
		{30, 0, ""},
		{20, 10, ""},
		{31, 0, "random: no prompt of 2 tokens is left that differs from all before it (30 words open one, by tokenizer fake): take a longer input or fewer prompts (prompt 30)"},
		{20, 11, "random: no prompt of 2 tokens is left that differs from all before it (30 words open one, by tokenizer fake): take a longer input or fewer prompts (prompt w10)"},
	} {
		r, err := newCase(Spec{Type: TypeRandom}, fitterOf(t, v, false), Case{InputLen: 2, Requests: tt.requests, Warmups: tt.warmups, Seed: 4})
		if err != nil {
			t.Fatal(err)
		}
		err = r.Prepare(t.Context(), nil)
		if tt.want != "" {
			if err == nil || err.Error() != tt.want {
				t.Errorf("%d + %d prompts: error %v, want %s", tt.requests, tt.warmups, err, tt.want)
			}
			continue
		}
		if err != nil {
			t.Errorf("%d + %d prompts: %v", tt.requests, tt.warmups, err)
			continue
		}
		all := prompts(append(walkAll(t, r), walkAll(t, r.Warmup())...))
		slices.Sort(all)
		if n := len(slices.Compact(all)); n != 30 {
			t.Errorf("%d + %d prompts: %d distinct, want 30", tt.requests, tt.warmups, n)
		}
	}
}

// Neither the number of cores nor that of warm-ups changes a prompt; the seed
// changes them all.
func TestPromptsDependOnTheSeedAlone(t *testing.T) {
	v := vocabulary(t, fake{letters: 26, merge: 3})
	f, c := fitterOf(t, v, false), Case{InputLen: 20, Requests: 100, Warmups: 10, Seed: 8}
	first, warm := walkPrepared(t, Spec{Type: TypeRandom}, f, c)

	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	oneCore, warmAgain := walkPrepared(t, Spec{Type: TypeRandom}, f, c)
	if !slices.Equal(prompts(first), prompts(oneCore)) || !slices.Equal(prompts(warm), prompts(warmAgain)) {
		t.Error("the number of cores changed the prompts")
	}
	more := c
	more.Warmups = 50
	if got, _ := walkPrepared(t, Spec{Type: TypeRandom}, f, more); !slices.Equal(prompts(first), prompts(got)) {
		t.Error("the number of warm-ups changed the measured prompts")
	}
	other := c
	other.Seed++
	got, _ := walkPrepared(t, Spec{Type: TypeRandom}, f, other)
	for i, p := range prompts(got) {
		if p == first[i].Prompt {
			t.Errorf("prompt %d is the same under two seeds", i)
		}
	}
}

func TestProgress(t *testing.T) {
	r, err := newCase(Spec{Type: TypeRandom}, fitter(t, fake{letters: 26}, false), Case{InputLen: 9, Requests: 250, Warmups: 50})
	if err != nil {
		t.Fatal(err)
	}
	var told []int
	err = r.Prepare(t.Context(), func(done, total int) {
		told = append(told, done)
		if total != 300 {
			t.Errorf("%d in all, want 300", total)
		}
	})
	if err != nil || len(told) != 100 || told[99] != 300 || !slices.IsSorted(told) {
		t.Errorf("progress %v, error %v; want 3, 6, … 300", told, err)
	}
}

func TestFaults(t *testing.T) {
	if _, err := NewVocabulary(fake{letters: 1, fails: true}); err == nil || err.Error() != "tokenizer fake: the tokenizer broke" {
		t.Errorf("a broken tokenizer: %v", err)
	}
	if _, err := NewVocabulary(fake{}); err == nil || !strings.Contains(err.Error(), "has no tokens that are words") {
		t.Errorf("a vocabulary without words: %v", err)
	}
	v := vocabulary(t, fake{letters: 26, plain: true})
	if _, err := NewCounter(v.tok, true); err == nil || !strings.Contains(err.Error(), "it has no chat template") {
		t.Errorf("chat without a template: %v", err)
	}
	r, err := newCase(Spec{Type: TypeRandom}, fitterOf(t, v, false), Case{InputLen: 9, Requests: 5})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range r.Sessions() {
		if err == nil || !strings.Contains(err.Error(), "call Prepare first") {
			t.Errorf("sessions before Prepare: %v", err)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stopped by the user")
	cancel(stop)
	if err := r.Prepare(ctx, nil); !errors.Is(err, stop) {
		t.Errorf("cancelled: %v, want the cause", err)
	}
}

// Values computed with coreutils: printf of the 16 bytes and the name into sha256sum.
func TestCaseSeed(t *testing.T) {
	for _, tt := range []struct {
		seed    uint64
		name    string
		attempt int
		want    uint64
	}{
		{0, "bench_io256x256_mc1_np10", 1, 0x685e43a42a6ba7fa},
		{42, "bench_io256x256_mc1_np10", 2, 0xdf0dbd56324a7671},
		{math.MaxUint64, "", 1, 0x7e6f1ad0dcc726b7},
	} {
		if got := CaseSeed(tt.seed, tt.name, tt.attempt); got != tt.want {
			t.Errorf("CaseSeed(%d, %q, %d) = %#x, want %#x", tt.seed, tt.name, tt.attempt, got, tt.want)
		}
	}
	seen := map[uint64]string{}
	for seed := range uint64(10) {
		for attempt := range 10 {
			for _, name := range []string{"bench_io256x256_mc1_np10", "bench_io256x256_mc1_np1", ""} {
				key := fmt.Sprint(seed, attempt, name)
				s := CaseSeed(seed, name, attempt)
				if seen[s] != "" {
					t.Errorf("%s and %s have one seed", key, seen[s])
				}
				seen[s] = key
			}
		}
	}
}

// sessions is what the load generator asks of a source.
type sessions interface {
	Sessions() iter.Seq2[Session, error]
}
