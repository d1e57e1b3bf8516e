package runlog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmsweep/metrics"
)

func TestFinishLeavesWholeFiles(t *testing.T) {
	d := openDir(t)
	c := testCase()
	begin(t, d, c)
	w, err := d.NewCase(c, RecordsFull)
	check(t, err)
	entries, err := d.Entries()
	check(t, err)
	if e := entries[c.Name]; e.Status != StatusStarted || e.Hash != c.Hash || e.Attempt != 2 || e.Time.IsZero() {
		t.Errorf("while it runs: %+v", e)
	}
	var senders sync.WaitGroup
	for i := range 8 {
		senders.Go(func() {
			for n := range 50 {
				if err := w.Append(&metrics.Record{ID: fmt.Sprintf("%d-%d,", i, n), Arrivals: make([]int64, 300)}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	senders.Wait()
	check(t, w.Finish(NewCaseFile(c, testSummary(), testInfo())), w.Close(), w.Close())
	ids, err := recordIDs(filepath.Join(d.Path(), c.Name+".requests.jsonl.gz"))
	check(t, err)
	if n := strings.Count(ids, ","); n != 400 {
		t.Errorf("%d records, want 400", n)
	}
	want := []string{".run", c.Name + ".json", c.Name + ".requests.jsonl.gz"}
	if diff := cmp.Diff(want, names(t, d.Path())); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	entries, err = d.Entries()
	check(t, err)
	if e := entries[c.Name]; e.Status != StatusMeasured {
		t.Errorf("after Finish: %+v", e)
	}
	if w.Append(&metrics.Record{ID: "late"}) == nil || w.Finish(new(CaseFile)) == nil {
		t.Error("a finished case takes more")
	}
}

// A record is in the file about a second after it came, also when no other follows.
func TestRecordsReachTheFile(t *testing.T) {
	d := openDir(t)
	w, err := d.NewCase(testCase(), RecordsFull)
	check(t, err)
	defer w.Close()
	check(t, w.Append(&metrics.Record{ID: "a"}))
	path := filepath.Join(d.Path(), testCase().Name+".requests.jsonl")
	for range 1000 { // far longer than it takes, and no longer than needed
		if ids, _ := recordIDs(path); ids == "a" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("a lone record never reached its file")
}

func TestAnotherAttemptPutsFilesAside(t *testing.T) {
	d := openDir(t)
	c := testCase()
	c.Attempt = 1
	begin(t, d, c)
	finish(t, d, c, StatusFailed)
	c.Attempt = 2
	finish(t, d, c, StatusInterrupted)
	finish(t, d, c, StatusMeasured) // the same attempt once more
	aside := filepath.Join(d.Path(), ".run", "aside")
	want := []string{
		c.Name + ".attempt1.json", c.Name + ".attempt1.requests.jsonl.gz",
		c.Name + ".attempt2.json", c.Name + ".attempt2.requests.jsonl.gz",
	}
	if diff := cmp.Diff(want, names(t, aside)); diff != "" {
		t.Errorf("aside (-want +got):\n%s", diff)
	}
	for name, status := range map[string]string{".attempt1": StatusFailed, ".attempt2": StatusInterrupted} {
		f, err := ReadCase(filepath.Join(aside, c.Name+name+".json"))
		if err != nil || f.Status != status {
			t.Errorf("%s: %v, %v; want %s", name, f, err, status)
		}
	}
	// A file that this run knows nothing of is kept as well.
	users := testCase()
	users.Name = "bench_users"
	write(t, filepath.Join(d.Path(), "bench_users.json"), "mine")
	finish(t, d, users, StatusMeasured)
	if b, err := os.ReadFile(filepath.Join(aside, "bench_users.attempt0.json")); string(b) != "mine" {
		t.Errorf("the user's file: %q, %v", b, err)
	}
}

func TestNoRecords(t *testing.T) {
	d := openDir(t)
	w, err := d.NewCase(testCase(), RecordsNone)
	check(t, err)
	check(t, w.Append(&metrics.Record{ID: "a"}), w.Finish(NewCaseFile(testCase(), testSummary(), testInfo())))
	if diff := cmp.Diff([]string{".run", testCase().Name + ".json"}, names(t, d.Path())); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

func TestEntries(t *testing.T) {
	d := openDir(t)
	if e, err := d.Entries(); err != nil || len(e) != 0 {
		t.Fatalf("no journal: %v, %v", e, err)
	}
	at := func(name string) Case { return Case{Name: name, Hash: "h", Attempt: 1} }
	begin(t, d, at("bench_done"), at("bench_deleted"), at("bench_killed"), at("bench_written"), at("bench_stale"))
	finish(t, d, at("bench_done"), StatusMeasured)
	// No finished case file is opened: this one is no JSON any more.
	write(t, filepath.Join(d.Path(), "bench_done.json"), "damaged since")
	finish(t, d, at("bench_deleted"), StatusMeasured)
	check(t, os.Remove(filepath.Join(d.Path(), "bench_deleted.json")))
	check(t, d.note(at("bench_killed"), StatusStarted))
	// Killed between the rename of the case JSON and the journal's last entry.
	finish(t, d, at("bench_written"), StatusMeasured)
	check(t, d.note(at("bench_written"), StatusStarted))
	// Started again with another config, killed before the old file was put aside.
	finish(t, d, at("bench_stale"), StatusMeasured)
	check(t, d.note(Case{Name: "bench_stale", Hash: "h2", Attempt: 1}, StatusStarted))

	journal := filepath.Join(d.Path(), ".run", "journal.jsonl")
	b, err := os.ReadFile(journal)
	check(t, err)
	write(t, journal, string(b)+`{"case":"bench_done","status":"fai`)
	entries, err := d.Entries()
	check(t, err)
	got := map[string]string{}
	for name, e := range entries {
		got[name] = e.Status + " " + e.Hash
	}
	want := map[string]string{
		"bench_done": "measured h", "bench_deleted": "missing h", "bench_killed": "started h",
		"bench_written": "measured h", "bench_stale": "started h2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	write(t, journal, "{\n"+string(b))
	if _, err := d.Entries(); err == nil || !strings.Contains(err.Error(), journal+", line 1") {
		t.Errorf("a damaged journal: %v; want its name and line", err)
	}
}

// After an entry that could not be written whole, the next one is.
func TestJournalAfterFailedWrite(t *testing.T) {
	d := openDir(t)
	begin(t, d, testCase())
	check(t, d.note(testCase(), StatusStarted))
	if _, err := d.journal.WriteString(`{"case":"bench_to`); err != nil {
		t.Fatal(err)
	}
	check(t, d.journal.Close())
	if err := d.note(testCase(), StatusFailed); err == nil || !strings.Contains(err.Error(), "journal.jsonl") {
		t.Errorf("a write that failed: %v; want the journal's name", err)
	}
	again := testCase()
	again.Attempt = 3
	check(t, d.note(again, StatusStarted))
	entries, err := d.Entries()
	check(t, err)
	if e := entries[again.Name]; len(entries) != 1 || e.Attempt != 3 {
		t.Errorf("entries %v", entries)
	}
}

// names lists a folder.
func names(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	check(t, err)
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
