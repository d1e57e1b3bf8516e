//go:build hf && cgo

package dataset

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"llmsweep/tokenizer"
)

// The Rust library counts the prompts that were made by the Go reader: every
// dataset that takes a length, all lengths from 1 to 64, powers of two and their
// neighbours up to 32,768, and 200 more drawn evenly by their logarithm.
func TestExactByRust(t *testing.T) {
	folder := func(name string) string { return filepath.Join("..", "testdata", "tokenizers", name) }
	for _, m := range models(t) {
		spec := m.name
		if m.name != "builtin:qwen3" {
			spec = folder(m.name)
		}
		lib := loadRust(t, spec)
		v := vocabulary(t, m.tok)
		for _, chat := range []bool{false, true} {
			if chat && !m.chat {
				continue
			}
			f := fitter(t, m.tok, chat)
			f.words = v
			for _, s := range specsWithLength(t, chat) {
				t.Run(fmt.Sprintf("%s/chat=%v/%s", m.name, chat, s.name), func(t *testing.T) {
					exactAs(t, f, s.spec, lib, manyLengths(f.Least(), 200))
				})
			}
			t.Run(fmt.Sprintf("%s/chat=%v/trace", m.name, chat), func(t *testing.T) {
				exactTrace(t, f, lib, manyLengths(f.Least(), 200))
			})
		}
	}
	minilm := loadRust(t, folder("minilm"))
	exactAs(t, fitter(t, minilm, false), Spec{Type: TypeRandom}, minilm, manyLengths(3, 20))
}

func loadRust(t *testing.T, spec string) tokenizer.Tokenizer {
	t.Helper()
	lib, err := tokenizer.LoadHF(spec, tokenizer.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// manyLengths are the lengths of the proof that are not below least.
func manyLengths(least, seeded int) (ns []int) {
	for n := 1; n <= 64; n++ {
		ns = append(ns, n)
	}
	for p := 128; p <= 32768; p *= 2 {
		ns = append(ns, p-1, p, p+1)
	}
	rng := rand.New(rand.NewPCG(2026, 5))
	for range seeded {
		ns = append(ns, int(math.Exp(rng.Float64()*math.Log(32768))))
	}
	return slices.DeleteFunc(ns, func(n int) bool { return n < least })
}

type namedSpec struct {
	name string
	spec Spec
}

// specsWithLength are the datasets that are told a prompt's length by a case.
func specsWithLength(t *testing.T, chat bool) []namedSpec {
	t.Helper()
	conversations := filepath.Join(t.TempDir(), "sharegpt.json")
	writeShareGPT(t, conversations)
	specs := []namedSpec{
		{"random", Spec{Type: TypeRandom}},
		{"random+prefix", Spec{Type: TypeRandom, PrefixLen: 20}},
		{"sonnet", Spec{Type: TypeSonnet}},
		{"sonnet+prefix", Spec{Type: TypeSonnet, PrefixLen: 20}},
		{"prefix_repetition", Spec{Type: TypePrefixRepetition, Prefixes: 2, PrefixLen: 20}},
		{"sharegpt", Spec{Type: TypeShareGPT, Path: conversations, AllowRepeat: true}},
	}
	if chat {
		specs = append(specs,
			namedSpec{"conversation", Spec{Type: TypeConversation, Turns: [2]int{1, 1}}},
			namedSpec{"random_mm", Spec{Type: TypeRandomMM, Images: ImageSpec{Count: 1, Sizes: [][2]int{{8, 8}}, Format: "png"}}})
	}
	return specs
}

// writeShareGPT writes two conversations whose first turns, of many scripts and
// kinds of text, are longer than any length asked for.
func writeShareGPT(t *testing.T, path string) {
	t.Helper()
	var text strings.Builder
	for i := 0; text.Len() < 400_000; i++ {
		fmt.Fprintf(&text, "%d. Naïve café: 你好，世界！ Привет, мир… 👍🏽 x²+y² = %d;\r\n\tif (a[%d] != \"b\") { return; } // what's that? ", i, i*i, i)
	}
	var all []map[string]any
	for i := range 2 {
		all = append(all, map[string]any{"id": fmt.Sprint(i), "conversations": []map[string]string{
			{"from": "human", "value": fmt.Sprint(i, " ") + text.String()},
			{"from": "gpt", "value": "Certainly, here is an answer of some length."},
		}})
	}
	doc, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, doc, 0o644); err != nil {
		t.Fatal(err)
	}
}

// exactAs makes a prompt of each length and has lib count them.
func exactAs(t *testing.T, f *Fitter, spec Spec, lib tokenizer.Tokenizer, lengths []int) {
	t.Helper()
	src, err := Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Fit(t.Context(), f, nil); err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, n := range lengths {
		if spec.PrefixLen > 0 && n < spec.PrefixLen+f.Least() {
			continue // no room for the prefix: a config error
		}
		p, err := src.Case(Case{Name: fmt.Sprint(n), InputLen: n, OutputLen: 1, Requests: 1, Seed: uint64(n)})
		if err != nil {
			t.Fatalf("%d tokens: %v", n, err)
		}
		if err := p.Prepare(t.Context(), nil); err != nil {
			t.Fatalf("%d tokens: %v", n, err)
		}
		for s, err := range p.Sessions() {
			if err != nil {
				t.Fatal(err)
			}
			r, _, _ := s.Next("")
			checked += exactly(t, lib, f.Chat(), r, n)
		}
	}
	t.Logf("%d prompts of %d lengths", checked, len(lengths))
}

func exactly(t *testing.T, lib tokenizer.Tokenizer, chat bool, r Request, n int) int {
	t.Helper()
	prompt := r.Prompt
	if len(r.Messages) == 1 {
		prompt = r.Messages[0].Content
	}
	if got := sentTokens(t, lib, prompt, chat); got != n || r.PromptTokens != n {
		t.Errorf("%d tokens by the Rust library, %d by ours, want %d: %.80q", got, r.PromptTokens, n, prompt)
	}
	return 1
}

// exactTrace has the lengths in a trace, in blocks that requests share.
func exactTrace(t *testing.T, f *Fitter, lib tokenizer.Tokenizer, lengths []int) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "trace.jsonl")
	var rows strings.Builder
	for i, n := range lengths {
		var ids []string
		for b := range (n + 511) / 512 {
			ids = append(ids, fmt.Sprint(b+1000*(i%3)))
		}
		fmt.Fprintf(&rows, "{\"timestamp\": %d, \"input_length\": %d, \"output_length\": 1, \"hash_ids\": [%s]}\n", i, n, strings.Join(ids, ", "))
	}
	if err := os.WriteFile(path, []byte(rows.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	p := ready(t, Spec{Type: TypeTrace, Path: path, Replay: "lengths", Speed: 1}, f, Case{Name: "trace", Requests: len(lengths), Seed: 1})
	i := 0
	for s, err := range p.Sessions() {
		if err != nil {
			t.Fatal(err)
		}
		r, _, _ := s.Next("")
		i += exactly(t, lib, f.Chat(), r, lengths[i])
	}
	if i != len(lengths) {
		t.Errorf("%d prompts of the trace, want %d", i, len(lengths))
	}
}
