package runlog

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/metrics"
)

// A results folder that is deleted while a run is at work: the error asks for that.
func TestFolderDeletedDuringTheRun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "results")
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
	if err := d.Begin(Run{}); err == nil || !strings.Contains(err.Error(), "was the results folder moved or deleted during the run?") {
		t.Errorf("the manifest: %v", err)
	}
	if _, err := d.NewCase(Case{Name: "bench_x", Attempt: 1}, RecordsFull); !isGone(err) || !strings.Contains(err.Error(), " is not there any more: was it moved, deleted or unmounted during the run?") {
		t.Errorf("a case: %v", err)
	}
}

func isGone(err error) bool {
	_, ok := errors.AsType[*GoneError](err)
	return ok
}

// The folder is away before a case begins, while its records are written, and when it
// ends; a folder of the same name that stands in its place is left as it is.
func TestFolderIsAnotherOne(t *testing.T) {
	for _, mode := range []RecordsMode{RecordsFull, RecordsNone} {
		path := filepath.Join(t.TempDir(), "results")
		d, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		w, err := d.NewCase(Case{Name: "bench_x", Attempt: 1}, mode)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append(&metrics.Record{ID: "1"}); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(os.Rename(path, path+"-moved"), os.MkdirAll(filepath.Join(path, ".run"), 0o755)); err != nil {
			t.Fatal(err)
		}
		w.flush()
		if err := w.Append(&metrics.Record{ID: "2"}); isGone(err) != (mode == RecordsFull) {
			t.Errorf("records %s: the next one: %v", mode, err)
		}
		if err := w.Finish(&CaseFile{Status: StatusMeasured}); isGone(err) != (mode == RecordsNone) {
			t.Errorf("records %s: the end: %v, want what no record has told", mode, err)
		}
		if _, err := d.NewCase(Case{Name: "bench_y", Attempt: 1}, mode); !isGone(err) || !strings.Contains(err.Error(), " is another folder now: ") {
			t.Errorf("records %s: the next case: %v", mode, err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		if left, _ := filepath.Glob(filepath.Join(path, "*")); len(left) != 1 { // .run
			t.Errorf("records %s: %v in the other folder", mode, left)
		}
		if left, _ := filepath.Glob(filepath.Join(path, ".run", "*")); len(left) > 0 {
			t.Errorf("records %s: %v in the other folder", mode, left)
		}
	}
}
