package dataset

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
)

// A mix of real datasets by a real tokenizer: each request is exact, and the order
// and the prompts are the same on every machine and for ever.
func TestMixGolden(t *testing.T) {
	tok := models(t)[0].tok
	spec := Spec{Type: TypeMix, Scenarios: []Scenario{
		{Name: "chat", Weight: 5, InputLen: 60, OutputLen: 20, Dataset: Spec{Type: TypeRandom}},
		{Name: "poems", Weight: 2, InputLen: 120, OutputLen: 30, Dataset: Spec{Type: TypeSonnet, PrefixLen: 40}},
		{Name: "agents", Weight: 3, InputLen: 90, OutputLen: 10, Dataset: Spec{Type: TypePrefixRepetition, Prefixes: 4, PrefixLen: 50}},
		{Name: "talk", Weight: 1, Dataset: Spec{Type: TypeShareGPT, Path: small.Path, MaxPromptLen: 1024, MaxTotalLen: 2048, AllowRepeat: true}},
		{Name: "replay", Weight: 1, Dataset: Spec{Type: TypeTrace, Path: "testdata/azure.csv", Replay: ReplayLengths}},
	}}
	for chat, want := range map[bool]string{
		false: "65d1a2eb015ce6c64c95c70904e3152d9ce8879dae4c70142d3ee590ce1aad1b",
		true:  "ba10f097f05a5d4dbbeef556ac2a42b7d25ffa27467ec3decbecf69541459ad6",
	} {
		measured, warm := walkPrepared(t, spec, fitter(t, tok, chat), Case{
			Requests: 100, Warmups: 20, Name: "bench_mix_mc10_np100", Seed: CaseSeed(0, "bench_mix_mc10_np100", 1), Attempt: 1,
		})
		lengths := map[string]int{"chat": 60, "poems": 120, "agents": 90} // the others have their own
		h := sha256.New()
		for _, r := range append(measured, warm...) {
			if got := sentTokens(t, tok, r.Prompt, chat); got != cmp.Or(lengths[r.Scenario], got) || r.InputLen != got {
				t.Errorf("%s: %d tokens, %d asked for; want %d", r.Scenario, got, r.InputLen, lengths[r.Scenario])
			}
			fmt.Fprintln(h, r.Scenario)
			if r.Scenario == "chat" { // the other datasets have hashes of their own
				fmt.Fprintln(h, r.Prompt)
			}
		}
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("chat %v: the prompts' hash is %s, want %s", chat, got, want)
		}
	}
}

// BenchmarkMix makes b.N prompts of 1,024 tokens in three scenarios.
func BenchmarkMix(b *testing.B) {
	f := fitter(b, models(b)[0].tok, false)
	spec := Spec{Type: TypeMix}
	for i, name := range []string{"a", "b", "c"} {
		spec.Scenarios = append(spec.Scenarios, Scenario{Name: name, Weight: float64(i + 1), InputLen: 1024, OutputLen: 1, Dataset: Spec{Type: TypeRandom}})
	}
	benchPrepare(b, "random", f, spec)
}
