package dataset

import (
	"cmp"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// described is a request without what the seed decides, in order of its prompt.
func described(all []Request) (rows []string) {
	for _, r := range all {
		extra, _ := json.Marshal(r.Extra)
		rows = append(rows, fmt.Sprintf("%q %v: %d, %d tokens in, %d out, %s", r.Prompt, r.Messages, r.InputLen, r.PromptTokens, r.MaxTokens, extra))
	}
	slices.Sort(rows)
	return rows
}

// The fake counts a token a word, or a byte of what is no word, and 1 (as a
// completion) or 2 (as a chat) around them.
func TestCustomRows(t *testing.T) {
	for _, tt := range []struct {
		path string
		chat bool
		tok  fake
		want []string
	}{
		{"testdata/custom.jsonl", false, fake{letters: 26}, []string{
			`"a b c" []: 4, 4 tokens in, 5 out, null`,
			`"d e" []: 3, 3 tokens in, 6 out, {"seed":9007199254740993,"stop":["\n"],"temperature":0.70,"user":null}`,
			`"f g" []: 3, 3 tokens in, 9 out, null`,
		}},
		{"testdata/custom.csv", true, fake{letters: 26}, []string{
			`"" [{system a} {user b c}]: 5, 5 tokens in, 7 out, {"temperature":true,"user":"x"}`,
			`"12" []: 5, 5 tokens in, 9 out, {"temperature":null}`,
			`"a b c" []: 5, 5 tokens in, 5 out, null`,
			`"d\ne" []: 6, 6 tokens in, 6 out, {"guided":{"regex":"a+"},"temperature":0.70,"user":"007"}`,
		}},
	} {
		f := fitter(t, tt.tok, tt.chat)
		all, _ := walkPrepared(t, Spec{Type: TypeCustom, Path: tt.path, OutputLen: 9}, f, Case{Requests: len(tt.want)})
		slices.Sort(tt.want)
		if got := described(all); !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n%s\nwant:\n%s", tt.path, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
		}
	}
}

