package runlog

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock takes the lock of f for this process alone, or for any number that only
// look; held is true where another has it. It ends with f's Close, or the process.
// What is locked is a byte far behind the text, which others can read so.
func tryLock(f *os.File, alone bool) (held bool, err error) {
	how := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if alone {
		how |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err = windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return true, nil
	}
	return false, err
}

// gone reports whether a process that has ended may have left its lock to a command:
// none does here.
func gone(int) bool { return false }

// syncFolder has nothing to do: there is no sync of a folder here.
func syncFolder(string) error { return nil }
