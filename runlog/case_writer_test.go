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

// A case that lost records has failed, whatever its figures say, and says why.
func TestLostRecordsFailTheCase(t *testing.T) {
	d := openDir(t)
	c := testCase()
	begin(t, d, c)
	w, err := d.NewCase(c, RecordsFull)
	check(t, err, w.Append(&metrics.Record{ID: "a"}), w.file.Close()) // the next write fails
	f := NewCaseFile(c, testSummary(), testInfo())
	records := filepath.Join(d.Path(), c.Name+".requests.jsonl")
	if err := w.Finish(f); err == nil || !strings.Contains(err.Error(), "writing "+records+": file already closed") {
		t.Errorf("%v; want the records' file and why", err)
	}
	got, err := ReadCase(filepath.Join(d.Path(), c.Name+".json"))
	check(t, err)
	if note := got.Notes[len(got.Notes)-1]; got.Status != StatusFailed || !strings.HasPrefix(note, "records were lost: writing "+records) {
		t.Errorf("status %s, notes %q; want failed, and why", got.Status, got.Notes)
	}
	if f.Status != StatusMeasured || len(f.Notes) != 1 {
		t.Errorf("the caller's case file was changed: %s, %q", f.Status, f.Notes)
	}
	entries, err := d.Entries()
	check(t, err)
	if entries[c.Name].Status != StatusFailed {
		t.Errorf("entries %v", entries)
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
