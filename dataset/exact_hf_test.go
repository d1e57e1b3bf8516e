//go:build hf && cgo

package dataset

import (
	"path/filepath"
	"testing"

	"llmsweep/tokenizer"
)

// The Rust library counts the prompts that were made by the Go reader, and makes
// exact ones of its own for a WordPiece vocabulary, which only it can read.
func TestExactByRust(t *testing.T) {
	folder := func(name string) string { return filepath.Join("..", "testdata", "tokenizers", name) }
	for _, m := range models(t) {
		spec := m.name
		if m.name != "builtin:qwen3" {
			spec = folder(m.name)
		}
		v, lib := vocabulary(t, m.tok), loadRust(t, spec)
		for _, chat := range []bool{false, true} {
			if !chat || m.chat {
				testCount(t, m.name, v, chat, lib)
			}
		}
	}
	minilm := loadRust(t, folder("minilm"))
	testCount(t, "minilm", vocabulary(t, minilm), false, minilm)
}

func loadRust(t *testing.T, spec string) tokenizer.Tokenizer {
	t.Helper()
	lib, err := tokenizer.LoadHF(spec, tokenizer.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// testCount makes prompts of all lengths from v and has lib count them.
func testCount(t *testing.T, name string, v *Vocabulary, chat bool, lib tokenizer.Tokenizer) {
	t.Helper()
	for _, n := range exactLengths(fitter(t, v.tok, chat).Least()) {
		measured, _ := prepared(t, RandomConfig{Vocabulary: v, Chat: chat, InputLen: n, Requests: 2, Seed: uint64(n)})
		for _, r := range measured {
			if got := sentTokens(t, lib, r.Prompt, chat); got != n {
				t.Errorf("%s, chat %v: %d tokens by the Rust library, want %d: %.80q", name, chat, got, n, r.Prompt)
			}
		}
	}
}
