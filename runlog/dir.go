package runlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Names in a results folder. docs/files.md draws the whole of it.
const (
	stateDir    = ".run"
	runFile     = "run.json"
	journalFile = "journal.jsonl"
	lockFile    = "lock"
	SearchFile  = "search.json" // what searches came to
	asideDir    = "aside"
	logsDir     = "logs"
	PidsDir     = "pids" // records of the servers that the run started
	historyDir  = "history"
	leavingFile = "leaving.json" // the manifest of a run that is being moved to the history
)

// caseSuffixes end the names of a case's files.
var caseSuffixes = []string{".json", ".requests.jsonl", ".requests.jsonl.gz"}

// A Dir is a results folder, locked for one run. Its methods may be called from
// several goroutines.
type Dir struct {
	path   string
	lock   *os.File
	folder *os.File // of the run's state, open so that no other folder gets its identity; nil = only read
	now    func() time.Time

	mu      sync.Mutex
	journal *journal
}

// Open makes dir and dir/.run where they are missing, takes the folder's lock,
// which ends with Close or with the process, however it ends, and reads the
// journal. It returns a *LockedError when another run has the folder.
func Open(dir string) (*Dir, error) {
	state := filepath.Join(dir, stateDir)
	if err := os.MkdirAll(state, 0o755); err != nil {
		return nil, writeError(state, err)
	}
	lock, err := lockFolder(dir)
	if err != nil {
		return nil, err
	}
	d := &Dir{path: dir, lock: lock, now: time.Now}
	if d.folder, err = os.Open(state); err == nil {
		err = d.removeTemps()
	}
	if err == nil {
		d.journal, err = readJournal(dir)
	}
	if err != nil {
		return nil, errors.Join(err, d.letGo())
	}
	return d, nil
}

// Look is a results folder for reading alone: nothing in it is touched, locked or
// waited for.
func Look(dir string) (*Dir, error) {
	journal, err := readJournal(dir)
	if err != nil {
		return nil, err
	}
	return &Dir{path: dir, now: time.Now, journal: journal}, nil
}

// removeTemps clears away what a killed run had not finished writing, or removing.
func (d *Dir) removeTemps() error {
	for _, sub := range []string{"", stateDir, filepath.Join(stateDir, PidsDir), historyDir} {
		list, err := dirNames(filepath.Join(d.path, sub))
		if err != nil {
			return err
		}
		for _, name := range list {
			if !strings.HasPrefix(name, ".") || !strings.HasSuffix(name, tempSuffix) {
				continue
			}
			_ = os.RemoveAll(filepath.Join(d.path, sub, name)) // what stays is in nobody's way
		}
	}
	return nil
}

// dirNames are the names in a folder, in no order; none where it is not there.
func dirNames(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing a results folder: %w", err)
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("listing a results folder: %w", err)
	}
	return names, nil
}

// Close gives the lock back. Close case writers first.
func (d *Dir) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return errors.Join(d.journal.close(), d.letGo())
}

// letGo closes what holds the folder.
func (d *Dir) letGo() (err error) {
	for _, f := range []**os.File{&d.folder, &d.lock} {
		if *f != nil {
			err = errors.Join(err, (*f).Close())
			*f = nil
		}
	}
	return err
}

// Path is the folder as it was given to Open.
func (d *Dir) Path() string { return d.path }

func (d *Dir) state(name string) string { return filepath.Join(d.path, stateDir, name) }

// LastWrite is when the run last wrote to its manifest, journal, case JSONs or
// records. It is zero when there is no run.
func (d *Dir) LastWrite() (time.Time, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.journal.lastWrite()
}

// lastWrite is when the run that the journal is of last wrote. The journal is
// written at a case's end, so only files of cases that did not end are asked.
func (j *journal) lastWrite() (time.Time, error) {
	state := filepath.Dir(j.path)
	files := []string{j.path, filepath.Join(state, runFile)}
	for name, e := range j.entries {
		if e.Status == StatusStarted {
			for _, suffix := range caseSuffixes {
				files = append(files, filepath.Join(filepath.Dir(state), name+suffix))
			}
		}
	}
	return youngest(files)
}

// youngest is the latest change of the files; zero when none is there.
func youngest(files []string) (last time.Time, err error) {
	for _, path := range files {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return last, fmt.Errorf("looking for the run's last write: %w", err)
		}
		if info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last, nil
}

// plainFiles are the names in a folder that are neither folders, links nor
// devices; none where it is not there.
func plainFiles(dir string) (map[string]bool, error) {
	list, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing a results folder: %w", err)
	}
	names := make(map[string]bool, len(list))
	for _, e := range list {
		if e.Type().IsRegular() {
			names[e.Name()] = true
		}
	}
	return names, nil
}
