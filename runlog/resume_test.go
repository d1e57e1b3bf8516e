package runlog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A case whose hash is another now is run again. What was measured before is kept
// aside, and so it is when the run is killed before the new file is there.
func TestChangedCaseKeepsItsOldFile(t *testing.T) {
	d := openDir(t)
	c := Case{Name: "bench_a", Hash: "old", Attempt: 1}
	begin(t, d, c)
	finish(t, d, c, StatusMeasured)
	old := sums(t, d.Path(), []string{"bench_a.json", "bench_a.requests.jsonl.gz"})

	d = reopen(t, d)
	c.Hash, c.Attempt = "new", 2
	_, err := d.NewCase(c, RecordsFull) // and killed
	check(t, err)
	d = reopen(t, d)
	entries, err := d.Entries()
	check(t, err)
	if e := entries[c.Name]; e.Hash != "new" || e.Status != StatusStarted {
		t.Errorf("killed while it ran again: %+v", e)
	}
	c.Attempt = 3
	finish(t, d, c, StatusMeasured)

	aside := filepath.Join(d.Path(), ".run", "aside")
	want := []string{"bench_a.attempt1.json", "bench_a.attempt1.requests.jsonl.gz", "bench_a.attempt2.requests.jsonl"}
	if diff := cmp.Diff(want, names(t, aside)); diff != "" {
		t.Errorf("aside (-want +got):\n%s", diff)
	}
	for name, sum := range sums(t, aside, want[:2]) {
		if sum != old[strings.Replace(name, ".attempt1", "", 1)] {
			t.Errorf("%s is not what was measured", name)
		}
	}
	f, err := ReadCase(filepath.Join(d.Path(), "bench_a.json"))
	if err != nil || f.Case.Hash != "new" || f.Case.Attempt != 3 {
		t.Errorf("the case's file: %v, %v; want the new hash", f, err)
	}
	if entries, err := d.Entries(); err != nil || entries[c.Name].Hash != "new" || entries[c.Name].Status != StatusMeasured {
		t.Errorf("entries: %v, %v", entries, err)
	}
}

// Whoever reads a damaged file is told which, and why.
func TestDamagedFilesAreNamed(t *testing.T) {
	d := openDir(t)
	c := Case{Name: "bench_a", Hash: "h", Attempt: 1}
	begin(t, d, c)
	finish(t, d, c, StatusMeasured)
	path := filepath.Join(d.Path(), "bench_a.json")
	whole, err := os.ReadFile(path)
	check(t, err)
	for _, tt := range []struct{ text, why string }{
		{string(whole[:len(whole)/2]), "unexpected end of JSON input"},
		{"", "unexpected end of JSON input"},
		{strings.Replace(string(whole), `"completed": 2`, `"completed": "2"`, 1), "key completed: \"2\", want a whole number"},
		{"\x00\x00", "invalid character '\\x00'"},
	} {
		write(t, path, tt.text)
		if _, err := ReadCase(path); err == nil || !strings.Contains(err.Error(), "reading "+path+": "+tt.why) {
			t.Errorf("%.20q: %v; want the path and %s", tt.text, err, tt.why)
		}
	}
	records := filepath.Join(d.Path(), "bench_a.requests.jsonl.gz")
	write(t, records, "this is no gzip file")
	if _, err := recordIDs(records); err == nil || !strings.Contains(err.Error(), "reading "+records+": gzip: invalid header") {
		t.Errorf("records: %v; want the path and why", err)
	}
	lines := filepath.Join(d.Path(), "bench_a.requests.jsonl")
	write(t, lines, "{}\n{\n{}\n")
	if _, err := recordIDs(lines); err == nil || !strings.Contains(err.Error(), "reading "+lines+":2: ") {
		t.Errorf("records: %v; want the path and line 2", err)
	}
	// To remove the file is the way out: the case is then missing.
	check(t, os.Remove(path))
	if entries, err := d.Entries(); err != nil || entries[c.Name].Status != StatusMissing {
		t.Errorf("entries: %v, %v; want the case missing", entries, err)
	}
}

// A results folder can be renamed between two runs.
func TestRenamedFolder(t *testing.T) {
	d := openDir(t)
	a, b := Case{Name: "bench_a", Hash: "h", Attempt: 1}, Case{Name: "bench_b", Hash: "h", Attempt: 1}
	begin(t, d, a, b)
	finish(t, d, a, StatusMeasured)
	check(t, d.Close())
	renamed := d.Path() + "-of-monday"
	check(t, os.Rename(d.Path(), renamed))
	d, err := Open(renamed)
	check(t, err)
	defer d.Close()
	finish(t, d, b, StatusMeasured)
	entries, err := d.Entries()
	check(t, err)
	if len(entries) != 2 || entries["bench_a"].Status != StatusMeasured || entries["bench_b"].Status != StatusMeasured {
		t.Errorf("entries %v, want both measured", entries)
	}
	to, _, err := d.Archive(0)
	check(t, err)
	if filepath.Dir(filepath.Dir(to)) != renamed || len(tree(t, to)) != 6 {
		t.Errorf("history %s: %v", to, tree(t, to))
	}
}
