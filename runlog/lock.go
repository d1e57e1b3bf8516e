package runlog

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// A LockedError reports that another process runs in the folder.
type LockedError struct {
	Dir   string
	PID   int       // 0 = not known yet
	Since time.Time // when that run took the lock; zero = not known
}

func (e *LockedError) Error() string {
	who := "another run"
	if e.PID != 0 {
		who += fmt.Sprintf(" (process %d)", e.PID)
	}
	if !e.Since.IsZero() {
		who += " since " + e.Since.Format(time.DateTime)
	}
	return fmt.Sprintf("%s is in use by %s; wait for its end or set another results_dir", e.Dir, who)
}

// lockFolder takes the lock of dir and writes this process's id into its file. The
// lock ends with the file's Close, or with the process.
func lockFolder(dir string) (*os.File, error) {
	path := filepath.Join(dir, stateDir, lockFile)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, writeError(path, err)
	}
	held, err := takeLock(f, true)
	if err != nil || held {
		defer f.Close()
		if held {
			return nil, lockedError(dir, f)
		}
		return nil, fmt.Errorf("locking %s: %w; set results_dir to a local file system", path, err)
	}
	if err := sign(f); err != nil {
		f.Close()
		return nil, writeError(path, err)
	}
	return f, nil
}

// takeLock asks more than once: a run that looks for folders to go on with tries
// the lock of each for an instant. And where the one that signed has ended, the lock
// is about to: a command that it was starting has it until that runs.
func takeLock(f *os.File, alone bool) (held bool, err error) {
	for tries := 1; ; tries++ {
		held, err = tryLock(f, alone)
		if !held || tries == 200 || tries >= 3 && !gone(signer(f)) {
			return held, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// sign writes who holds the lock; the file's time says since when.
func sign(f *os.File) error {
	pid := strconv.Itoa(os.Getpid()) + "\n"
	if _, err := f.WriteAt([]byte(pid), 0); err != nil {
		return err
	}
	return f.Truncate(int64(len(pid)))
}

// signer is the process that took the lock last; 0 = not known.
func signer(f *os.File) int {
	b, _ := io.ReadAll(io.NewSectionReader(f, 0, 32)) // an unreadable one is unknown
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return pid
}

func lockedError(dir string, f *os.File) error {
	e := &LockedError{Dir: dir, PID: signer(f)}
	if info, err := f.Stat(); err == nil && e.PID != 0 {
		e.Since = info.ModTime()
	}
	return e
}

// AtWork reports whether a run is at work in dir.
func AtWork(dir string) bool {
	f, err := os.Open(filepath.Join(dir, stateDir, lockFile))
	if err != nil {
		return false // no run was ever there
	}
	defer f.Close()
	held, _ := takeLock(f, false) // where there are no locks, no run could start
	return held
}
