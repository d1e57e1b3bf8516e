package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mixedRows are how often each prompt is sent by which scenarios of a mix of two,
// dealt out in one case with 2 requests a row.
func mixedRows(t *testing.T, requests int, a, b Spec) (sent map[string][]string, err error) {
	t.Helper()
	measured, err := func() ([]Request, error) {
		p, err := prepare(t, Spec{Type: TypeMix, Scenarios: []Scenario{{Name: "a", Weight: 1, Dataset: a}, {Name: "b", Weight: 1, Dataset: b}}},
			fitter(t, fake{letters: 26}, a.Type == TypeConversation), Case{Name: "m", Requests: requests, Seed: 3})
		if err != nil {
			return nil, err
		}
		return walkAll(t, p), nil
	}()
	sent = map[string][]string{}
	for _, r := range measured {
		text := r.Prompt
		if r.Messages != nil {
			text = r.Messages[0].Content
		}
		sent[text] = append(sent[text], r.Scenario)
	}
	return sent, err
}

// Scenarios of one file whose datasets differ in a key, or that have it by two
// paths or as two copies, share its rows: none is sent by both.
func TestScenariosOfOneFile(t *testing.T) {
	path := csvRows(t, 20)
	copied := filepath.Join(t.TempDir(), "copy.csv")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(copied, text, 0o666); err != nil {
		t.Fatal(err)
	}
	custom := Spec{Type: TypeCustom, Path: path}
	forced, again, twin, longer := custom, custom, custom, custom
	forced.OutputLen = 7
	again.Path = filepath.Dir(path) + "/./" + filepath.Base(path)
	twin.Path = copied
	longer.AllowRepeat = true
	gpt := Spec{Type: TypeShareGPT, Path: small.Path, MaxPromptLen: 1024, MaxTotalLen: 2048}
	short := gpt
	short.OutputLen = 6
	for _, tt := range []struct {
		name     string
		a, b     Spec
		requests int
	}{
		{"output_len", custom, forced, 20},
		{"path", custom, again, 20},
		{"a copy", custom, twin, 20},
		{"allow_repeat, all its rows free", custom, longer, 20},
		{"sharegpt", gpt, short, 10},
	} {
		sent, err := mixedRows(t, tt.requests, tt.a, tt.b)
		if err != nil || len(sent) != tt.requests {
			t.Errorf("%s: %d of %d prompts differ: %v", tt.name, len(sent), tt.requests, err)
		}
	}
	// One that may repeat sends its own again, and none of the other's.
	sent, err := mixedRows(t, 36, longer, custom)
	if err != nil {
		t.Fatal(err)
	}
	for prompt, by := range sent {
		if list := fmt.Sprint(by); strings.Contains(list, "a") == strings.Contains(list, "b") {
			t.Errorf("%q is sent by %v", prompt, by)
		}
	}
	// Each of 18 rows is the second's, so 2 are left.
	if len(sent) != 20 {
		t.Errorf("%d rows were sent, want 20", len(sent))
	}
	if _, err := mixedRows(t, 40, longer, custom); err == nil || !strings.Contains(err.Error(),
		"case m/a needs 20 rows (20 measured, 0 warm-up), and the file has 20 rows, and all fit, other cases of the run taking 20 of these: take another file, or set dataset.allow_repeat: true for all scenarios of this one") {
		t.Errorf("all rows are another scenario's: %v", err)
	}
	if _, err := mixedRows(t, 22, custom, forced); err == nil || !strings.Contains(err.Error(), "needs 11 rows (11 measured, 0 warm-up), and the file has 20 rows, and all fit, other cases of the run taking 11 of these") {
		t.Errorf("22 of 20 rows: %v", err)
	}
}

// Of conversations that begin with the same first turn one is sent, unless rows
// may be.
func TestConversationsThatBeginAlike(t *testing.T) {
	one := `{"conversations":[{"from":"human","value":"%s"},{"from":"gpt","value":"c"},{"from":"human","value":"%s"},{"from":"gpt","value":"c"}]}`
	path := rowsFile(t, "talk.json", "["+fmt.Sprintf(one, "a", "b")+","+fmt.Sprintf(one, "a", "c")+","+fmt.Sprintf(one, "d", "e")+"]")
	spec := Spec{Type: TypeConversation, Path: path, Turns: [2]int{2, 2}}
	f := fitter(t, fake{letters: 26}, true)
	walk := func(requests int) (firsts map[string]int, err error) {
		p, err := prepare(t, spec, f, Case{Name: "c", Requests: requests})
		if err != nil {
			return nil, err
		}
		firsts = map[string]int{}
		for _, one := range talks(t, p, p.sessions, polite) {
			firsts[one.requests[0].Messages[0].Content]++
		}
		return firsts, nil
	}
	if firsts, err := walk(4); err != nil || firsts["a"] != 1 || firsts["d"] != 1 {
		t.Errorf("first turns %v, %v; want a and d, once each", firsts, err)
	}
	want := path + ": case c needs 6 requests (6 measured, 0 warm-up), and the file has 3 conversations (2 distinct prompts): all have 2 answered turns or more (turns): ask for fewer prompts"
	if _, err := walk(6); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("three sessions of two different ones: %v", err)
	}
	spec.AllowRepeat = true
	if firsts, err := walk(6); err != nil || firsts["a"] != 2 || firsts["d"] != 1 {
		t.Errorf("with allow_repeat: first turns %v, %v; want a twice", firsts, err)
	}
}

