package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"llmsweep/tokenizer"
)

// A model is a real tokenizer that prompts are made for.
type model struct {
	name  string
	tok   tokenizer.Tokenizer
	words *Vocabulary
	chat  bool // it has a chat template
}

// models are the embedded tokenizer and those of the repository's testdata.
func models(t testing.TB) []model {
	t.Helper()
	ms, err := loadModels()
	if err != nil {
		t.Fatal(err)
	}
	return ms
}

// loadModels loads them once for all tests: it takes long.
var loadModels = sync.OnceValues(func() (ms []model, err error) {
	folder := filepath.Join("..", "testdata", "tokenizers")
	for _, m := range []model{
		{name: "builtin:qwen3", chat: true},
		{name: "deepseek_v3", chat: true},
		{name: "gptoss"},
	} {
		spec := m.name
		if !strings.HasPrefix(spec, "builtin:") {
			spec = filepath.Join(folder, m.name)
		}
		if m.tok, err = tokenizer.Load(spec, tokenizer.LoadOptions{}); err != nil {
			return nil, err
		}
		m.words, err = NewVocabulary(m.tok)
		if err != nil {
			return nil, err
		}
		ms = append(ms, m)
	}
	return ms, nil
})

func TestRealTokenizers(t *testing.T) {
	for _, m := range models(t) {
		v := m.words
		for _, chat := range []bool{false, true} {
			if chat && !m.chat {
				continue
			}
			t.Run(fmt.Sprintf("%s/chat=%v", m.name, chat), func(t *testing.T) {
				testExactLengths(t, v, chat)
				testFirstDraw(t, v, chat)
				if want := golden[m.name][chat]; want != "" {
					testGolden(t, v, chat, want)
					testGoldenKinds(t, fitterOf(t, v, chat))
				}
				testExactKinds(t, fitterOf(t, v, chat))
				testSharedPrefix(t, fitterOf(t, v, chat))
				testSonnetText(t, fitterOf(t, v, chat))
			})
		}
	}
}

// fitterOf is a fitter of v's words, counting prompts as sent.
func fitterOf(t testing.TB, v *Vocabulary, chat bool) *Fitter {
	t.Helper()
	c, err := NewCounter(v.tok, chat)
	if err != nil {
		t.Fatal(err)
	}
	return NewFitter(v, c)
}

// exactLengths are 1 to 64 tokens, powers of two and their neighbours up to
// 8,192, and some between; those below least are left out.
func exactLengths(least int) (ns []int) {
	add := func(n int) {
		if n >= least {
			ns = append(ns, n)
		}
	}
	for n := 1; n <= 64; n++ {
		add(n)
	}
	for p := 128; p <= 8192; p *= 2 {
		add(p - 1)
		add(p)
		add(p + 1)
	}
	rng := rand.New(rand.NewPCG(2026, 0))
	for range 8 {
		add(65 + rng.IntN(5000))
	}
	return ns
}

// Every prompt has exactly the tokens asked for, by a count of the prompt as
// sent that is not the generator's own.
func testExactLengths(t *testing.T, v *Vocabulary, chat bool) {
	t.Helper()
	for _, n := range exactLengths(fitter(t, v.tok, chat).Least()) {
		measured, _ := walkPrepared(t, Spec{Type: TypeRandom}, fitterOf(t, v, chat), Case{InputLen: n, Requests: 2, Seed: uint64(n)})
		for _, r := range measured {
			if got := sentTokens(t, v.tok, r.Prompt, chat); got != n {
				t.Errorf("%d tokens, want %d: %.80q", got, n, r.Prompt)
			}
		}
	}
}

// sentTokens counts a prompt as the server does, by the ids themselves.
func sentTokens(t testing.TB, tok tokenizer.Tokenizer, prompt string, chat bool) int {
	t.Helper()
	text := prompt
	if chat {
		var err error
		if text, err = tok.Chat([]tokenizer.Message{{Role: "user", Content: prompt}}); err != nil {
			t.Fatal(err)
		}
	}
	ids, err := tok.AppendIDs(nil, text, !chat)
	if err != nil {
		t.Fatal(err)
	}
	return len(ids)
}

