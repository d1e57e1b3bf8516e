package dataset

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"llmsweep/tokenizer"
)

func TestRandomIDs(t *testing.T) {
	f := fitter(t, tokenizer.IDs{From: 1000, To: 1010}, false)
	spec := Spec{Type: TypeRandom, PrefixLen: 3, RangeRatio: Ratio{Input: 0.5}}
	measured, warm := walkPrepared(t, spec, f, Case{InputLen: 10, OutputLen: 2, Requests: 300, Warmups: 20, Seed: 1, TokenIDs: true})
	h := sha256.New()
	seen := map[uint32]bool{}
	for _, r := range append(measured, warm...) {
		if n := len(r.PromptIDs); r.Prompt != "" || n < 5 || n > 15 || n != r.InputLen || n != r.PromptTokens || r.MaxTokens != 2 {
			t.Errorf("%+v: want 5 to 15 ids alone, and 2 out", r)
		}
		if !slices.Equal(r.PromptIDs[:3], measured[0].PromptIDs[:3]) {
			t.Errorf("ids %v, want a prefix of 3 as %v", r.PromptIDs, measured[0].PromptIDs)
		}
		for _, id := range r.PromptIDs {
			seen[id] = true
		}
		binary.Write(h, binary.BigEndian, r.PromptIDs)
	}
	if ids := slices.Sorted(maps.Keys(seen)); len(ids) != 10 || ids[0] != 1000 || ids[9] != 1009 {
		t.Errorf("ids %v, want 1000 to 1009", ids)
	}
	if got, want := hex.EncodeToString(h.Sum(nil)), "f4ab574924b04edc8ae594a6b84ebce52308c49eed11c4f5ae5eadb1ccb451af"; got != want {
		t.Errorf("the ids' hash is %s, want %s", got, want)
	}
}

// 10 ids make 10 prompts of one, all of which can be had.
func TestRandomIDsAreUnlike(t *testing.T) {
	f := fitter(t, tokenizer.IDs{From: 0, To: 10}, false)
	c := Case{InputLen: 1, Requests: 10, TokenIDs: true}
	all, _ := walkPrepared(t, Spec{Type: TypeRandom}, f, c)
	seen := map[uint32]bool{}
	for _, r := range all {
		seen[r.PromptIDs[0]] = true
	}
	if len(seen) != 10 {
		t.Errorf("%d prompts, want 10", len(seen))
	}
	c.Requests++
	if _, err := prepare(t, Spec{Type: TypeRandom}, f, c); err == nil || !strings.HasPrefix(err.Error(), "random: no prompt of 1 ids is left") {
		t.Errorf("an 11th prompt: %v", err)
	}
}

func TestRandomIDsFaults(t *testing.T) {
	f := fitter(t, tokenizer.IDs{From: 5, To: 10}, false)
	for _, tt := range []struct {
		spec Spec
		c    Case
		want string
	}{
		{Spec{Type: TypeRandom}, Case{InputLen: 1}, "tokenizer ids:5-10 knows no text: want prompt_token_ids: true"},
		{Spec{Type: TypeRandom}, Case{TokenIDs: true}, "random: input length 0: want at least 1 tokens"},
		{Spec{Type: TypeRandom, PrefixLen: 9}, Case{InputLen: 9, TokenIDs: true}, "dataset.prefix_len 9: want less than the input length 9: at most 8"},
		{Spec{Type: TypeSonnet}, Case{InputLen: 9, TokenIDs: true}, "tokenizer ids:5-10 knows no text: want dataset random with prompt_token_ids: true"},
		{Spec{Type: TypePrefixRepetition, Prefixes: 1, PrefixLen: 1}, Case{InputLen: 9, TokenIDs: true}, "tokenizer ids:5-10 knows no text: want dataset random"},
	} {
		if _, err := newCase(tt.spec, f, tt.c); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %s", tt.spec.Type, err, tt.want)
		}
	}
	empty := fitter(t, tokenizer.IDs{From: 5, To: 5}, false)
	if _, err := newCase(Spec{Type: TypeRandom}, empty, Case{InputLen: 1, TokenIDs: true}); err == nil || !strings.Contains(err.Error(), "has no ids") {
		t.Errorf("an empty range: %v", err)
	}
	if _, err := NewCounter(tokenizer.IDs{From: 5, To: 10}, true); !errors.Is(err, tokenizer.ErrNoText) {
		t.Errorf("chat: %v, want that it knows no text", err)
	}
}
