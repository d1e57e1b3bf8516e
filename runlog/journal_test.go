package runlog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEntries(t *testing.T) {
	d := openDir(t)
	if e, err := d.Entries(); err != nil || len(e) != 0 {
		t.Fatalf("no journal: %v, %v", e, err)
	}
	at := func(name string) Case { return Case{Name: name, Hash: "h", Attempt: 1} }
	begin(t, d, at("bench_done"), at("bench_deleted"), at("bench_killed"), at("bench_written"), at("bench_stale"), at("bench_again"))
	finish(t, d, at("bench_done"), StatusMeasured)
	// No finished case file is opened: this one is no JSON any more.
	write(t, filepath.Join(d.Path(), "bench_done.json"), "damaged since")
	finish(t, d, at("bench_deleted"), StatusMeasured)
	check(t, os.Remove(filepath.Join(d.Path(), "bench_deleted.json")))
	check(t, d.note(at("bench_killed"), StatusStarted, false))
	// Killed between the rename of the case JSON and the journal's last entry.
	finish(t, d, at("bench_written"), StatusMeasured)
	check(t, d.note(at("bench_written"), StatusStarted, false))
	// Started again with another config, killed before the old file was put aside.
	finish(t, d, at("bench_stale"), StatusMeasured)
	check(t, d.note(Case{Name: "bench_stale", Hash: "h2", Attempt: 1}, StatusStarted, false))
	// Started again as it was, and killed as early.
	finish(t, d, at("bench_again"), StatusMeasured)
	check(t, d.note(Case{Name: "bench_again", Hash: "h", Attempt: 2}, StatusStarted, false))

	journal := filepath.Join(d.Path(), ".run", "journal.jsonl")
	b, err := os.ReadFile(journal)
	check(t, err)
	write(t, journal, string(b)+`{"case":"bench_done","status":"fai`)
	d = reopen(t, d)
	check(t, d.Damage()) // a torn last line is none
	entries, err := d.Entries()
	check(t, err)
	got := map[string]string{}
	for name, e := range entries {
		got[name] = e.Status + " " + e.Hash
	}
	want := map[string]string{
		"bench_done": "measured h", "bench_deleted": "missing h", "bench_killed": "started h",
		"bench_written": "measured h", "bench_stale": "started h2", "bench_again": "started h",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}

// After an entry that could not be written whole, the next one is.
func TestJournalAfterFailedWrite(t *testing.T) {
	d := openDir(t)
	begin(t, d, testCase())
	check(t, d.note(testCase(), StatusStarted, false))
	if _, err := d.journal.file.WriteString(`{"case":"bench_to`); err != nil {
		t.Fatal(err)
	}
	check(t, d.journal.file.Close())
	if err := d.note(testCase(), StatusFailed, false); err == nil || !strings.Contains(err.Error(), "journal.jsonl") {
		t.Errorf("a write that failed: %v; want the journal's name", err)
	}
	again := testCase()
	again.Attempt = 3
	check(t, d.note(again, StatusStarted, false))
	entries, err := d.Entries()
	check(t, err)
	if e := entries[again.Name]; len(entries) != 1 || e.Attempt != 3 {
		t.Errorf("entries %v", entries)
	}
}

// Damage in the middle of the journal is told by line, and costs what it said: the
// case's file is asked instead, and the other cases stay as they are.
func TestDamagedJournal(t *testing.T) {
	d := openDir(t)
	at := func(name string) Case { return Case{Name: name, Hash: "h-" + name, Attempt: 1} }
	a, b, c := at("bench_a"), at("bench_b"), at("bench_c")
	begin(t, d, a, b, c)
	for _, each := range []Case{a, b, c} {
		finish(t, d, each, StatusMeasured)
	}
	journal := filepath.Join(d.Path(), ".run", "journal.jsonl")
	text, err := os.ReadFile(journal)
	check(t, err)
	lines := strings.SplitAfter(string(text), "\n") // started and measured of a, b, c
	const measured = StatusMeasured
	for _, tt := range []struct {
		name    string
		damage  map[int]string    // line, from 1 → what is there instead
		spoil   string            // a case whose JSON is damaged as well
		want    map[string]string // case → status
		told    string            // after the journal's path
		howMany string
	}{
		{"half a line", map[int]string{4: lines[3][:40] + "\n"}, "", map[string]string{"bench_a": measured, "bench_b": measured, "bench_c": measured}, ":4: invalid character '\\n' in string literal", "(lines: 1)"},
		{"half a line, and its case's file", map[int]string{4: "\x00\x00\n"}, "bench_b", map[string]string{"bench_a": measured, "bench_b": StatusStarted, "bench_c": measured}, ":4: invalid character '\\x00' looking for beginning of value", "(lines: 1)"},
		{"all that it had on a case", map[int]string{1: "x\n", 2: "{}\n"}, "", map[string]string{"bench_b": measured, "bench_c": measured}, ":1: invalid character 'x' looking for beginning of value", "(lines: 2)"},
		{"a line of another case, and this one's file", map[int]string{4: "\x00\n"}, "bench_c", map[string]string{"bench_a": measured, "bench_b": measured, "bench_c": StatusMissing}, ":4: invalid", "(lines: 1)"},
		{"a name that would leave the folder", map[int]string{6: `{"case":"bench_/../../x","hash":"h","status":"measured","attempt":1}` + "\n"}, "", map[string]string{"bench_a": measured, "bench_b": measured, "bench_c": measured}, ":6: case name", "(lines: 1)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "moved")
			check(t, os.CopyFS(dir, os.DirFS(d.Path())))
			got := strings.Builder{}
			for i, line := range lines {
				if other, ok := tt.damage[i+1]; ok {
					line = other
				}
				got.WriteString(line)
			}
			path := filepath.Join(dir, ".run", "journal.jsonl")
			write(t, path, got.String())
			if tt.spoil != "" {
				write(t, filepath.Join(dir, tt.spoil+".json"), "{")
			}
			d, err := Open(dir)
			check(t, err)
			defer d.Close()
			if err := d.Damage(); err == nil || !strings.Contains(err.Error(), path+tt.told) || !strings.Contains(err.Error(), tt.howMany) || strings.Contains(err.Error(), "\n") {
				t.Errorf("damage: %v; want %s%s and %s, on one line", err, path, tt.told, tt.howMany)
			}
			entries, err := d.Entries()
			check(t, err)
			statuses := map[string]string{}
			for name, e := range entries {
				statuses[name] = e.Status
			}
			if diff := cmp.Diff(tt.want, statuses); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
			// It is written on as before.
			finish(t, d, at("bench_d"), StatusMeasured)
			if e, err := reopen(t, d).Entries(); err != nil || len(e) != len(tt.want)+1 {
				t.Errorf("after another case: %v, %v", e, err)
			}
		})
	}
}

// The journal's damage ends with the run whose journal it is.
func TestDamageEndsWithItsRun(t *testing.T) {
	d := openDir(t)
	begin(t, d, testCase())
	finish(t, d, testCase(), StatusMeasured)
	journal := filepath.Join(d.Path(), ".run", "journal.jsonl")
	text, err := os.ReadFile(journal)
	check(t, err)
	write(t, journal, "#\n"+string(text))
	d = reopen(t, d)
	if d.Damage() == nil {
		t.Fatal("no damage")
	}
	to, _, err := d.Archive(0)
	check(t, err, d.Damage())
	if files := tree(t, to); len(files) != 4 {
		t.Errorf("history %v; want case, records, journal, manifest", files)
	}
	begin(t, d, testCase())
	check(t, reopen(t, d).Damage())
}
