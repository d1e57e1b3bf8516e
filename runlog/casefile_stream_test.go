package runlog

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// What streams is what is read whole, but for the arrays.
func TestReadCaseFigures(t *testing.T) {
	files, err := filepath.Glob("testdata/vllm/*.json")
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v; want 3", len(files), err)
	}
	for _, path := range append(files, "testdata/case.golden.json") {
		want, err := ReadCase(path)
		if err != nil {
			t.Fatal(err)
		}
		all, err := ReadCaseFigures(path)
		if err != nil || len(all) != 1 {
			t.Fatalf("%s: %d results, %v", path, len(all), err)
		}
		got := all[0]
		if want.Arrays != nil {
			if len(want.Arrays.ITLs) == 0 {
				t.Fatalf("%s has no arrays to leave out", path)
			}
			want.Arrays = &Arrays{InputLens: want.Arrays.InputLens, OutputLens: want.Arrays.OutputLens}
		}
		if diff := cmp.Diff(want, got, sameFloat); diff != "" {
			t.Errorf("%s (-whole +streamed):\n%s", path, diff)
		}
	}
}

func TestReadCaseFiguresFaults(t *testing.T) {
	const whole = `{"duration":1.0,"completed":1,"request_throughput":1.0,"itls":[[0.1,"]"],[]],"model_id":"a\"\\"}`
	for _, tt := range []struct{ name, text, want string }{
		{"whole", whole + "\n", ""},
		{"empty file", "", "cut short"},
		{"cut in a skipped array", whole[:68], "key itls: the file is cut short"},
		{"cut in a text", whole[:len(whole)-3], "key model_id: the file is cut short"},
		{"cut before the end", whole[:len(whole)-1], "cut short"},
		{"a list", "[1]", "not a result file"},
		{"another object", `{"a":1}`, "not a result file"},
		{"a second result", whole + "\n" + whole, ""},
		{"a second one that is cut", whole + "\n" + whole[:len(whole)-1], "result 2: the file is cut short"},
		{"a second one that is none", whole + `{"a":1}`, "result 2: not a result file"},
		{"a remark", whole + " x", "result 2: not a result file"},
		{"no comma", `{"duration":1.0 "completed":1}`, `'"' where a comma should be`},
		{"no colon", `{"duration" 1.0}`, "where a colon should be"},
		{"no key", `{1:2}`, "where a key should be"},
		{"no value", `{"duration":,"completed":1}`, "key duration"},
		{"a wrong type", `{"duration":"long"}`, "key duration"},
		{"an unknown key's value is no JSON", `{"mine":[1,}],"completed":1}`, "key mine: not JSON"},
	} {
		path := filepath.Join(t.TempDir(), "x.json")
		if err := os.WriteFile(path, []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadCaseFigures(path)
		if (err == nil) != (tt.want == "") || err != nil && !(strings.Contains(err.Error(), tt.want) && strings.Contains(err.Error(), path)) {
			t.Errorf("%s: %v, want %q and the path", tt.name, err, tt.want)
		}
	}
}

// However the bytes come, and with a buffer that is shorter than its texts, an
// object gives the keys and values that encoding/json finds.
func FuzzStreamKeys(f *testing.F) {
	f.Add(`{"a":"0123456789012345\\\"6789","b":[{"c":"]"},2,"\\"],"d":-1.5e3,"e":null}`)
	f.Add(`{ "\u0061" : {} , "b" : [ ] }`)
	f.Add(`{"aaaaaaaaaaaaa\\":"\\\\\\\\\\\\\\\\\\\\\\\\\""}`)
	f.Fuzz(func(t *testing.T, text string) {
		if !json.Valid([]byte(text)) || !strings.HasPrefix(strings.TrimSpace(text), "{") {
			t.Skip()
		}
		var want []string
		for key, raw := range objectKeys([]byte(text)) {
			want = append(want, fmt.Sprintf("%q %s", key, raw))
		}
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			var got []string
			for key, v := range streamKeys(bufio.NewReaderSize(r, 16), func(string) bool { return false }) {
				if v.err != nil {
					t.Fatalf("%q: %v", text, v.err)
				}
				got = append(got, fmt.Sprintf("%q %s", key, bytes.TrimSpace(v.raw)))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%q (-json +stream):\n%s", text, diff)
			}
		}
		for key, v := range streamKeys(bufio.NewReaderSize(strings.NewReader(text), 16), func(string) bool { return true }) {
			if v.err != nil || string(v.raw) != "null" {
				t.Errorf("%q: key %q is skipped as %s, %v", text, key, v.raw, v.err)
			}
		}
	})
}

// objectKeys is streamKeys by encoding/json: the top-level keys of a JSON object in
// order, and a nil value last when b is not one.
func objectKeys(b []byte) iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		d := json.NewDecoder(bytes.NewReader(b))
		if t, err := d.Token(); err != nil || t != json.Delim('{') {
			yield("", nil)
			return
		}
		for d.More() {
			t, err := d.Token()
			key, ok := t.(string)
			var raw json.RawMessage
			if err != nil || !ok || d.Decode(&raw) != nil {
				yield("", nil)
				return
			}
			if !yield(key, raw) {
				return
			}
		}
	}
}
