package tokenizer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// testTokenizers holds real tokenizers, texts and the Rust library's ids.
var testTokenizers = filepath.Join("..", "testdata", "tokenizers")

// A sample is a text of the corpus.
type sample struct{ Source, Text string }

// An idsOf is the Rust library's ids of a sample.
type idsOf struct{ Plain, Special []uint32 }

func readLines[T any](t testing.TB, name string) []T {
	t.Helper()
	text, err := readGunzip(filepath.Join(testTokenizers, name))
	if err != nil {
		t.Fatal(err)
	}
	var all []T
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if len(all) == 0 || lines.Err() != nil {
		t.Fatalf("%s: %d lines, error %v", name, len(all), lines.Err())
	}
	return all
}

func load(t testing.TB, spec string) Tokenizer {
	t.Helper()
	tok, err := Load(spec, LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func encode(t testing.TB, tok Tokenizer, text string, special bool) []uint32 {
	t.Helper()
	ids, err := tok.AppendIDs(nil, text, special)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// bare is the tokenizer of a tokenizer.json text alone, without its config: the
// Rust library, which made the reference ids, does not read that.
func bare(t testing.TB, name string) Tokenizer {
	t.Helper()
	s := source{id: name}
	if name == "minilm" {
		var err error
		if s.json, err = readGunzip(filepath.Join(testTokenizers, name, "tokenizer.json.gz")); err != nil {
			t.Fatal(err)
		}
	} else {
		s.json = expand(t, filepath.Join(compactFolder(name), "tokenizer.compact.gz"))
	}
	tok, err := s.open(LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// Every id of the corpus is the Rust library's (PyPI tokenizers 0.23.3), and
// the ids decode to the text.
func TestReferenceIDs(t *testing.T) {
	corpus := readLines[sample](t, "corpus.jsonl.gz")
	for _, name := range []string{"qwen3", "deepseek_v3", "gptoss", "minilm"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tok := bare(t, name)
			reference := readLines[idsOf](t, name+".ids.jsonl.gz")
			if len(reference) != len(corpus) {
				t.Fatalf("%d reference ids for %d texts", len(reference), len(corpus))
			}
			for i, s := range corpus {
				if testing.Short() && i%5 != 0 {
					continue // the race detector is slow
				}
				for _, want := range []struct {
					special bool
					ids     []uint32
				}{{false, reference[i].Plain}, {true, reference[i].Special}} {
					got := encode(t, tok, s.Text, want.special)
					if !slices.Equal(got, want.ids) {
						at := differ(got, want.ids)
						t.Errorf("%s %d %.60q, special %v: at %d got %v, want %v", s.Source, i, s.Text, want.special, at, near(got, at), near(want.ids, at))
					}
					if n, err := tok.Count(s.Text, want.special); err != nil || n != len(want.ids) {
						t.Errorf("%s %d: Count = %d, %v; want %d", s.Source, i, n, err, len(want.ids))
					}
				}
				want := s.Text
				if name == "minilm" {
					continue // folds case and blanks; TestKinds holds the library's decoded texts
				}
				if name == "qwen3" {
					want = norm.NFC.String(want)
				}
				if got := tok.Decode(reference[i].Plain, false); got != want {
					t.Errorf("%s %d: decoded %.60q, want %.60q", s.Source, i, got, want)
				}
			}
		})
	}
}

// differ is the first index at which a and b are not equal.
func differ(a, b []uint32) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// near is what stands around index i.
func near(ids []uint32, i int) []uint32 { return ids[max(0, min(i-2, len(ids))):min(len(ids), i+5)] }

// What is built in, and what is stored compactly, gives the ids of the
// tokenizer.json it was made from, and decodes every id alike.
func TestCompactTokenizers(t *testing.T) {
	corpus := readLines[sample](t, "corpus.jsonl.gz")
	for name, spec := range map[string]string{
		"qwen3":       "builtin:qwen3",
		"deepseek_v3": filepath.Join(testTokenizers, "deepseek_v3"),
	} {
		t.Run(name, func(t *testing.T) {
			if testing.Short() && name != "qwen3" {
				t.Skip("short: one is enough")
			}
			t.Parallel()
			tok, want := load(t, spec), bare(t, name)
			for _, s := range corpus {
				if got, want := encode(t, tok, s.Text, false), encode(t, want, s.Text, false); !slices.Equal(got, want) {
					t.Errorf("%s %.60q: differs", s.Source, s.Text)
				}
			}
			if tok.VocabSize() != want.VocabSize() {
				t.Fatalf("VocabSize = %d, want %d", tok.VocabSize(), want.VocabSize())
			}
			for id := range uint32(tok.VocabSize()) {
				one := []uint32{id}
				if tok.Special(id) != want.Special(id) || tok.Decode(one, false) != want.Decode(one, false) {
					t.Errorf("id %d: %q, want %q", id, tok.Decode(one, false), want.Decode(one, false))
				}
			}
		})
	}
}

// deepseek_v3's tokenizer.json adds nothing; its config, of a Llama class, adds
// the BOS.
func TestConfigAddsBOS(t *testing.T) {
	tok := load(t, filepath.Join(testTokenizers, "deepseek_v3"))
	got := encode(t, tok, "Hello", true)
	if len(got) < 2 || tok.Decode(got[:1], false) != "<｜begin▁of▁sentence｜>" || !tok.Special(got[0]) {
		t.Errorf("special ids of Hello are %v, want the BOS first", got)
	}
	if got[1] != encode(t, tok, "Hello", false)[0] || strings.Contains(tok.Decode(got, true), "begin") {
		t.Errorf("ids %v decode to %q", got, tok.Decode(got, true))
	}
}
