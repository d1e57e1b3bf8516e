package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
)

// synthetic are the datasets whose text needs no file, beside the plain random
// one; hash is that of testGoldenKind, by chat.
var synthetic = []struct {
	name string
	spec Spec
	hash map[bool]string
}{
	{"random+prefix", Spec{Type: TypeRandom, PrefixLen: 20}, map[bool]string{
		false: "e51791e9464d815724ec4711920587e8982fe952da21e395026642165347c2b7",
		true:  "2985da20c355dfb6985cebb1e6e46f845a3e2e4e27063648570ca8b4d6c62941",
	}},
	{"random+ratio", Spec{Type: TypeRandom, RangeRatio: Ratio{Input: 0.3, Output: 0.3}}, map[bool]string{
		false: "b1fc6fcca683a9cd7ea67d55aa6b5eb84977255015d81f742a7f44321d37036a",
		true:  "92af4f3dd6ef653d8da129242d3bcd59625630511a05895aa95598c7627c8a32",
	}},
	{"sonnet", Spec{Type: TypeSonnet}, map[bool]string{
		false: "08c33c2cdb2093250d17f07b7d5dfd12ca538da9cc6cc5f0b1c33beb0512271a",
		true:  "93745574a2504dd8a4cfd6896ea5144e39d6acf44e1f8a8fd13306c225854a6a",
	}},
	{"sonnet+prefix", Spec{Type: TypeSonnet, PrefixLen: 20}, map[bool]string{
		false: "d310e03cf473855f861ac1e536ce8d4ee144063e738c930a1f9a161c3c99464e",
		true:  "cd99f8df052d669f645ca7cd52819841c77ca705d99504f7d3d7c7c92715c7c3",
	}},
	{"prefix_repetition", Spec{Type: TypePrefixRepetition, PrefixLen: 20, Prefixes: 3}, map[bool]string{
		false: "0d0470e68c4da853efaf12fa7a4fbee421e3e4f0a298f47399366cb73da4e16f",
		true:  "56a258a4716e2e3e53ce19f4dc1864a433fbf30fa29a732a719119dd7e4a8e1a",
	}},
}

// fewLengths are 1 to 40 tokens, and some more up to about a thousand; those below
// least are left out.
func fewLengths(least int) (ns []int) {
	for _, n := range exactLengths(least) {
		if n <= 40 || n >= 127 && n <= 1025 {
			ns = append(ns, n)
		}
	}
	return ns
}

// Every prompt of the synthetic datasets has exactly the tokens that it says, and
// where lengths are not drawn those asked for.
func testExactKinds(t *testing.T, f *Fitter) {
	t.Helper()
	for _, k := range synthetic {
		for _, n := range fewLengths(f.Least() + k.spec.PrefixLen) {
			measured, _ := walkPrepared(t, k.spec, f, Case{InputLen: n, OutputLen: 5, Requests: 2, Seed: uint64(n)})
			for _, r := range measured {
				got := sentTokens(t, f.tok, r.Prompt, f.chat)
				if got != r.InputLen || got != r.PromptTokens || k.spec.RangeRatio.Input == 0 && got != n {
					t.Errorf("%s: %d tokens, asked %d of a case of %d, counted %d: %.80q", k.name, got, r.InputLen, n, r.PromptTokens, r.Prompt)
				}
			}
		}
	}
}

// testGoldenKinds holds the bytes of the synthetic datasets' prompts, and their
// lengths, as testGolden does for the plain random one.
func testGoldenKinds(t *testing.T, f *Fitter) {
	t.Helper()
	for _, k := range synthetic {
		measured, warm := walkPrepared(t, k.spec, f, Case{
			InputLen: 100, OutputLen: 10, Requests: 100, Warmups: 10, Seed: CaseSeed(0, "bench_io100x10_mc10_np100", 1),
		})
		h := sha256.New()
		for _, r := range append(measured, warm...) {
			fmt.Fprintln(h, r.InputLen, r.MaxTokens, r.Prompt)
		}
		if got, want := hex.EncodeToString(h.Sum(nil)), k.hash[f.chat]; got != want {
			t.Errorf("%s, chat %v: the prompts' hash is %s, want %s; the first is %.60q", k.name, f.chat, got, want, measured[0].Prompt)
		}
	}
}
