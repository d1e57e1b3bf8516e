package dataset

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Sums by awk over the files' columns.
func TestReadTraces(t *testing.T) {
	for _, tt := range []struct {
		file                         string
		rows, input, output, hashIDs int
		third, last                  traceRow      // at counted from the first row's
		length                       time.Duration // from first to last
		notes                        string
	}{
		{"mooncake.jsonl", 25, 36514, 1867, 87, traceRow{input: 602, output: 8, at: 350 * time.Millisecond},
			traceRow{input: 602, output: 0}, 25650*time.Millisecond + 500*time.Microsecond, "testdata/mooncake.jsonl: 1 of 25 rows have answers of 0 tokens: raised to 1"},
		{"azure.csv", 24, 12196, 1886, 0, traceRow{input: 396, output: 250, at: 10 * time.Second},
			traceRow{input: 879, output: 44}, 54*time.Second + 617283900, ""},
		{"burstgpt.csv", 17, 6549, 4742, 0, traceRow{input: 17, output: 95, at: 41 * time.Second},
			traceRow{input: 472, output: 230}, 326 * time.Second, "testdata/burstgpt.csv: 7 of 24 rows are of requests that failed, without an answer: left out"},
	} {
		tr, content, err := readTrace(Spec{Path: filepath.Join("testdata", tt.file)})
		if err != nil {
			t.Error(err)
			continue
		}
		input, output := 0, 0
		for _, r := range tr.rows {
			input += int(r.input)
			output += int(r.output)
		}
		if len(tr.rows) != tt.rows || input != tt.input || output != tt.output || len(tr.ids) != tt.hashIDs {
			t.Errorf("%s: %d rows, %d tokens in, %d out, %d hash ids; want %d, %d, %d, %d",
				tt.file, len(tr.rows), input, output, len(tr.ids), tt.rows, tt.input, tt.output, tt.hashIDs)
		}
		third := tr.rows[2]
		if third.at-tr.rows[0].at != tt.third.at || third.input != tt.third.input || third.output != tt.third.output {
			t.Errorf("%s: third row %+v, want %+v", tt.file, third, tt.third)
		}
		last := tr.rows[len(tr.rows)-1]
		if last.input != tt.last.input || last.output != tt.last.output || last.at-tr.rows[0].at != tt.length {
			t.Errorf("%s: last row %+v after %v, want %+v after %v", tt.file, last, last.at-tr.rows[0].at, tt.last, tt.length)
		}
		if got := strings.Join(tr.seen, "\n"); got != tt.notes {
			t.Errorf("%s: notes %q, want %q", tt.file, got, tt.notes)
		}
		text, _ := os.ReadFile(filepath.Join("testdata", tt.file))
		if sum := sha256.Sum256(text); content != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: content %s, want the file's SHA-256", tt.file, content)
		}
	}
}

// A file is what it looks like, packed or not; rows out of order are put in it.
func TestTraceForms(t *testing.T) {
	for _, tt := range []struct{ name, text, format, want string }{
		{"blank lines and no end of line", "\n{\"timestamp\":1,\"input_length\":3,\"output_length\":4}\n\n{\"timestamp\":2,\"input_length\":5,\"output_length\":6}", "", "[1ms 3 4] [2ms 5 6]"},
		{"out of order, stable", "{\"timestamp\":2,\"input_length\":1,\"output_length\":1}\n{\"timestamp\":1,\"input_length\":2,\"output_length\":2}\n{\"timestamp\":1,\"input_length\":3,\"output_length\":3}", "", "[1ms 2 2] [1ms 3 3] [2ms 1 1]"},
		{"a byte order mark and other columns", "\uFEFFTIMESTAMP,NumImages,ContextTokens,GeneratedTokens\n1970-01-01 00:00:01.5,2,10,20\n", "", "[1.5s 10 20]"},
		{"a zone", "TIMESTAMP,ContextTokens,GeneratedTokens\n1970-01-01 01:00:00.009930+01:00,10,20\n", "", "[9.93ms 10 20]"},
		{"sessions", "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n2.5,7,3.1,GPT-4,10,20,30,Conversation log\n", "", "[2.5s 10 20]"},
		{"format given", "Timestamp,Request tokens,Response tokens\n1,2,3\n", "burstgpt", "[1s 2 3]"},
	} {
		path := filepath.Join(t.TempDir(), "trace.gz")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		z := gzip.NewWriter(f)
		fmt.Fprint(z, tt.text)
		z.Close()
		f.Close()
		tr, _, err := readTrace(Spec{Path: path, Format: tt.format})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var got []string
		for _, r := range tr.rows {
			got = append(got, fmt.Sprint("[", r.at, " ", r.input, " ", r.output, "]"))
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, s, tt.want)
		}
	}
}

