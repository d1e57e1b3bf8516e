package runlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Names in a results folder. docs/files.md draws the whole of it.
const (
	stateDir    = ".run"
	runFile     = "run.json"
	journalFile = "journal.jsonl"
	lockFile    = "lock"
	asideDir    = "aside"
	logsDir     = "logs"
	historyDir  = "history"
)

// A Dir is a results folder, locked for one run. Its methods may be called from
// several goroutines.
type Dir struct {
	path string
	lock *os.File
	now  func() time.Time

	mu      sync.Mutex
	journal *os.File // open for appending once something was appended
}

// Open makes dir and dir/.run where they are missing and takes the folder's lock,
// which ends with Close or with the process, however it ends. It returns a
// *LockedError when another run has it.
func Open(dir string) (*Dir, error) {
	state := filepath.Join(dir, stateDir)
	if err := os.MkdirAll(state, 0o755); err != nil {
		return nil, writeError(state, err)
	}
	path := filepath.Join(state, lockFile)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, writeError(path, err)
	}
	if err := takeLock(f); err != nil {
		defer f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, &LockedError{Dir: dir, PID: holder(f)}
		}
		return nil, fmt.Errorf("locking %s: %w; set results_dir to a local file system", path, err)
	}
	d := &Dir{path: dir, lock: f, now: time.Now}
	if err := d.removeTemps(); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// removeTemps clears away what a killed run had not finished writing.
func (d *Dir) removeTemps() error {
	for _, pattern := range []string{".*" + tempSuffix, filepath.Join(stateDir, ".*"+tempSuffix)} {
		found, err := filepath.Glob(filepath.Join(globEscape(d.path), pattern))
		if err != nil {
			return fmt.Errorf("looking for unfinished files in %s: %w", d.path, err)
		}
		for _, path := range found {
			if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("removing an unfinished file: %w", err)
			}
		}
	}
	return nil
}

func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Close gives the lock back. Close case writers first.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	if d.journal != nil {
		err = d.journal.Close()
		d.journal = nil
	}
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
		d.lock = nil
	}
	return err
}

// Path is the folder as it was given to Open.
func (d *Dir) Path() string { return d.path }

func (d *Dir) state(name string) string { return filepath.Join(d.path, stateDir, name) }

// LastWrite is when the youngest of the run's files was written: manifest,
// journal, case JSONs, records. The CSVs do not count, as they can be made again
// at any time. It is zero when there is no run.
func (d *Dir) LastWrite() (time.Time, error) {
	files, err := runFiles(d.path)
	if err != nil {
		return time.Time{}, err
	}
	var last time.Time
	for _, name := range files {
		if strings.HasSuffix(name, ".csv") {
			continue
		}
		info, err := os.Lstat(filepath.Join(d.path, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return time.Time{}, fmt.Errorf("looking for the run's last write: %w", err)
		}
		if info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last, nil
}
