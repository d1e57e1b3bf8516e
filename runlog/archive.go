package runlog

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

const stampLayout = "20060102T150405Z" // a history folder's name: the run's start, UTC

// Archive moves the files of the run in the folder to history/START/, laid out
// as they lay, and keeps the newest keep runs there (keep < 1: all of them); kept
// says which older ones could not be removed, which is no reason not to run. Only
// files that the manifest or the journal names are moved; movedTo is "" when there
// is no run. A manifest that cannot be read is moved as it is, with the
// cases that the journal names.
//
// It begins by renaming the manifest, after which the folder holds no run, and
// ends by moving it. When it is interrupted in between, the next call goes on
// where it stopped.
func (d *Dir) Archive(keep int) (movedTo string, kept, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r, err := d.leave()
	if err != nil || !r.found {
		return "", nil, err
	}
	if err := d.journal.close(); err != nil {
		return "", nil, err
	}
	files, err := runFiles(d.path, r.cases)
	if err != nil {
		return "", nil, err
	}
	to, err := d.historyFolder(r.start, append(files, filepath.Join(stateDir, runFile)))
	if err != nil {
		return "", nil, err
	}
	err = d.moveRun(to, files)
	switch {
	case errors.Is(err, syscall.EXDEV):
		return "", nil, fmt.Errorf("%s is on another file system than its results: make it a folder there, and link or mount results_dir whole; then run again", filepath.Dir(to))
	case err != nil:
		return "", nil, fmt.Errorf("moving the earlier run to %s: %w; make room or rights there and run again", to, err)
	}
	d.journal = &journal{path: d.journal.path, entries: map[string]Entry{}}
	return to, d.prune(keep, to), nil
}

// A leavingRun is a run that is to be moved.
type leavingRun struct {
	found bool
	start time.Time // UTC
	cases []string  // that its manifest plans and its journal knows
}

// leave takes the manifest's name away from the run, and says what the run is, by
// its manifest or, where that is gone or cannot be read, by its journal.
func (d *Dir) leave() (r leavingRun, err error) {
	leaving := d.state(leavingFile)
	info, err := os.Lstat(leaving)
	if errors.Is(err, fs.ErrNotExist) {
		err = os.Rename(d.state(runFile), leaving)
		if err == nil {
			err = syncFolder(filepath.Dir(leaving))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return r, writeError(leaving, err)
		}
		info, err = os.Lstat(leaving)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, fmt.Errorf("reading the run's manifest: %w", err)
	}
	r.cases = slices.Collect(maps.Keys(d.journal.entries))
	for _, e := range d.journal.entries {
		if r.start.IsZero() || e.Time.Before(r.start) {
			r.start = e.Time.UTC()
		}
	}
	r.found = info != nil || len(r.cases) > 0
	run, err := readManifest(leaving) // what cannot be read says nothing, and is moved all the same
	switch {
	case err == nil && run != nil:
		r.start = time.Unix(0, run.StartUnixNS).UTC()
		for _, c := range run.Cases {
			r.cases = append(r.cases, c.Name)
		}
	case info != nil && r.start.IsZero():
		r.start = info.ModTime().UTC()
	}
	slices.Sort(r.cases)
	r.cases = slices.Compact(r.cases)
	return r, nil
}

// moveRun moves the files and, when they are safe there, the manifest.
func (d *Dir) moveRun(to string, files []string) error {
	for _, name := range files {
		if err := moveFile(filepath.Join(d.path, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	state := filepath.Join(to, stateDir)
	for _, dir := range []string{filepath.Dir(to), to, state, d.path} {
		if err := syncFolder(dir); err != nil {
			return err
		}
	}
	err := os.Rename(d.state(leavingFile), filepath.Join(state, runFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // a run can have lost its manifest
		return err
	}
	return syncFolder(state)
}

// runFiles lists what is in dir of the cases' files and of those that belong to
// the run as a whole, relative to dir. The journal is the last; the manifest is
// not among them. What is not a plain file is left out.
func runFiles(dir string, cases []string) (files []string, err error) {
	there, err := plainFiles(dir)
	if err != nil {
		return nil, err
	}
	for _, c := range cases {
		for _, suffix := range caseSuffixes {
			if there[c+suffix] {
				files = append(files, c+suffix)
			}
		}
	}
	for _, name := range []string{"aggregate_results.csv", "aggregate_summary.csv"} {
		if there[name] {
			files = append(files, name)
		}
	}
	for _, sub := range []string{asideDir, logsDir} {
		there, err := plainFiles(filepath.Join(dir, stateDir, sub))
		if err != nil {
			return nil, err
		}
		for _, name := range slices.Sorted(maps.Keys(there)) {
			files = append(files, filepath.Join(stateDir, sub, name))
		}
	}
	there, err = plainFiles(filepath.Join(dir, stateDir))
	for _, name := range []string{SearchFile, journalFile} {
		if there[name] {
			files = append(files, filepath.Join(stateDir, name))
		}
	}
	return files, err
}

// historyFolder makes the folder for a run of that start. One that holds none of
// the files is new, or an archiving that was interrupted, and goes on; else it is
// another run's of the same second, and the name gets a number: nothing in the
// history is ever overwritten.
func (d *Dir) historyFolder(start time.Time, files []string) (string, error) {
	base := filepath.Join(d.path, historyDir, start.Format(stampLayout))
	to := base
	for n := 2; holdsAny(to, files); n++ {
		to = fmt.Sprintf("%s-%d", base, n)
	}
	state := filepath.Join(to, stateDir)
	return to, writeError(state, os.MkdirAll(state, 0o755))
}

func holdsAny(dir string, files []string) bool {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return false
	}
	return slices.ContainsFunc(files, func(name string) bool {
		_, err := os.Lstat(filepath.Join(dir, name))
		return err == nil
	})
}

func moveFile(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.Rename(from, to)
}
