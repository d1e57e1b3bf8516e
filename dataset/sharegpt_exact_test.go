package dataset

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writeConversations writes a file of n conversations, the same ones for a seed: turns
// of 1 to most pieces of text, half of them words, half what tokenizers stumble
// over.
func writeConversations(t testing.TB, n, most int, seed uint64) (path string) {
	t.Helper()
	words := strings.Fields("the of and to model server request token latency write a function that returns list numbers please explain why sky is blue in Paris 2026")
	odd := []string{"naïve", "café", "你好，世界", "Привет", "👍🏽", "x != y;", "\n\n\t", "3.14159", "don't", "`fmt.Println(\"a\")`", "  ", "…", "こんにちは", "https://example.org/a?b=c", "<|im_end|>", "…\r\n"}
	rng := rand.New(rand.NewPCG(seed, 0))
	text := func() string {
		var b strings.Builder
		for range 1 + rng.IntN(most) {
			from := words
			if rng.IntN(2) == 0 {
				from = odd
			}
			b.WriteString(from[rng.IntN(len(from))])
			if rng.IntN(4) > 0 {
				b.WriteByte(' ')
			}
		}
		return b.String()
	}
	path = filepath.Join(t.TempDir(), "sharegpt.json")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	enc := json.NewEncoder(w)
	w.WriteString("[")
	for i := range n {
		if i > 0 {
			w.WriteString(",\n")
		}
		entry := map[string]any{"id": fmt.Sprint(i), "conversations": []turn{{"human", text()}, {"gpt", text()}, {"human", text()}, {"gpt", text()}}}
		if err := enc.Encode(entry); err != nil {
			t.Fatal(err)
		}
	}
	w.WriteString("]")
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	return path
}

// likeVLLM is a dataset with vLLM's bounds.
func likeVLLM(path string) Spec {
	return Spec{Type: TypeShareGPT, Path: path, MinPromptLen: 4, MinOutputLen: 4, MaxPromptLen: 1024, MaxTotalLen: 2048}
}

// By a count of the prompt as sent that is not the maker's own, each prompt has
// the tokens that it says: the text's own, or the length that it is cut to.
func TestShareGPTRealTokenizers(t *testing.T) {
	spec := likeVLLM(writeConversations(t, 300, 300, 1))
	for _, m := range models(t) {
		for _, chat := range []bool{false, true} {
			if chat && !m.chat {
				continue
			}
			f := fitter(t, m.tok, chat)
			s, err := Open(spec)
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Fit(t.Context(), f, nil); err != nil {
				t.Fatal(err)
			}
			plan := []Case{{Name: "own", Requests: 20}}
			for n := f.Least(); n < 64; n += 3 {
				plan = append(plan, Case{Name: fmt.Sprint(n), InputLen: n, OutputLen: 5, Requests: 4, Warmups: 1, Seed: uint64(n)})
			}
			for _, n := range []int{127, 128, 129, 255, 400} {
				plan = append(plan, Case{Name: fmt.Sprint(n), InputLen: n, OutputLen: 5, Requests: 4, Seed: uint64(n)})
			}
			if err := s.Plan(1, plan); err != nil {
				t.Fatal(err)
			}
			seen := map[string]string{}
			for _, c := range plan {
				p, err := s.Case(c)
				if err != nil {
					t.Fatal(err)
				}
				if err := p.Prepare(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
				for _, r := range append(walkAll(t, p), walkAll(t, p.Warmup())...) {
					if got := sentTokens(t, m.tok, r.Prompt, chat); got != r.InputLen || got != r.PromptTokens || c.InputLen > 0 && got != c.InputLen {
						t.Errorf("%s, chat %v: %d tokens, asked for %d: %.80q", m.name, chat, got, r.InputLen, r.Prompt)
					}
					if c.InputLen >= 40 && !beginsARow(s, r.Prompt[:len(r.Prompt)/2]) {
						t.Errorf("%s, chat %v: no row begins as %q does", m.name, chat, r.Prompt)
					}
					if other, sent := seen[r.Prompt]; sent && len(r.Prompt) > 20 {
						t.Errorf("%s, chat %v: cases %s and %s share a prompt: %.80q", m.name, chat, other, c.Name, r.Prompt)
					}
					seen[r.Prompt] = c.Name
				}
			}
		}
	}
}

func beginsARow(s *Source, head string) bool {
	return slices.ContainsFunc(s.kind.(*shareGPT).file.rows, func(e exchange) bool { return strings.HasPrefix(e.prompt, head) })
}

// The same file, config and seed give the same bytes, on every machine and for
// ever.
func TestShareGPTGolden(t *testing.T) {
	spec := likeVLLM(writeConversations(t, 300, 300, 1))
	tok := models(t)[0].tok
	for chat, want := range map[bool]string{
		false: "4587c3c74a218514275e154728542e4345cf781a25e08fcbe8974b90a973f7ba",
		true:  "c09fe9feafabdfef15124c972b575bbc25012b794e5ea150cb7cfc8fc80659b9",
	} {
		h := sha256.New()
		for _, c := range []Case{{Requests: 50, Warmups: 5}, {InputLen: 100, OutputLen: 7, Requests: 50, Warmups: 5}} {
			c.Seed = CaseSeed(0, "bench_sharegpt_mc10_np50", 1)
			measured, warm := walkPrepared(t, spec, fitter(t, tok, chat), c)
			for _, r := range append(measured, warm...) {
				fmt.Fprintln(h, r.Prompt, r.InputLen, r.MaxTokens)
			}
		}
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("chat %v: the prompts' hash is %s, want %s", chat, got, want)
		}
	}
}
