package runlog

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"llmsweep/metrics"
)

// What WriteRecords writes is read back, from beside the case file.
func TestWriteRecords(t *testing.T) {
	dir := t.TempDir()
	if err := WriteRecords(filepath.Join(dir, "out.json"), []metrics.Record{{ID: "a", OutputTokens: 3}, {ID: "b"}}); err != nil {
		t.Fatal(err)
	}
	if ids, err := recordIDs(filepath.Join(dir, "out.requests.jsonl.gz")); ids != "ab" || err != nil {
		t.Errorf("%q, %v; want both", ids, err)
	}
}

func TestReadRecords(t *testing.T) {
	const a, b = `{"id":"a","due":1,"queued":1,"end":2,"output_tokens":3}` + "\n", `{"id":"b","due":1,"queued":1,"end":2,"output_tokens":3}` + "\n"
	for _, tt := range []struct {
		name, text string
		ids        string
		fails      bool
	}{
		{"two lines", a + b, "ab", false},
		{"none", "", "", false},
		{"torn last line is dropped", a + b[:20], "a", false},
		{"last line whole but for its newline", a + b[:len(b)-1], "ab", false},
		{"damage before the end is an error", a + "{\"id\":\n" + b, "a", true},
		{"blank lines do not count", a + "\n\n" + b, "ab", false},
	} {
		for _, name := range []string{"x.jsonl", "x.jsonl.gz"} {
			path := filepath.Join(t.TempDir(), name)
			data := []byte(tt.text)
			if name == "x.jsonl.gz" {
				data = zipped(t, data)
			}
			if err := os.WriteFile(path, data, 0o644); err != nil {
				t.Fatal(err)
			}
			ids, err := recordIDs(path)
			if ids != tt.ids || (err != nil) != tt.fails {
				t.Errorf("%s, %s: %q, %v; want %q, an error: %v", tt.name, name, ids, err, tt.ids, tt.fails)
			}
		}
	}
	if _, err := recordIDs(filepath.Join(t.TempDir(), "none.jsonl")); err == nil {
		t.Error("a file that is not there gives no error")
	}
}

func TestReadRecordsCutGzip(t *testing.T) {
	whole := zipped(t, bytes.Repeat([]byte(`{"id":"a"}`+"\n"), 100))
	path := filepath.Join(t.TempDir(), "x.jsonl.gz")
	if err := os.WriteFile(path, whole[:len(whole)-6], 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := recordIDs(path); err == nil {
		t.Error("a compressed file without its end passes for whole")
	}
}

// recordIDs joins the ids of a file's records, up to the first error.
func recordIDs(path string) (ids string, err error) {
	for r, err := range ReadRecords(path) {
		if err != nil {
			return ids, err
		}
		ids += r.ID
	}
	return ids, nil
}

func zipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOpenAppendCutsTornLine(t *testing.T) {
	long := string(bytes.Repeat([]byte("x"), 10_000))
	for _, tt := range []struct{ before, want string }{
		{"", "new\n"},
		{"a\n", "a\nnew\n"},
		{"a\nb", "a\nnew\n"},
		{"torn", "new\n"},
		{"a\n" + long, "a\nnew\n"},
		{long + "\n", long + "\nnew\n"},
	} {
		path := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(path, []byte(tt.before), 0o644); err != nil {
			t.Fatal(err)
		}
		f, err := openAppend(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("new\n"); err != nil {
			t.Fatal(err)
		}
		f.Close()
		if got, _ := os.ReadFile(path); string(got) != tt.want {
			t.Errorf("%.20q: %.40q, want %.40q", tt.before, got, tt.want)
		}
	}
}

func TestRecordRoundTrip(t *testing.T) {
	d := openDir(t)
	begin(t, d, testCase())
	want := metrics.Record{
		ID: "r1", Due: 1, Queued: 2, Sent: 3, Arrivals: []int64{4, 5}, Lags: []int32{1, 2}, Tokens: []int32{1, 1},
		LastToken: 5, End: 6, OutputTokens: 2, PromptHash: 1<<64 - 1,
	}
	for mode, wantLen := range map[RecordsMode]int{RecordsFull: 2, RecordsCounts: 0} {
		w, err := d.NewCase(testCase(), mode)
		if err != nil {
			t.Fatal(err)
		}
		check(t, w.Append(&want), w.Finish(NewCaseFile(testCase(), testSummary(), testInfo())), w.Close())
		n := 0
		for got, err := range ReadRecords(filepath.Join(d.Path(), "bench_io256x128_mc4_np3.requests.jsonl.gz")) {
			check(t, err)
			n++
			if len(got.Arrivals) != wantLen || len(got.Lags) != wantLen || len(got.Tokens) != wantLen || got.PromptHash != want.PromptHash || got.End != 6 {
				t.Errorf("%s: %+v", mode, got)
			}
		}
		if n != 1 {
			t.Errorf("%s: %d records, want 1", mode, n)
		}
	}
	if len(want.Arrivals) != 2 {
		t.Error("the caller's record lost its arrivals")
	}
}
