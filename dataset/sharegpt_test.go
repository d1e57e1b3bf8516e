package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// small are bounds for the file in testdata, in the fake's tokens: a word each,
// and BOS.
var small = Spec{Type: TypeShareGPT, Path: "testdata/sharegpt.json", MinPromptLen: 4, MinOutputLen: 4, MaxPromptLen: 8, MaxTotalLen: 14}

// Which conversations are taken was worked out by hand from their words. The
// columns are the prompt, its tokens as sent, and the output length.
func TestShareGPTFilter(t *testing.T) {
	type row struct {
		prompt        string
		input, output int
	}
	forced := small
	forced.OutputLen = 6
	loose := Spec{Type: TypeShareGPT, Path: small.Path, MaxPromptLen: 1024, MaxTotalLen: 2048}
	own := []row{{"a b c", 4, 4}, {"a b c d e f g", 8, 6}, {"b b b b", 5, 4}, {"c c c c", 5, 5}, {"f f f f", 5, 4}, {"é é", 7, 5}}
	for _, tt := range []struct {
		name string
		spec Spec
		chat bool
		want []row
	}{
		{"the answers' lengths", small, false, own},
		{"a chat's have one token more around them", small, true, []row{{"a b c", 5, 4}, {"a b c d e f g", 9, 6}, {"b b b b", 6, 4}, {"c c c c", 6, 5}, {"f f f f", 6, 4}, {"é é", 8, 5}}},
		{"a forced length", forced, false, []row{{"a b c", 4, 6}, {"a b d", 4, 6}, {"a b c d e f g", 8, 6}, {"b b c d e f g", 8, 6}, {"b b b b", 5, 6}, {"c c c c", 5, 6}, {"f f f f", 5, 6}, {"é é", 7, 6}}},
		{"no least lengths", loose, false, append([]row{{"a b", 3, 4}, {"a b d", 4, 3}, {"a b c d e f g h", 9, 4}, {"b b c d e f g", 8, 7}}, own...)},
	} {
		f := fitter(t, fake{letters: 26}, tt.chat)
		all, _ := walkPrepared(t, tt.spec, f, Case{Requests: len(tt.want)})
		var got []row
		for _, r := range all {
			got = append(got, row{r.Prompt, r.InputLen, r.MaxTokens})
			if r.PromptTokens != r.InputLen {
				t.Errorf("%s: %+v: want one count of the prompt", tt.name, r)
			}
		}
		byPrompt := func(a, b row) int { return strings.Compare(a.prompt, b.prompt) }
		slices.SortFunc(got, byPrompt)
		slices.SortFunc(tt.want, byPrompt)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		_, err := prepare(t, tt.spec, f, Case{Name: "one-more", Requests: len(tt.want), Warmups: 1})
		have := fmt.Sprintf("of its 11 conversations (10 distinct prompts) only %d have", len(tt.want))
		if len(tt.want) == 10 {
			have = "the file has 11 conversations (10 distinct prompts): all have"
		}
		if want := fmt.Sprintf("testdata/sharegpt.json: case one-more needs %d conversations (%d measured, 1 warm-up), and %s a first turn of %d to %d tokens (min_prompt_len, max_prompt_len), ",
			len(tt.want)+1, len(tt.want), have, tt.spec.MinPromptLen, tt.spec.MaxPromptLen); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: one prompt more: %v, want %s", tt.name, err, want)
		}
	}
}

// Cut to a length, prompts are the beginnings of those that are long enough:
// with BOS, 6 tokens are the first 5 words. Two of these texts begin alike.
func TestShareGPTCut(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	measured, warm := walkPrepared(t, small, f, Case{InputLen: 6, OutputLen: 3, Requests: 3, Warmups: 1, Seed: 3})
	heads := map[string]int{}
	seen := map[string]bool{}
	for _, r := range append(measured, warm...) {
		if got := sentTokens(t, f.tok, r.Prompt, false); got != 6 || r.InputLen != 6 || r.PromptTokens != 6 || r.MaxTokens != 3 || seen[r.Prompt] {
			t.Errorf("%+v: want another prompt of 6 tokens, 3 out; it counts %d", r, got)
		}
		seen[r.Prompt] = true
		heads[strings.Fields(r.Prompt)[0]]++
	}
	if heads["a"] != 2 || heads["b"] != 1 || heads["é"] != 1 {
		t.Errorf("prompts begin with %v: want two with a, one with b and é each", heads)
	}
	if _, err := prepare(t, small, f, Case{InputLen: 1, OutputLen: 3, Requests: 1}); err == nil || !strings.HasPrefix(err.Error(), "sharegpt: input length 1: want at least 2 tokens") {
		t.Errorf("an input length that no prompt can have: %v", err)
	}
}

