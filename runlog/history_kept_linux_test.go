package runlog

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// An old run that cannot be removed (here, a disk is mounted in it) is told, and costs
// no night: the run before moves to the history, and the folder opens again.
func TestOldRunThatStays(t *testing.T) {
	d := openDir(t)
	next := func(day int) (to string, kept error) {
		c := Case{Name: "bench_a", Hash: "h", Attempt: 1}
		check(t, d.Begin(Run{StartUnixNS: runStarted.AddDate(0, 0, day).UnixNano(), Cases: []Case{c}}))
		finish(t, d, c, StatusMeasured)
		to, kept, err := d.Archive(1)
		check(t, err)
		return to, kept
	}
	first, kept := next(0)
	check(t, kept)
	logs := filepath.Join(first, ".run", "logs")
	check(t, os.MkdirAll(logs, 0o755))
	if err := syscall.Mount("llmsweep-test", logs, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("mounting a disk needs root: %v", err)
	}
	moved := filepath.Join(filepath.Dir(first), "."+filepath.Base(first)+tempSuffix, ".run", "logs")
	t.Cleanup(func() { check(t, syscall.Unmount(moved, syscall.MNT_DETACH)) })

	second, kept := next(1)
	if kept == nil || !strings.Contains(kept.Error(), "device or resource busy; remove it yourself") {
		t.Errorf("of a run that cannot be removed: %v", kept)
	}
	check(t, d.Close())
	again, err := Open(d.Path())
	check(t, err)
	d = again
	defer d.Close()
	third, kept := next(2)
	check(t, kept)
	runs, err := History(d.Path())
	check(t, err)
	if len(runs) != 1 || runs[0] != third || third == second {
		t.Errorf("history %v, want %s alone", runs, third)
	}
}
