package runlog

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// A LockedError reports that another process runs in the folder.
type LockedError struct {
	Dir string
	PID int // 0 = not known yet
}

func (e *LockedError) Error() string {
	who := "another run"
	if e.PID != 0 {
		who += fmt.Sprintf(" (process %d)", e.PID)
	}
	return fmt.Sprintf("%s is in use by %s; wait for its end or set another results_dir", e.Dir, who)
}

func takeLock(f *os.File) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return err
	}
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

func holder(f *os.File) int {
	b, _ := io.ReadAll(io.LimitReader(f, 32)) // an unreadable pid is an unknown one
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return pid
}
