package tokenizer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// tiny is a whole tokenizer.json: a, b, ab and the token <x>.
const tiny = `{"added_tokens":[{"id":3,"content":"<x>","special":true}],
"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}}`

func write(t *testing.T, text string, path ...string) string {
	t.Helper()
	whole := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(whole), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(whole, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return whole
}

func environment(pairs ...string) LoadOptions {
	return LoadOptions{Getenv: func(key string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == key {
				return pairs[i+1]
			}
		}
		return ""
	}}
}

func TestLoadOrder(t *testing.T) {
	dir := t.TempDir()
	path := write(t, tiny, dir, "folder", "tokenizer.json")
	hub := filepath.Join(dir, "home", "hub")
	model := filepath.Join(hub, "models--org--name")
	write(t, tiny, model, "snapshots", "abc", "tokenizer.json")
	write(t, strings.Replace(tiny, "<x>", "<y>", 1), model, "snapshots", "def", "tokenizer.json")
	write(t, "abc\n", model, "refs", "main")
	stale := filepath.Join(hub, "models--org--stale", "snapshots")
	write(t, tiny, stale, "old", "tokenizer.json")
	write(t, strings.Replace(tiny, "<x>", "<y>", 1), stale, "new", "tokenizer.json")
	if err := os.Chtimes(filepath.Join(stale, "old"), time.Time{}, time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, tt := range []struct {
		spec  string
		opts  LoadOptions
		token string // what id 3 is
	}{
		{path, LoadOptions{}, "<x>"},
		{filepath.Join(dir, "folder"), LoadOptions{}, "<x>"},
		{"./folder", LoadOptions{}, "<x>"},
		{"org/name", environment("HF_HUB_CACHE", hub, "HOME", "/nowhere"), "<x>"},
		{"org/name", environment("HF_HOME", filepath.Join(dir, "home")), "<x>"},
		{"org/stale", environment("HF_HUB_CACHE", hub), "<y>"},
	} {
		tok, err := Load(tt.spec, tt.opts)
		if err != nil {
			t.Errorf("%s: %v", tt.spec, err)
			continue
		}
		if tok.ID() != tt.spec || tok.Decode([]uint32{3}, false) != tt.token || tok.VocabSize() != 4 {
			t.Errorf("%s: ID %s, token 3 %q, VocabSize %d; want token %s, 4", tt.spec, tok.ID(), tok.Decode([]uint32{3}, false), tok.VocabSize(), tt.token)
		}
	}
}

func TestLoadNotFound(t *testing.T) {
	dir := t.TempDir()
	for spec, want := range map[string]string{
		"/nowhere/at/all":    "/nowhere/at/all",
		"./nowhere":          "nowhere",
		dir:                  "has no tokenizer.json",
		"org/name":           filepath.Join(dir, "models--org--name"),
		"name":               "no hub id",
		"../up":              "up",
		"builtin:llama":      "builtin:qwen3",
		"":                   "none is named",
		"org/../../etc/name": "no hub id",
	} {
		_, err := Load(spec, environment("HF_HUB_CACHE", dir))
		if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "builtin:qwen3") {
			t.Errorf("%q: error %v, want ErrNotFound with %q and the next step", spec, err, want)
		}
	}
}

// What cannot be followed exactly is refused by name.
func TestRefused(t *testing.T) {
	for _, tt := range []struct{ name, old, replacement, want string }{
		{"model", `"type":"BPE"`, `"type":"Bigram"`, `model "Bigram"`},
		{"normalizer", `"model"`, `"normalizer":{"type":"Sequence","normalizers":[{"type":"Odd"}]},"model"`, "normalizer Odd"},
		{"replace", `"model"`, `"normalizer":{"type":"Replace","pattern":{"Regex":"(?<=a)b"},"content":""},"model"`, "(?<=a)b"},
		{"first", `"model"`, `"normalizer":{"type":"Nmt"},"pre_tokenizer":{"type":"Metaspace","replacement":"▁","prepend_scheme":"first"},"model"`, "prepend_scheme first"},
		{"behavior", `"model"`, `"pre_tokenizer":{"type":"Punctuation","behavior":"MergedWithNext"},"model"`, "MergedWithNext"},
		{"bytes", `"type":"BPE"`, `"type":"WordLevel"},"pre_tokenizer":{"type":"ByteLevel"},"model":{"type":"WordLevel","unk_token":"a"`, "ByteLevel before a WordLevel"},
		{"regex", `"model"`, `"pre_tokenizer":{"type":"Split","pattern":{"Regex":"q+"},"behavior":"Isolated"},"model"`, `regex "q+"`},
		{"post-processor", `"model"`, `"post_processor":{"type":"Odd"},"model"`, "post_processor Odd"},
		{"decoder", `"model"`, `"decoder":{"type":"CTC"},"model"`, "decoder CTC"},
		{"suffix", `"type":"BPE"`, `"type":"BPE","end_of_word_suffix":"</w>"`, "end_of_word_suffix"},
		{"dropout", `"type":"BPE"`, `"type":"BPE","dropout":0.1`, "dropout"},
	} {
		s := source{id: tt.name, json: []byte(strings.Replace(tiny, tt.old, tt.replacement, 1))}
		_, err := s.open(LoadOptions{})
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "-tags hf") || !strings.Contains(err.Error(), "Unigram and WordLevel") || !strings.Contains(err.Error(), "ids:FROM-TO") {
			t.Errorf("%s: error %v, want one that names %s and -tags hf", tt.name, err, tt.want)
		}
	}
	for name, text := range map[string]string{
		"not JSON":       "{",
		"foreign merge":  strings.Replace(tiny, `"a b"`, `"a c"`, 1),
		"no space":       strings.Replace(tiny, `"a b"`, `"ab"`, 1),
		"id far too big": strings.Replace(tiny, `"ab":2`, `"ab":4000000000`, 1),
	} {
		s := source{id: name, json: []byte(text)}
		if _, err := s.open(LoadOptions{}); err == nil || errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: error %v, want a plain one", name, err)
		}
	}
}