// Without a template, messages are not counted: the server does that.
func TestCustomMessagesWithoutTemplate(t *testing.T) {
	path := rowsFile(t, "rows.jsonl", `{"messages": [{"role": "user", "content": "a"}], "output_tokens": 2}`)
	tok := fake{letters: 26, plain: true}
	c, _ := NewCounter(tok, true)
	all, _ := walkPrepared(t, Spec{Type: TypeCustom, Path: path}, NewFitter(vocabulary(t, tok), c), Case{Requests: 1})
	if got, want := described(all)[0], `"" [{user a}]: 0, 0 tokens in, 2 out, null`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// By real tokenizers rows count as they are sent, messages through the template;
// and the same file and seed give the same requests for ever.
func TestCustomGolden(t *testing.T) {
	tok := models(t)[0].tok
	for path, want := range map[string]string{
		"testdata/custom.jsonl": "0abb1236ea9e8bb67410b82e39dfa4f50fe1d8a7bc64c232f214fe52920bc383",
		"testdata/custom.csv":   "fea2d8d20d647ad1f980ef3b6ddac213c437a90ac3f41b6698e389e5456a7d87",
	} {
		chat := path == "testdata/custom.csv"
		c := Case{Name: "bench_custom_mc1_np2", Requests: 2, Warmups: 1, Seed: CaseSeed(0, "bench_custom_mc1_np2", 1)}
		measured, warm := walkPrepared(t, Spec{Type: TypeCustom, Path: path, OutputLen: 9}, fitter(t, tok, chat), c)
		h := sha256.New()
		for _, r := range append(measured, warm...) {
			got := 0
			if r.Messages == nil {
				got = sentTokens(t, tok, r.Prompt, chat)
			} else if text, err := tok.Chat(r.Messages); err != nil {
				t.Fatal(err)
			} else if ids, err := tok.AppendIDs(nil, text, false); err != nil {
				t.Fatal(err)
			} else {
				got = len(ids)
			}
			if got != r.InputLen || got != r.PromptTokens {
				t.Errorf("%s: %d tokens, want as said in %+v", path, got, r)
			}
			fmt.Fprintln(h, described([]Request{r})[0])
		}
		if got := fmt.Sprintf("%x", h.Sum(nil)); got != want {
			t.Errorf("%s: the requests' hash is %s, want %s", path, got, want)
		}
	}
}

// rowsFile writes a file of rows.
func rowsFile(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// Packed, with a byte order mark or CRLF, by its name or by the config, a file
// holds the same rows; its content is what lies on the disk.
func TestCustomFormats(t *testing.T) {
	jsonl := "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n"
	pack := func(text string) string {
		var b strings.Builder
		z := gzip.NewWriter(&b)
		z.Write([]byte(text))
		z.Close()
		return b.String()
	}
	for _, tt := range []struct{ name, format, text string }{
		{"rows.jsonl", "", jsonl},
		{"rows.jsonl.gz", "", pack(jsonl)},
		{"rows", "", strings.TrimSuffix(jsonl, "\n")},
		{"rows.csv", "jsonl", "\uFEFF" + strings.ReplaceAll(jsonl, "\n", "\r\n\r\n")},
		{"rows.CSV", "", "prompt\na\nb\n"},
		{"rows.csv.gz", "", pack("\uFEFFprompt\r\n\"a\"\r\n\"b\"")},
		{"rows.txt", "csv", " prompt ,x\n\na,\nb,\n"},
	} {
		spec := Spec{Type: TypeCustom, Path: rowsFile(t, tt.name, tt.text), Format: tt.format, OutputLen: 1}
		s, err := Open(spec)
		if err != nil {
			t.Errorf("%s %q: %v", tt.name, tt.text, err)
			continue
		}
		if want := fmt.Sprintf("%x", sha256.Sum256([]byte(tt.text))); s.Content() != want {
			t.Errorf("%s: content %s, want %s", tt.name, s.Content(), want)
		}
		all, _ := walkPrepared(t, spec, fitter(t, fake{letters: 26}, false), Case{Requests: 2})
		if ps := prompts(all); !slices.Equal(slices.Sorted(slices.Values(ps)), []string{"a", "b"}) {
			t.Errorf("%s: prompts %q, want a and b", tt.name, ps)
		}
	}
}

// Faults of a file, each at its line. Rows are JSONL unless the name says CSV.
func TestCustomFaults(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"", "", ":1: the file is empty: want a line a row"},
		{"", "\n\n", ":1: no rows: want a line a row"},
		{"", "a\x00b", ":1: binary data: want a line a row"},
		{"", "{\"prompt\":\"a\",\"output_len\":5}\n\n{\"prompt\":\"a\"", ":3: unexpected end of JSON input: want a line a row"},
		{"", "prompt,output_tokens\na,5\n", ":1: invalid character 'p' looking for beginning of value: want a line a row, {\"prompt\": \"…\", \"output_tokens\": 128} say, or a CSV file with such columns; of a CSV file, set dataset.format: csv"},
		{"", "[{\"prompt\":\"a\"}]\n", ":1: not a JSON object: want a line a row"},
		{"", "null\n", ":1: not a JSON object: want a line a row"},
		{"", "{\"text\":\"a\",\"id\":1}\n", ":1: no prompt or messages among its fields (id, text): want one of them"},
		{"", "{\"prompt\":\"a\",\"messages\":[]}\n", ":1: both prompt and messages: want one of them"},
		{"", "{\"prompt\":\"\"}\n", ":1: the prompt is empty: want some text"},
		{"", "{\"messages\":[]}\n", ":1: the prompt is empty: want some text"},
		{"", "{\"prompt\":[1,2]}\n", ":1: prompt is [1,2]: want a string"},
		{"", "{\"prompt\":\"a\",\"output_tokens\":\"5\"}\n", ":1: output_tokens is \"5\": want a whole number of tokens, at least 1"},
		{"", "{\"prompt\":\"a\",\"output_tokens\":0}\n", ":1: output_tokens is 0: want a whole number"},
		{"", "{\"prompt\":\"a\",\"output_len\":1.5}\n", ":1: output_len is 1.5: want a whole number"},
		{"", "{\"prompt\":\"a\",\"output_len\":1e99}\n", ":1: output_len is 1e99: want a whole number"},
		{"", "{\"prompt\":\"a\",\"output_len\":5,\"output_tokens\":5}\n", ":1: both output_tokens and output_len"},
		{"", "{\"prompt\":\"a\",\"output_len\":5}\n{\"prompt\":\"b\"}\n", ":2: no output_tokens: give the row some, or set dataset.output_len for all rows without"},
		{"", "{\"prompt\":\"a\",\"output_len\":5,\"max_tokens\":9}\n", ":1: max_tokens: use output_tokens, the output length asked for"},
		{"", "{\"prompt\":\"a\",\"output_len\":5}\n{\"prompt\":\"b\",\"output_len\":5,\"min_tokens\":null}\n", ":2: min_tokens: use output_tokens"},
		{"", "{\"prompt\":\"a\",\"output_len\":5,\"max_completion_tokens\":9}\n", ":1: max_completion_tokens: use output_tokens"},
		{"", "{\"prompt\":\"a\",\"output_len\":5,\"model\":1}\n", ":1: model: the request has its own, remove it from the row"},
		{"", "{\"prompt\":\"a\",\"output_len\":5,\"stream\":1}\n", ":1: stream: the request has its own, remove it from the row"},
		{"", "{\"prompt\":\"a\",\"output_len\":5,\"stream_options\":1}\n", ":1: stream_options: the request has its own, remove it from the row"},
		{"", "{\"prompt\":\"a\",\"output_len\":5,\"n\":1}\n", ":1: n: the request has its own, remove it from the row"},
		{"", "{\"prompt\":\"a\",\"output_len\":5,\"best_of\":1}\n", ":1: best_of: the request has its own, remove it from the row"},
		{"", "{\"prompt\":\"a\",\"messages\":null,\"output_len\":5,\"stream\":false}\n", ":1: stream: the request has its own"},
		{".csv", "prompt,output_len,n\na,5,\nb,5,2\n", ":3: n: the request has its own, remove it from the row"},
		{"", "{\"messages\":\"a\"}\n", ":1: messages is \"a\": want an array of {role, content}"},
		{"", "{\"messages\":[{\"role\":\"user\"}]}\n", ":1: messages[0]: want role and content, and nothing else"},
		{"", "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"},{\"role\":\"user\",\"content\":\"a\",\"name\":\"x\"}]}\n", ":1: messages[1]: want role and content, and nothing else"},
		{"", "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"" + strings.Repeat("é", 40) + "\"}]}]}\n", ":1: messages[0].content is [{\"type\":\"text\",\"text\":\"éééééééé…: want a string"},
		{"", "{\"messages\":[{\"role\":7,\"content\":\"a\"}]}\n", ":1: messages[0].role is 7: want a string"},
		{"", "{\"messages\":[null]}\n", ":1: messages[0]: want role and content"},
		{".csv", "\n\n", ":1: no rows: want a line a row"},
		{".csv", "prompt\n", ":1: no rows: want a line a row"},
		{".csv", "\ntext;id\na;1\n", ":2: no column prompt or messages: want one of them among text;id"},
		{".csv", ",prompt\n0,a\n", ":1: column 1 has no name: name it, or leave it out"},
		{".csv", "prompt,x,x\na,b,c\n", ":1: two columns are named x: want each once"},
		{".csv", "prompt,output_len\na,5\nb,5\nc\n", ":4: wrong number of fields: want as many cells as there are columns, and quotes in pairs"},
		{".csv", "prompt,output_len\n\"a\n\nb,5\n", ":4: extraneous or missing \" in quoted-field: want"},
		{".csv", "prompt,output_len\n\"a\n\",5\n,5\n", ":4: no prompt or messages among its fields (output_len): want one of them"},
		{".csv", "prompt,output_len\na,five\n", ":2: output_len is \"five\": want a whole number"},
		{".csv", "messages,output_len\nhello,5\n", ":2: messages is \"hello\": want an array of {role, content}"},
	} {
		path := rowsFile(t, "rows"+tt.name, tt.text)
		_, err := Open(Spec{Type: TypeCustom, Path: path})
		if err == nil || !strings.HasPrefix(err.Error(), path+tt.want) {
			t.Errorf("%q: %v, want %s%s", tt.text, err, path, tt.want)
		}
	}
	late := rowsFile(t, "late.jsonl", strings.Repeat("{\"prompt\":\"a\",\"output_len\":5}\n", 3000)+"{\"prompt\":\"\xff\"}\n")
	if _, err := Open(Spec{Type: TypeCustom, Path: late}); err == nil || !strings.HasPrefix(err.Error(), late+":3001: not UTF-8") {
		t.Errorf("bytes that are no text, far into a file: %v", err)
	}
	csv := rowsFile(t, "late.csv", "prompt,output_len\n"+strings.Repeat("a,5\n", 20000)+"\xff,5\n")
	if _, err := Open(Spec{Type: TypeCustom, Path: csv}); err == nil || !strings.HasPrefix(err.Error(), csv+":20002: prompt is not UTF-8: save the file as UTF-8") {
		t.Errorf("bytes that are no text, far into a CSV: %v", err)
	}
	if _, err := Open(Spec{Type: TypeCustom, Path: late, Format: "parquet"}); err == nil || err.Error() != "dataset.format parquet: want jsonl or csv" {
		t.Errorf("an unknown format: %v", err)
	}
}