// The words are chosen so that the first draw is nearly always right: repairs
// are for what slips through.
func testFirstDraw(t *testing.T, v *Vocabulary, chat bool) {
	t.Helper()
	const length, n = 512, 100
	f := fitter(t, v.tok, chat)
	exact := 0
	for i := range uint64(n) {
		if first, rest := f.pick(promptRand(1, i), length); sentTokens(t, v.tok, join(first, rest), chat) == length {
			exact++
		}
	}
	t.Logf("%d words; %d of %d first draws are exact", v.Size(), exact, n)
	if exact < 99 {
		t.Errorf("%d of %d first draws are exact, want 99", exact, n)
	}
}

// golden is the SHA-256 of all prompts of testGolden, each ended by a newline,
// by tokenizer and chat.
var golden = map[string]map[bool]string{"builtin:qwen3": {
	false: "8f128d6bde49fb82c311793e0ba29eb424d34d1fc201f65d48652c392d9fa771",
	true:  "52fab4002120533ec002acad0cdeacfdcbe5c5745bb3bc83c37a67f091de5987",
}}

// The same config and seed give the same bytes, on every machine and for ever:
// results of two versions are compared on the same prompts.
func testGolden(t *testing.T, v *Vocabulary, chat bool, want string) {
	t.Helper()
	measured, warm := walkPrepared(t, Spec{Type: TypeRandom}, fitterOf(t, v, chat), Case{InputLen: 100, Requests: 200, Warmups: 20, Seed: CaseSeed(0, "bench_io100x10_mc10_np200", 1)})
	h := sha256.New()
	for _, p := range prompts(append(measured, warm...)) {
		fmt.Fprintln(h, p)
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != want {
		t.Errorf("the prompts' hash is %s, want %s; the first is %.60q", got, want, measured[0].Prompt)
	}
}

// BenchmarkPrepare makes b.N prompts of 1,024 tokens: random ones for each
// tokenizer, the other synthetic datasets' for one.
func BenchmarkPrepare(b *testing.B) {
	for i, m := range models(b) {
		v := m.words
		for _, chat := range []bool{false, true} {
			if chat && !m.chat {
				continue
			}
			f := fitterOf(b, v, chat)
			benchPrepare(b, fmt.Sprintf("%s/chat=%v/random", m.name, chat), f, Spec{Type: TypeRandom})
			for _, k := range synthetic {
				if i == 0 && !chat {
					benchPrepare(b, fmt.Sprintf("%s/chat=%v/%s", m.name, chat, k.name), f, k.spec)
				}
			}
		}
	}
}

// benchPrepare makes b.N prompts of 1,024 tokens on one core, and on two.
func benchPrepare(b *testing.B, name string, f *Fitter, spec Spec) {
	for _, cores := range []int{1, 2} {
		b.Run(fmt.Sprintf("%s/cores=%d", name, cores), func(b *testing.B) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(cores))
			p, err := newCase(spec, f, Case{InputLen: 1024, OutputLen: 1, Requests: b.N})
			if err != nil {
				b.Fatal(err)
			}
			b.ResetTimer() // lines have been counted
			if err := p.Prepare(b.Context(), nil); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "prompts/s")
			b.ReportMetric(1024*float64(b.N)/b.Elapsed().Seconds(), "tokens/s")
		})
	}
}

// BenchmarkVocabulary scans a tokenizer's vocabulary for words.
func BenchmarkVocabulary(b *testing.B) {
	for _, m := range models(b) {
		b.Run(m.name, func(b *testing.B) {
			for b.Loop() {
				v, err := NewVocabulary(m.tok)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(v.Size()), "words")
			}
		})
	}
}
