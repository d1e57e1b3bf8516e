package runlog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	if _, err := d.NewCase(Case{Name: "bench_x", Attempt: 1}, RecordsFull); err == nil || !strings.Contains(err.Error(), "was the results folder moved or deleted during the run?") {
		t.Errorf("a case: %v", err)
	}
}