// What only the run can tell: a completion has no messages, rows have their own
// lengths, and each is sent once.
func TestCustomCases(t *testing.T) {
	path := rowsFile(t, "rows.jsonl", "{\"prompt\":\"a\"}\n{\"prompt\":\"b\"}\n{\"prompt\":\"a\",\"seed\":1}\n")
	chat := rowsFile(t, "chat.jsonl", "{\"prompt\":\"a\"}\n{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}\n")
	f := fitter(t, fake{letters: 26}, false)
	spec := Spec{Type: TypeCustom, Path: path, OutputLen: 3}
	for _, tt := range []struct {
		path string
		c    Case
		want string
	}{
		{path, Case{Name: "two", Requests: 2}, ""},
		{path, Case{Name: "three", Requests: 2, Warmups: 1}, path + ": case three needs 3 rows (2 measured, 1 warm-up), and the file has 3 rows (2 distinct prompts), and all fit: ask for fewer prompts, or set dataset.allow_repeat: true"},
		{path, Case{InputLen: 5, Requests: 1}, "custom: input length 5: want none, the rows of " + path + " have their own"},
		{chat, Case{Requests: 1}, chat + ":2: messages want backend openai-chat: completions take a prompt"},
	} {
		spec.Path = tt.path
		_, err := prepare(t, spec, f, tt.c)
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.HasPrefix(err.Error(), tt.want)) {
			t.Errorf("%+v: %v, want %q", tt.c, err, tt.want)
		}
	}
	spec.Path, spec.AllowRepeat = path, true
	all, _ := walkPrepared(t, spec, f, Case{Requests: 7})
	byPrompt := slices.SortedFunc(slices.Values(prompts(all)), cmp.Compare[string])
	if n, _ := slices.BinarySearch(byPrompt, "b"); n < 4 || n > 5 {
		t.Errorf("prompts %q: want the row b 2 or 3 times of 7, and each of two rows a as often", byPrompt)
	}

	spec.AllowRepeat = false
	p := ready(t, spec, f, Case{Name: "endless", Requests: 1})
	n, last := 0, error(nil)
	for _, err := range p.Endless().Sessions() {
		if last = err; err != nil {
			break
		}
		n++
	}
	if want := path + ": no row is left that differs from all before it in case endless"; n != 1 || last == nil || !strings.HasPrefix(last.Error(), want) {
		t.Errorf("%d endless warm-ups, then %v; want 1, then %s…", n, last, want)
	}
}

func FuzzCustom(f *testing.F) {
	f.Add([]byte("{\"prompt\":\"a\",\"output_len\":1}\n{}\n"), false)
	f.Add([]byte("{\"messages\":[{\"role\":\"user\"}],\"x\":[{}]}"), false)
	f.Add([]byte("prompt,output_len\n\"a\nb\",1\nc\n"), true)
	f.Add([]byte("prompt,messages\r\n\r\n1,[]\n"), true)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text []byte, csv bool) {
		spec := Spec{Type: TypeCustom, Path: filepath.Join(dir, "rows.jsonl")}
		if csv {
			spec.Path = filepath.Join(dir, "rows.csv")
		}
		fuzzFile(t, spec, text)
	})
}
