package runlog

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	check(t, os.Chmod(filepath.Dir(dir), 0o755), os.Chmod(dir, 0o555))
	defer os.Chmod(dir, 0o755)
	if os.Getuid() == 0 { // root may write anywhere: this thread's file accesses are nobody's
		runtime.LockOSThread()
		check(t, unix.Setfsuid(65534))
		defer func() {
			check(t, unix.Setfsuid(0))
			runtime.UnlockOSThread()
		}()
	}
	_, err := Open(filepath.Join(dir, "results"))
	want := "writing " + filepath.Join(dir, "results", ".run") + ": permission denied; make the folder writable or set another results_dir"
	if err == nil || err.Error() != want {
		t.Errorf("Open: %v\nwant %s", err, want)
	}
	path := filepath.Join(dir, "aggregate_results.csv")
	err = WriteFile(path, func(w io.Writer) error { return nil })
	if err == nil || !strings.Contains(err.Error(), path+": permission denied; make") {
		t.Errorf("WriteFile: %v", err)
	}
}