// What a file has is said with how many of its prompts differ.
func TestTooFewDistinctPrompts(t *testing.T) {
	for _, tt := range []struct{ rows, want string }{
		{strings.Repeat("{\"prompt\":\"a\",\"output_tokens\":1}\n", 30), "case c needs 2 rows (2 measured, 0 warm-up), and the file has 30 rows (1 distinct prompt), and all fit: ask for fewer prompts, or set dataset.allow_repeat: true"},
		{"{\"prompt\":\"a\",\"output_tokens\":1}\n{\"prompt\":\"a\",\"output_tokens\":2,\"seed\":5}\n", "and the file has 2 rows (1 distinct prompt), and all fit: "},
		{"{\"prompt\":\"a\",\"output_tokens\":1}\n", "and the file has 1 row, and all fit: "},
	} {
		_, err := prepare(t, Spec{Type: TypeCustom, Path: rowsFile(t, "rows.jsonl", tt.rows)}, fitter(t, fake{letters: 26}, false), Case{Name: "c", Requests: 2})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

// Two scenarios of one file, in two cases, with lengths of the rows' own: each row
// is sent once in the run. A scenario that may repeat its rows takes nothing from
// another's promise.
func TestMixDealsRows(t *testing.T) {
	rows := Spec{Type: TypeCustom, Path: csvRows(t, 60)}
	spec := Spec{Type: TypeMix, Scenarios: []Scenario{
		{Name: "a", Weight: 1, Dataset: rows}, {Name: "b", Weight: 1, Dataset: rows},
		{Name: "words", Weight: 2, InputLen: 9, OutputLen: 2, Dataset: Spec{Type: TypeRandom}},
	}}
	src, err := Open(spec)
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Fit(t.Context(), fitter(t, fake{letters: 26}, false), nil); err != nil {
		t.Fatal(err)
	}
	plan := []Case{{Name: "one", Requests: 60, Warmups: 8, Seed: 1}, {Name: "two", Requests: 48, Warmups: 4, Seed: 2}}
	if err := src.Plan(7, plan); err != nil {
		t.Fatal(err)
	}
	sent, lengths := map[string]int{}, map[int]int{}
	for _, c := range plan {
		p, err := src.Case(c)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Prepare(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		for _, r := range append(walkAll(t, p), walkAll(t, p.Warmup())...) {
			if r.Scenario != "words" {
				sent[r.Prompt]++
				lengths[r.MaxTokens]++
			}
		}
	}
	if len(sent) != 60 || len(lengths) != 60 {
		t.Errorf("%d rows with %d output lengths were sent, want 60, each once", len(sent), len(lengths))
	}
	plan[1].Requests = 52 // 15 + 15 + 2 + 2, 13 + 13 + 1 + 1: 62
	err = src.Plan(7, plan)
	if err == nil || !strings.Contains(err.Error(), "case two/b needs 14 rows (13 measured, 1 warm-up)") {
		t.Errorf("62 of 60 rows: %v", err)
	}
	if src.Content() == "" || src.Content() == src.kind.(*mix).of[0].Content() {
		t.Errorf("content %q, want a hash of the file's", src.Content())
	}
}

// A case that no plan has dealt rows to gets them as if it were alone.
func TestMixWithoutAPlan(t *testing.T) {
	rows := Spec{Type: TypeCustom, Path: csvRows(t, 30), AllowRepeat: true}
	spec := Spec{Type: TypeMix, Scenarios: []Scenario{
		{Name: "a", Weight: 1, Dataset: rows}, {Name: "b", Weight: 2, Dataset: rows}, {Name: "words", Weight: 1, InputLen: 2, Dataset: Spec{Type: TypeRandom}},
	}}
	f := fitter(t, fake{letters: 5}, false)
	measured, warm := walkPrepared(t, spec, f, Case{Name: "alone", Requests: 80, Warmups: 20})
	parts := byScenario(append(measured, warm...))
	if len(parts["a"]) != 25 || len(parts["b"]) != 50 || len(parts["words"]) != 25 {
		t.Errorf("%d, %d and %d requests, want 25, 50, 25", len(parts["a"]), len(parts["b"]), len(parts["words"]))
	}
	words := prompts(parts["words"])
	slices.Sort(words)
	if n := len(slices.Compact(words)); n != 25 {
		t.Errorf("%d of 25 random prompts differ, though another scenario alone may repeat its rows", n)
	}
}