// A warm-up by time goes on with rows that it sent before, their ends mended.
func TestShareGPTEndless(t *testing.T) {
	f := fitter(t, fake{letters: 26}, false)
	p := ready(t, small, f, Case{Requests: 4, Warmups: 1, Seed: 3})
	seen := map[string]bool{}
	for _, r := range append(walkAll(t, p), take(t, p.Endless(), 100)...) {
		if got := sentTokens(t, f.tok, r.Prompt, false); seen[r.Prompt] || got != r.InputLen {
			t.Errorf("%q of %d tokens, said to be %d: want a prompt not sent before", r.Prompt, got, r.InputLen)
		}
		seen[r.Prompt] = true
	}
}

// Faults of a file, each at its line.
func TestShareGPTFaults(t *testing.T) {
	dir := t.TempDir()
	for i, tt := range []struct{ text, want string }{
		{"", ":1: the file is empty: want a ShareGPT file"},
		{"\n \n", ":3: the file ends in the middle of its JSON: was it cut short?"},
		{"{\"id\": 1}\n", ":1: not an array: want a ShareGPT file"},
		{"\n\n7", ":3: not an array: want a ShareGPT file"},
		{"[]", ":1: no conversation has a human's turn and a model's answer: want a ShareGPT file"},
		{"[\n{},\n{\"conversations\": [{\"from\": \"gpt\", \"value\": \"a\"}]}]", ":1: no conversation has a human's turn"},
		{"[\n{},\n\n{\"conversations\":\n [{\"from\" \"gpt\"}]}]", `:5: invalid character '"' after object key: want a ShareGPT file`},
		{"[\n{}\n{}]", ":3: expected comma after array element: want a ShareGPT file"},
		{"[\n{},\n", ":3: the file ends in the middle of its JSON: was it cut short?"},
		{"[\n{},\n{\"conversations\": [{\"from", ":3: the file ends in the middle of its JSON: was it cut short?"},
		{"[\n{},\n{\"conversations\":\n{}}]", ":4: conversations is of JSON type object: want an array"},
		{"[\n{},\n{\"conversations\":\n[\n{\"value\": 5}]}]", ":5: conversations.value is of JSON type number: want a string"},
		{"[\n{},\n\"text\"]", ":3: a conversation is of JSON type string: want an object"},
		{"[{}]\n[]", ":2: more follows the array: want a ShareGPT file"},
		{"PAR1\x00\x15\x04", ":1: binary data: want a ShareGPT file"},
		{"[{}]\xff\xfe", ":1: binary data: want a ShareGPT file"},
		{"\x1f\x8b\x08 no archive", ":1: "},
	} {
		path := filepath.Join(dir, fmt.Sprint(i, ".json"))
		if err := os.WriteFile(path, []byte(tt.text), 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := Open(Spec{Type: TypeShareGPT, Path: path})
		if err == nil || !strings.HasPrefix(err.Error(), path+tt.want) {
			t.Errorf("%q: %v, want %s%s", tt.text, err, path, tt.want)
		}
	}
	if _, err := Open(Spec{Type: TypeShareGPT, Path: dir + "/none.json"}); err == nil || err.Error() != "dataset.path: open "+dir+"/none.json: no such file or directory" {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := Open(Spec{Type: TypeShareGPT, Path: dir}); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("a folder: %v", err)
	}
}

func FuzzShareGPT(f *testing.F) {
	f.Add([]byte(`[{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}]`))
	f.Add([]byte("[\n{\"conversations\": 1},\n\n{]"))
	f.Add([]byte("\x1f\x8b"))
	f.Add([]byte("\uFEFF[{}\n,{}"))
	path := filepath.Join(f.TempDir(), "fuzz.json")
	f.Fuzz(func(t *testing.T, text []byte) { fuzzFile(t, Spec{Type: TypeShareGPT, Path: path}, text) })
}

// fuzzFile opens text as a dataset's file: a fault has the path and one of its
// lines, and what is not a fault has rows.
func fuzzFile(t *testing.T, spec Spec, text []byte) {
	if err := os.WriteFile(spec.Path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := Open(spec)
	if err == nil {
		return
	}
	after, found := strings.CutPrefix(err.Error(), spec.Path+":")
	line := 0
	if _, scanErr := fmt.Sscanf(after, "%d: ", &line); !found || scanErr != nil || line < 1 {
		t.Errorf("%q: %v: want %s:LINE: first", text, err, spec.Path)
	}
	packed := len(text) > 1 && text[0] == 0x1f && text[1] == 0x8b
	if most := 1 + strings.Count(string(text), "\n"); line > most && !packed {
		t.Errorf("%q: %v: it has %d lines", text, err, most)
	}
}
