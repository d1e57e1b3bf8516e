package dataset

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// mixSpec is three scenarios with weights of 1, 2 and 4 in 7; in and out are
// their lengths.
func mixSpec() Spec {
	return Spec{Type: TypeMix, Scenarios: []Scenario{
		{Name: "chat", Weight: 1, InputLen: 12, OutputLen: 3, Dataset: Spec{Type: TypeRandom}},
		{Name: "search", Weight: 2, InputLen: 40, OutputLen: 5, Dataset: Spec{Type: TypeRandom, PrefixLen: 8}},
		{Name: "code", Weight: 4, InputLen: 25, OutputLen: 7, Dataset: Spec{Type: TypePrefixRepetition, Prefixes: 3, PrefixLen: 6}},
	}}
}

// csvRows writes a custom dataset of n rows: "a b", "a c" …, each of other words.
func csvRows(t testing.TB, n int) (path string) {
	t.Helper()
	b := []byte("prompt,output_tokens\n")
	for i := range n {
		b = fmt.Appendf(b, "%c %c,%d\n", 'a'+i/26, 'a'+i%26, i+1)
	}
	path = filepath.Join(t.TempDir(), "rows.csv")
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func byScenario(all []Request) map[string][]Request {
	parts := map[string][]Request{}
	for _, r := range all {
		parts[r.Scenario] = append(parts[r.Scenario], r)
	}
	return parts
}

// Worked out by hand: quotas n·w/Σw, rounded down, and the rest to the largest
// fractions.
func TestApportion(t *testing.T) {
	for _, tt := range []struct {
		n       int
		weights []float64
		want    []int
	}{
		{10, []float64{1, 2, 4}, []int{1, 3, 6}},                            // 1.43 2.86 5.71
		{7, []float64{1, 2, 4}, []int{1, 2, 4}},                             // exact
		{1, []float64{1, 2, 4}, []int{0, 0, 1}},                             // 0.14 0.29 0.57
		{2, []float64{1, 1, 1}, []int{1, 1, 0}},                             // of equal ones the first
		{10, []float64{0.1, 0.2, 0.7}, []int{1, 2, 7}},                      // not exact in binary
		{100, []float64{0.333, 0.333, 0.334}, []int{33, 33, 34}},            // 33.3 33.3 33.4
		{0, []float64{3, 1}, []int{0, 0}},                                   //
		{5, []float64{9}, []int{5}},                                         //
		{3, []float64{1e308, 1e308, 1e308}, []int{1, 1, 1}},                 // their sum overflows
		{1000003, []float64{1e-300, 1e-300}, []int{500002, 500001}},         //
		{9, []float64{47, 16, 15.8, 12, 6.1, 3.1}, []int{4, 2, 1, 1, 1, 0}}, // 4.23 1.44 1.42 1.08 0.549 0.279
	} {
		if got := apportion(tt.n, tt.weights); !slices.Equal(got, tt.want) {
			t.Errorf("%d by %v: %v, want %v", tt.n, tt.weights, got, tt.want)
		}
	}
	spec := mixSpec()
	if got := spec.ScenarioCounts(10); !slices.Equal(got, []int{1, 3, 6}) {
		t.Errorf("counts %v", got)
	}
}

func TestMix(t *testing.T) {
	tok := fake{letters: 26, merge: 5}
	spec := mixSpec()
	measured, warm := walkPrepared(t, spec, fitter(t, tok, false), Case{Requests: 100, Warmups: 10, Seed: 8, Name: "m", IDPrefix: "c-"})
	for _, part := range []struct {
		all  []Request
		id   string
		want map[string]int
	}{
		{measured, "c-", map[string]int{"chat": 14, "search": 29, "code": 57}}, // 14.29 28.57 57.14
		{warm, "c-w", map[string]int{"chat": 1, "search": 3, "code": 6}},
	} {
		changes := 0
		for i, r := range part.all {
			if want := fmt.Sprint(part.id, i); r.ID != want || r.Warmup != (part.id == "c-w") {
				t.Errorf("id %s, warm-up %v; want %s", r.ID, r.Warmup, want)
			}
			if i > 0 && r.Scenario != part.all[i-1].Scenario {
				changes++
			}
		}
		// Blocks would change twice; a shuffled order of these shares does so after 57 % of them.
		if changes < len(part.all)/3 {
			t.Errorf("%d requests with %d changes of the scenario: they are not shuffled", len(part.all), changes)
		}
		parts := byScenario(part.all)
		for _, s := range spec.Scenarios {
			if len(parts[s.Name]) != part.want[s.Name] {
				t.Errorf("%d of %s, want %d", len(parts[s.Name]), s.Name, part.want[s.Name])
			}
			for _, r := range parts[s.Name] {
				if got := sentTokens(t, tok, r.Prompt, false); got != s.InputLen || r.InputLen != got || r.PromptTokens != got || r.MaxTokens != s.OutputLen {
					t.Errorf("%s: %d tokens, %d asked for, %d out; want %d, %d", s.Name, got, r.InputLen, r.MaxTokens, s.InputLen, s.OutputLen)
				}
			}
		}
	}
}

// A scenario's prompts are those of its dataset alone, in their order: the others
// have no say in them.
func TestScenarioIsACaseOfItsOwn(t *testing.T) {
	f, spec := fitter(t, fake{letters: 26, merge: 5}, false), mixSpec()
	c := Case{Requests: 100, Warmups: 10, Seed: 8, Name: "m", Attempt: 2}
	measured, warm := walkPrepared(t, spec, f, c)
	counts, warmCounts := spec.ScenarioCounts(c.Requests), spec.ScenarioCounts(c.Warmups)
	for i, s := range spec.Scenarios {
		alone, aloneWarm := walkPrepared(t, s.Dataset, f, Case{
			InputLen: s.InputLen, OutputLen: s.OutputLen, Requests: counts[i], Warmups: warmCounts[i], Seed: CaseSeed(c.Seed, s.Name, 2),
		})
		if !slices.Equal(prompts(byScenario(measured)[s.Name]), prompts(alone)) || !slices.Equal(prompts(byScenario(warm)[s.Name]), prompts(aloneWarm)) {
			t.Errorf("%s: other prompts than alone", s.Name)
		}
	}
}

// Neither cores nor the buffer change the order or a prompt; the seed changes both.
func TestMixDependsOnTheSeedAlone(t *testing.T) {
	f := fitter(t, fake{letters: 26, merge: 5}, false)
	c := Case{Requests: 400, Warmups: 10, Seed: 8, Name: "m"}
	told := func(c Case) (lines []string) {
		measured, warm := walkPrepared(t, mixSpec(), f, c)
		for _, r := range append(measured, warm...) {
			lines = append(lines, r.ID+r.Scenario+r.Prompt)
		}
		return lines
	}
	want := told(c)
	small := c
	small.Buffer = 1
	if !slices.Equal(told(small), want) {
		t.Error("the buffer changed the prompts")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if !slices.Equal(told(c), want) {
		t.Error("the number of cores changed the prompts")
	}
	c.Seed++
	if other := told(c); slices.Equal(other[:20], want[:20]) {
		t.Error("two seeds gave one order")
	}
}

// Beyond the counted ones, warm-ups come by weight: 700 of them in 1 : 2 : 4, give
// or take 5 standard deviations of at most √(700/4).
func TestMixEndless(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	c := Case{Requests: 7, Warmups: 7, Seed: 4, Name: "m"}
	walk := func() []Request {
		p := ready(t, mixSpec(), f, c)
		return append(take(t, p.Endless(), 707), walkAll(t, p)...)
	}
	all := walk()
	seen := map[string]bool{}
	for _, r := range all {
		seen[r.Prompt] = true
	}
	if len(seen) != 714 {
		t.Errorf("%d of 714 prompts differ", len(seen))
	}
	parts := byScenario(all[7:707])
	for name, want := range map[string]float64{"chat": 100, "search": 200, "code": 400} {
		if n := len(parts[name]); math.Abs(float64(n)-want) > 66 {
			t.Errorf("%d of %s, want about %v", n, name, want)
		}
	}
	if !slices.Equal(prompts(walk()), prompts(all)) {
		t.Error("a second walk gave other prompts")
	}
}

// 26 letters make 26 prompts of one word: two scenarios of them share none.
func TestScenariosShareNoPrompt(t *testing.T) {
	f := fitter(t, fake{letters: 5}, false) // 30 words
	one := Scenario{Weight: 1, InputLen: 2, Dataset: Spec{Type: TypeRandom}}
	a, b := one, one
	a.Name, b.Name = "a", "b"
	measured, warm := walkPrepared(t, Spec{Type: TypeMix, Scenarios: []Scenario{a, b}}, f, Case{Requests: 20, Warmups: 10, Seed: 1})
	all := prompts(append(measured, warm...))
	slices.Sort(all)
	if n := len(slices.Compact(all)); n != 30 {
		t.Errorf("%d of 30 prompts differ", n)
	}
	_, err := prepare(t, Spec{Type: TypeMix, Scenarios: []Scenario{a, b}}, f, Case{Requests: 31})
	if err == nil || !strings.HasPrefix(err.Error(), "scenario ") || !strings.Contains(err.Error(), "no prompt of 2 tokens is left") {
		t.Errorf("31 of 30 prompts: %v", err)
	}
}

func TestMixFaults(t *testing.T) {
	ok := Scenario{Name: "a", Weight: 1, InputLen: 5, Dataset: Spec{Type: TypeRandom}}
	with := func(change func(*Scenario)) Scenario { s := ok; change(&s); return s }
	second := func(change func(*Scenario)) []Scenario {
		return []Scenario{ok, with(func(s *Scenario) { s.Name = "b"; change(s) })}
	}
	for _, tt := range []struct {
		scenarios []Scenario
		want      string
	}{
		{nil, "mix: dataset.scenarios is empty: want at least one, with name, weight and dataset"},
		{[]Scenario{ok, ok}, `mix: dataset.scenarios[1] a: name "a": want one that no other scenario has`},
		{second(func(s *Scenario) { s.Name = "" }), `mix: dataset.scenarios[1] : name "": want one that no other scenario has`},
		{second(func(s *Scenario) { s.Weight = 0 }), "mix: dataset.scenarios[1] b: weight 0: want a number above 0"},
		{second(func(s *Scenario) { s.Weight = math.NaN() }), "mix: dataset.scenarios[1] b: weight NaN: want a number above 0"},
		{second(func(s *Scenario) { s.Weight = math.Inf(1) }), "mix: dataset.scenarios[1] b: weight +Inf: want a number above 0"},
		{second(func(s *Scenario) { s.Share = -1 }), "mix: dataset.scenarios[1] b: concurrency_share -1: want 0 or more, of max_concurrency"},
		{second(func(s *Scenario) { s.Share = math.NaN() }), "mix: dataset.scenarios[1] b: concurrency_share NaN: want 0 or more, of max_concurrency"},
		{[]Scenario{with(func(s *Scenario) { s.Share = 0.7 }), with(func(s *Scenario) { s.Name, s.Share = "b", 0.4 })}, "mix: the scenarios' concurrency_share add up to 1.1: want at most 1"},
		{second(func(s *Scenario) { s.Dataset = Spec{Type: TypeMix, Scenarios: []Scenario{ok}} }), "mix: dataset.scenarios[1] b: a mix in a mix: want its scenarios in this one's list"},
		{second(func(s *Scenario) { s.Dataset = Spec{Type: TypeTrace, Replay: "times"} }), "mix: dataset.scenarios[1] b: a trace in a mix cannot keep its times: want replay: lengths"},
		{second(func(s *Scenario) { s.Dataset.Type = "poetry" }), "dataset.type poetry: there is no such dataset (scenario b)"},
		{second(func(s *Scenario) { s.InputLen = 1 }), "scenario b: random: input length 1: want at least 2 tokens, 1 for the special tokens and 1 for a word"},
	} {
		_, err := newCase(Spec{Type: TypeMix, Scenarios: tt.scenarios}, fitter(t, fake{letters: 26}, false), Case{Requests: 2})
		if err == nil || err.Error() != tt.want {
			t.Errorf("error %v, want %s", err, tt.want)
		}
	}
	both := second(func(s *Scenario) { s.Weight, s.Share = -1, -2 })
	if _, err := Open(Spec{Type: TypeMix, Scenarios: both}); err == nil || strings.Count(err.Error(), "scenarios[1] b") != 2 {
		t.Errorf("two faults at once: %v", err)
	}
}

// The 11 conversations of testdata/sharegpt.json are counted once, however many
// scenarios have them and whatever they ask of it.
func TestMixFitTellsProgress(t *testing.T) {
	forced := small
	forced.OutputLen = 6
	src, err := Open(Spec{Type: TypeMix, Scenarios: []Scenario{
		{Name: "a", Weight: 1, Dataset: small}, {Name: "b", Weight: 1, Dataset: forced}, {Name: "c", Weight: 1, Dataset: small},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var told []int
	last := 0
	if err := src.Fit(t.Context(), fitter(t, fake{letters: 26}, false), func(done, total int) { told, last = append(told, done), total }); err != nil {
		t.Fatal(err)
	}
	if want := []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}; !slices.Equal(told, want) || last != 11 {
		t.Errorf("progress %v of %d, want 1 to 11 of 11", told, last)
	}
}

// Images are chat's; a request keeps them in a mix.
func TestMixOfChats(t *testing.T) {
	f := fitter(t, fake{letters: 26}, true)
	spec := Spec{Type: TypeMix, Scenarios: []Scenario{
		{Name: "images", Weight: 1, InputLen: 9, OutputLen: 2, Dataset: Spec{Type: TypeRandomMM, Images: twoSizes}},
		{Name: "words", Weight: 3, InputLen: 9, OutputLen: 2, Dataset: Spec{Type: TypeRandom}},
	}}
	measured, _ := walkPrepared(t, spec, f, Case{Requests: 40, Seed: 1})
	parts := byScenario(measured)
	for name, want := range map[string][2]int{"images": {10, 2}, "words": {30, 0}} {
		if n := len(parts[name]); n != want[0] {
			t.Errorf("%d of %s, want %d", n, name, want[0])
		}
		for _, r := range parts[name] {
			if len(r.Images) != want[1] || r.PromptTokens != 9 {
				t.Errorf("%s: %d images, %d tokens; want %d, 9", name, len(r.Images), r.PromptTokens, want[1])
			}
		}
	}
}
