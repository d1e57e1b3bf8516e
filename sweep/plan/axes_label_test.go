package plan

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
)

// Values are named shortly where that tells them apart.
func TestAxisLabels(t *testing.T) {
	long := strings.Repeat("x", maxLabel+1)
	for _, tt := range []struct{ values, want string }{
		{"[0, 0.7, -1]", "0 0.7 -1"},
		{"[org/a, org/b]", "a b"},
		{"[one/a, two/a]", "one-a two-a"},
		{"['http://h:1', 'http://h:2/']", "h-1 h-2"},
		{"['http://h:1/v1', 'http://g:1/v1']", "http-h-1-v1 http-g-1-v1"},
		{"[A, a]", "1 2"},            // one file on some systems
		{"[a, " + long + "]", "1 2"}, // too long for a name
		{"[sk-a, b]", "1 2"},         // a secret
		{"['é', b]", "1 2"},
		{"[[1], [2]]", "1 2"},
	} {
		v, faults := Env{}.document("v", []byte(tt.values)).Parse()
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		k := axisKey{path: "x", values: v.Items}
		if got := strings.Join(k.label(), " "); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.values, got, tt.want)
		}
	}
}

// No two cases have one name, whatever their values are spelled like.
func TestAxesNamesTwice(t *testing.T) {
	_, err := Parse("c.yaml", []byte(base+"matrix: {sampling.a: [1, 12], extra_body.b: [1, 2], sampling.a1: [3, 4]}\n"), testEnv(nil))
	if err != nil {
		t.Errorf("names that differ: %v", err)
	}
	long := "matrix:\n"
	for i := range 8 {
		long += fmt.Sprintf("  extra_body.a_rather_long_name_%d: [%s, b]\n", i, strings.Repeat("v", maxLabel-1))
	}
	_, err = Parse("c.yaml", []byte(base+long), testEnv(nil))
	if err == nil || !strings.Contains(err.Error(), "too long for a file; vary fewer keys at once") {
		t.Errorf("a name too long: %v", err)
	}
}

// What tells two mappings apart is shown as it is written, not as HTML has it.
func TestMappingsOfAnAxisAreShownAsWritten(t *testing.T) {
	c := parse(t, "matrix:\n  extra_body: [{stop: ['<|end|>', '&']}, {stop: ['>']}]\n")
	const want = `{"stop":["<|end|>","&"]}`
	if got := c.Cases()[0].Axes.More["extra_body"]; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Every key of the whole run is in the list of those that cannot vary, and cannot.
func TestRunKeysAreTold(t *testing.T) {
	text, err := os.ReadFile("../../docs/axes.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "**What can vary.**")
	list, _, _ = strings.Cut(list, "A key that the config does not have")
	told := strings.Fields(strings.NewReplacer("`", " ", ",", " ").Replace(list))
	for _, key := range runKeys {
		if !slices.Contains(told, key) {
			t.Errorf("docs/axes.md does not say that %s cannot vary", key)
		}
		if _, err := Parse("c.yaml", []byte(searchBase+"concurrency_prompts: [[1, 1]]\nmatrix: {"+key+": [1, 2]}\n"), testEnv(nil)); err == nil ||
			!strings.Contains(err.Error(), "belongs to the whole run") {
			t.Errorf("matrix of %s: %v", key, err)
		}
	}
}