func TestTraceFaults(t *testing.T) {
	const burst = "Timestamp,Request tokens,Response tokens\n"
	for _, tt := range []struct{ text, want string }{
		{"", ":1: the file is empty: want a Mooncake trace"},
		{"\x00\x01", ":1: binary data: want a Mooncake trace"},
		{"hello\n", `:1: format "" is not known: want a Mooncake trace`},
		{"{\"timestamp\":1}\n", ":1: no input_length: want"},
		{"{\"timestamp\":1,\"input_length\":3}\n", ":1: no output_length: want"},
		{"\n{\"input_length\":3,\"output_length\":1}\n", ":2: no timestamp, in ms: add one, or set dataset.replay: lengths"},
		{"{\"timestamp\":-1,\"input_length\":3,\"output_length\":1}\n", ":1: timestamp -1: want 0 or more, in ms"},
		{"{\"timestamp\":1,\"input_length\":-3,\"output_length\":1}\n", ":1: an input of -3 tokens: want a whole number from 0 to 16777216"},
		{"{\"timestamp\":1,\"input_length\":3,\"output_length\":1.5}\n", ":1: an output of 1.5 tokens: want a whole number"},
		{"{\"timestamp\":1,\"input_length\":\"3\",\"output_length\":1}\n", ":1: input_length is of JSON type string: want numbers"},
		{"{\"timestamp\":1,\"input_length\":513,\"output_length\":1,\"hash_ids\":[1,2,3]}\n", ":1: 3 hash_ids for an input of 513 tokens: want at most 2, one for each 512 tokens"},
		{"{\"timestamp\":1,\"input_length\":3,\"output_length\":1}\n{", ":2: unexpected end of JSON input: want"},
		{"TIMESTAMP,ContextTokens\n", `:1: no column "GeneratedTokens" among ["TIMESTAMP" "ContextTokens"]: want`},
		{"TIMESTAMP,ContextTokens,GeneratedTokens\n", ":1: there are no requests in it: want"},
		{"TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16,1,1\n", `:2: TIMESTAMP "2023-11-16": want a date as 2023-11-16 18:15:46.6805900`},
		{"TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46,1\n", ":2: wrong number of fields: want as many cells as there are columns"},
		{burst + "1,2,3\nx,2,3\n", `:3: Timestamp "x": want a number of seconds`},
		{burst + "-1,2,3\n", ":2: Timestamp -1: want 0 or more, in s"},
		{burst + "NaN,2,3\n", ":2: Timestamp NaN: want 0 or more, in s"},
		{burst + "1,two,3\n", `:2: Request tokens "two": want a number of tokens`},
		{burst + "1,2,0\n", ":1: there are no requests in it: want"},
	} {
		path := filepath.Join(t.TempDir(), "trace")
		if err := os.WriteFile(path, []byte(tt.text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(Spec{Type: TypeTrace, Path: path}); err == nil || !strings.HasPrefix(err.Error(), path+tt.want) {
			t.Errorf("%q: error %v, want %s…", tt.text, err, tt.want)
		}
	}
	_, err := newCase(Spec{Type: TypeTrace, Path: "testdata/azure.csv"}, fitter(t, fake{letters: 26}, false), Case{Name: "bench_trace_mc1_np25", Requests: 25})
	if want := "testdata/azure.csv: case bench_trace_mc1_np25 needs 25 requests, and the trace has 24: ask for fewer prompts, or set dataset.allow_repeat: true to start it over"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// Whatever a file holds, it is a trace in order of time, or an error with its line.
func FuzzTrace(f *testing.F) {
	for _, name := range []string{"mooncake.jsonl", "azure.csv", "burstgpt.csv"} {
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text[:400])
	}
	f.Add([]byte("Timestamp,Request tokens,Response tokens\n1e300,2,3\n"))
	path := filepath.Join(f.TempDir(), "trace")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		tr, _, err := readTrace(Spec{Path: path})
		if err != nil {
			var line int
			if n, _ := fmt.Sscanf(strings.TrimPrefix(err.Error(), path), ":%d: ", &line); n != 1 || line < 1 || line > 1+strings.Count(string(text), "\n") {
				t.Errorf("error without its line: %v", err)
			}
			return
		}
		for i, r := range tr.rows {
			if r.at < 0 || r.input < 0 || r.output < 0 || i > 0 && r.at < tr.rows[i-1].at {
				t.Errorf("row %d: %+v", i, r)
			}
		}
	})
}
