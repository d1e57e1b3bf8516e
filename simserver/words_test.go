package simserver

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"llmsweep/tokenizer"
)

// spm is a tokenizer.json as Llama 2 has: ▁ for a blank, and one before any text.
// It has 16 words with a blank before them: two letters of a to d, and e.
func spm(t *testing.T) tokenizer.Tokenizer {
	t.Helper()
	vocab, merges := map[string]int{"<unk>": 0, "▁": 1}, [][2]string{}
	add := func(token string) { vocab[token] = len(vocab) }
	for c := 'a'; c <= 'e'; c++ {
		add(string(c))
	}
	for _, a := range "abcd" {
		for _, b := range "abcd" {
			add(string(a) + string(b))
			add(string(a) + string(b) + "e")
			merges = append(merges, [2]string{string(a), string(b)})
		}
	}
	for i := range 16 {
		pair := merges[i][0] + merges[i][1]
		merges = append(merges, [2]string{pair, "e"})
	}
	for i := range 16 {
		word := merges[i][0] + merges[i][1] + "e"
		add("▁" + word)
		merges = append(merges, [2]string{"▁", word})
	}
	model, err := json.Marshal(map[string]any{"type": "BPE", "unk_token": "<unk>", "vocab": vocab, "merges": merges})
	if err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`{"added_tokens":[{"id":0,"content":"<unk>","special":true}],
"normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
"decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
"model":%s}`, model)
	path := filepath.Join(t.TempDir(), "tokenizer.json")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizer.Load(path, tokenizer.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// A tokenizer that puts a blank before a text has words all the same: a text of
// three of them, behind another, is three tokens more.
func TestWordsOfSentencePiece(t *testing.T) {
	tok := spm(t)
	words, err := ordinaryWords(tok)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, w := range words {
		texts = append(texts, w.text)
	}
	if len(words) != 16 || !slices.Contains(texts, " abe") {
		t.Errorf("words %q, want 16, as \" abe\"", texts)
	}
	head, _ := tok.Count("a", false)
	if n, err := tok.Count("a"+texts[0]+texts[1]+texts[2], false); err != nil || n != head+3 {
		t.Errorf("%d tokens behind %d, %v: want 3 more", n, head, err)
	}
}
