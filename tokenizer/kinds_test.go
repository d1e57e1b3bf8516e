package tokenizer

import (
	"bytes"
	"encoding/json"
	"hash/crc32"
	"path/filepath"
	"slices"
	"testing"
)

// A kind is a tokenizer.json in parts, and what the Rust library (PyPI
// tokenizers 0.23.3) makes of the texts with it. See testdata/kinds/README.md.
type kind struct {
	Name, Model   string
	Tokenizer     map[string]json.RawMessage // all but the model
	Before, After []uint32                   // what special tokens add
	Rows          []struct {
		IDs              []uint32
		Decoded, Skipped uint32 // CRC-32 (IEEE) of the text, with special tokens and without
	}
}

// readKinds returns the kinds and the texts of their rows.
func readKinds(t testing.TB) ([]kind, []string) {
	t.Helper()
	var all struct {
		Corpus []int // indexes
		Texts  []string
		Kinds  []kind
	}
	unmarshal(t, filepath.Join("testdata", "kinds", "kinds.json.gz"), &all)
	corpus := readLines[sample](t, "corpus.jsonl.gz")
	var texts []string
	for _, i := range all.Corpus {
		texts = append(texts, corpus[i].Text)
	}
	return all.Kinds, append(texts, all.Texts...)
}

// wholeFiles puts the tokenizer.json of each kind together.
func wholeFiles(t testing.TB, kinds []kind) [][]byte {
	t.Helper()
	var parts struct {
		Charsmap string
		Models   map[string]json.RawMessage
	}
	unmarshal(t, filepath.Join("testdata", "kinds", "models.json.gz"), &parts)
	var minilm struct{ Model map[string]json.RawMessage }
	unmarshal(t, filepath.Join(testTokenizers, "minilm", "tokenizer.json.gz"), &minilm)
	parts.Models["minilm"] = marshal(t, minilm.Model)
	minilm.Model["max_input_chars_per_word"] = json.RawMessage("5")
	parts.Models["minilm-short"] = marshal(t, minilm.Model)
	var files [][]byte
	for _, k := range kinds {
		k.Tokenizer["model"] = parts.Models[k.Model]
		files = append(files, bytes.ReplaceAll(marshal(t, k.Tokenizer), []byte(`"@"`), []byte(`"`+parts.Charsmap+`"`)))
	}
	return files
}

func unmarshal(t testing.TB, path string, into any) {
	t.Helper()
	text, err := readGunzip(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

// WordPiece, Unigram and WordLevel with all the normalizers, pre-tokenizers,
// post-processors and decoders around them give the Rust library's ids and texts.
func TestKinds(t *testing.T) {
	kinds, texts := readKinds(t)
	files := wholeFiles(t, kinds)
	for i, k := range kinds {
		t.Run(k.Name, func(t *testing.T) {
			s := source{id: k.Name, json: files[i]}
			tok, err := s.open(LoadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(k.Rows) != len(texts) {
				t.Fatalf("%d rows for %d texts", len(k.Rows), len(texts))
			}
			for j, want := range k.Rows {
				got := encode(t, tok, texts[j], false)
				if !slices.Equal(got, want.IDs) {
					at := differ(got, want.IDs)
					t.Errorf("%d %.80q: at %d got %v, want %v", j, texts[j], at, near(got, at), near(want.IDs, at))
				}
				special := slices.Concat(k.Before, want.IDs, k.After)
				if got := encode(t, tok, texts[j], true); !slices.Equal(got, special) {
					t.Errorf("%d %.80q: special ids differ", j, texts[j])
				}
				if got := tok.Decode(want.IDs, false); crc32.ChecksumIEEE([]byte(got)) != want.Decoded {
					t.Errorf("%d %.80q: decodes to %.80q, which is not the library's", j, texts[j], got)
				}
				if got := tok.Decode(special, true); crc32.ChecksumIEEE([]byte(got)) != want.Skipped {
					t.Errorf("%d %.80q: decodes without special tokens to %.80q, which is not the library's", j, texts[j], got)
				}
			}
		})
	}
}
