package dataset

import (
	"fmt"
	"os"
	"path/filepath"
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
