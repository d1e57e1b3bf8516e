//go:build hf && cgo

package tokenizer

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The Rust library gives the reference ids, live, and the Go reader the same.
func TestRustParity(t *testing.T) {
	corpus := readLines[sample](t, "corpus.jsonl.gz")
	for name, spec := range map[string]string{
		"qwen3":       "builtin:qwen3",
		"deepseek_v3": filepath.Join(testTokenizers, "deepseek_v3"),
		"gptoss":      filepath.Join(testTokenizers, "gptoss"),
		"minilm":      filepath.Join(testTokenizers, "minilm"),
	} {
		t.Run(name, func(t *testing.T) {
			lib, err := LoadHF(spec, LoadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			tok := load(t, spec)
			if _, pure := tok.(*native); !pure {
				t.Fatalf("Load gave a %T, want the Go reader", tok)
			}
			if tok.VocabSize() != lib.VocabSize() || tok.Hash() != lib.Hash() {
				t.Errorf("VocabSize, Hash = %d, %s; by the Rust library %d, %s", tok.VocabSize(), tok.Hash(), lib.VocabSize(), lib.Hash())
			}
			compared := 0
			for i, reference := range readLines[idsOf](t, name+".ids.jsonl.gz") {
				text := corpus[i].Text
				if strings.ContainsRune(text, 0) {
					continue // refused, see TestRustRefusesNUL
				}
				compared++
				got := encode(t, lib, text, false)
				if !slices.Equal(got, reference.Plain) {
					t.Errorf("%s %d %.60q: the Rust library differs from the reference", corpus[i].Source, i, text)
				}
				if !slices.Equal(got, encode(t, tok, text, false)) {
					t.Errorf("%s %d %.60q: differs", corpus[i].Source, i, text)
				}
				if a, b := encode(t, lib, text, true), encode(t, tok, text, true); !slices.Equal(a, b) {
					t.Errorf("%s %d %.60q: special differs: %v, %v", corpus[i].Source, i, text, a, b)
				}
				if a, b := lib.Decode(got, true), tok.Decode(got, true); a != b {
					t.Errorf("%s %d: decodes to %.60q, by the Rust library %.60q", corpus[i].Source, i, b, a)
				}
			}
			if compared < 700 {
				t.Errorf("only %d texts compared", compared)
			}
		})
	}
}

func TestRustRefusesNUL(t *testing.T) {
	lib, err := LoadHF("builtin:qwen3", LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lib.Count("ab\x00cd", false); err == nil || !strings.Contains(err.Error(), "offset 2") {
		t.Errorf("error %v, want one that names offset 2", err)
	}
}

// Broken UTF-8 means the same on both roads.
func TestRustInvalidUTF8(t *testing.T) {
	lib, err := LoadHF("builtin:qwen3", LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tok := load(t, "builtin:qwen3")
	for _, text := range []string{"a\xff\xfeb", "\xe2\x82", "x\xf0\x9f\x98y", "\xed\xa0\x80", "\xc0\xaf", "\xf4\x90\x80\x80", "\xe2\x28\xa1"} {
		if a, b := encode(t, lib, text, false), encode(t, tok, text, false); !slices.Equal(a, b) {
			t.Errorf("%q: %v, by the Rust library %v", text, b, a)
		}
	}
}

// The Rust library of this build, live, agrees on the kinds too; it is older than
// the one that made the stored ids.
func TestRustKinds(t *testing.T) {
	kinds, texts := readKinds(t)
	files := wholeFiles(t, kinds)
	for i, k := range kinds {
		t.Run(k.Name, func(t *testing.T) {
			s := source{id: k.Name, json: files[i]}
			lib, err := s.openHF(LoadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			tok, err := s.open(LoadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for j, text := range texts {
				if strings.ContainsRune(text, 0) {
					continue
				}
				a, err := lib.AppendIDs(nil, text, false)
				if b := encode(t, tok, text, false); err != nil || !slices.Equal(a, b) {
					t.Errorf("%d %.80q: %v, by the Rust library %v, %v", j, text, b, a, err)
				}
			}
		})
	}
}
