package runlog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A history on another disk than the results cannot take a run by renaming. The user
// is told so and what to do; nothing is lost, and the next run starts once that is done.
func TestHistoryOnAnotherDisk(t *testing.T) {
	d := openDir(t)
	c := testCase()
	begin(t, d, c)
	finish(t, d, c, StatusMeasured)
	history := filepath.Join(d.Path(), "history")
	check(t, os.Symlink(smallDisk(t), history))
	_, _, err := d.Archive(30)
	if err == nil || !strings.Contains(err.Error(), "is on another file system than its results: make it a folder there, and link or mount results_dir whole; then run again") {
		t.Errorf("Archive: %v", err)
	}
	if _, err := os.Stat(filepath.Join(d.Path(), c.Name+".json")); err != nil {
		t.Error(err)
	}
	check(t, os.Remove(history))
	if to, _, err := d.Archive(30); err != nil || filepath.Dir(to) != history {
		t.Errorf("Archive with a history of its own: %q, %v", to, err)
	}
}
