//go:build unix

package runlog

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// A run that was killed while it started a command leaves its lock to that for an
// instant: until it runs. It is awaited, by a run in the folder and by one that looks
// for a run to go on with.
func TestLockOutlivesItsRun(t *testing.T) {
	root := t.TempDir()
	now := time.Now()
	dir := dated(t, root, "out-20261122", "k", false, now.Add(-time.Minute))
	killed := exec.Command("true")
	check(t, killed.Run())
	left := func() {
		write(t, filepath.Join(dir, ".run", "lock"), fmt.Sprintln(killed.Process.Pid))
		lock, err := os.OpenFile(filepath.Join(dir, ".run", "lock"), os.O_RDWR, 0)
		check(t, err)
		if held, err := tryLock(lock, true); held || err != nil {
			t.Fatal(held, err)
		}
		started := exec.Command("cat")
		started.ExtraFiles = []*os.File{lock}
		in, err := started.StdinPipe()
		check(t, err, started.Start(), lock.Close())
		time.AfterFunc(100*time.Millisecond, func() { in.Close() })
		t.Cleanup(func() { started.Wait() })
	}
	left()
	if got, _, err := FindIncomplete(filepath.Join(root, "out-*"), "k", time.Hour, now); got != dir || err != nil {
		t.Errorf("found %q, %v; want %s", got, err, dir)
	}
	left()
	d, err := Open(dir)
	check(t, err)
	check(t, d.Close())
}
