package runlog

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

const stampLayout = "20060102T150405Z" // a history folder's name: the run's start, UTC

// Archive moves the files of the run in the folder to history/START/, laid out
// as they lay, and keeps the newest keep runs there (keep < 1: all of them).
// Only files that the manifest or the journal names are moved; movedTo is "" when
// there is no run. When it is interrupted, the next call goes on where it stopped:
// the manifest goes last.
func (d *Dir) Archive(keep int) (movedTo string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	start, found, err := runStart(d.path)
	if err != nil || !found {
		return "", err
	}
	files, err := runFiles(d.path)
	if err != nil {
		return "", err
	}
	if err := d.closeJournal(); err != nil {
		return "", err
	}
	to, err := d.historyFolder(start, files)
	if err != nil {
		return "", err
	}
	for _, name := range files {
		if err := moveFile(filepath.Join(d.path, name), filepath.Join(to, name)); err != nil {
			return "", fmt.Errorf("moving the earlier run to %s: %w; make room or rights there and run again", to, err)
		}
	}
	for _, dir := range []string{to, filepath.Join(to, stateDir), d.path} {
		if err := syncFolder(dir); err != nil {
			return "", writeError(dir, err)
		}
	}
	return to, d.prune(keep)
}

// runStart is the start of the run in dir, by its manifest or, where that is
// gone, its journal.
func runStart(dir string) (start time.Time, found bool, err error) {
	r, err := ReadRun(dir)
	if err != nil {
		return start, false, err
	}
	if r != nil {
		return time.Unix(0, r.StartUnixNS).UTC(), true, nil
	}
	entries, err := readJournal(dir)
	if err != nil || len(entries) == 0 {
		return start, false, err
	}
	first := slices.MinFunc(slices.Collect(maps.Values(entries)), func(a, b Entry) int { return a.Time.Compare(b.Time) })
	return first.Time.UTC(), true, nil
}

// runFiles lists what belongs to the run in dir, by name and relative to it, in the
// order in which it may be moved: the manifest last. Names of files that are not
// there are left out, and so is what is not a plain file.
func runFiles(dir string) ([]string, error) {
	cases, err := caseNames(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range cases {
		names = append(names, c+".json", c+".requests.jsonl", c+".requests.jsonl.gz")
	}
	names = append(names, "aggregate_results.csv", "aggregate_summary.csv")
	for _, sub := range []string{asideDir, logsDir} {
		list, err := os.ReadDir(filepath.Join(dir, stateDir, sub))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("listing the run's files: %w", err)
		}
		for _, e := range list {
			names = append(names, filepath.Join(stateDir, sub, e.Name()))
		}
	}
	names = append(names, filepath.Join(stateDir, journalFile), filepath.Join(stateDir, runFile))
	return slices.DeleteFunc(names, func(name string) bool {
		info, err := os.Lstat(filepath.Join(dir, name))
		return err != nil || !info.Mode().IsRegular()
	}), nil
}

// caseNames are the cases that the manifest plans and the journal knows.
func caseNames(dir string) ([]string, error) {
	r, err := ReadRun(dir)
	if err != nil {
		return nil, err
	}
	entries, err := readJournal(dir)
	if err != nil {
		return nil, err
	}
	names := slices.Collect(maps.Keys(entries))
	if r != nil {
		for _, c := range r.Cases {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
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

// prune removes all but the newest keep runs of the history. A folder with any
// file that its own manifest does not name is left whole: it is the user's now.
func (d *Dir) prune(keep int) error {
	if keep < 1 {
		return nil
	}
	runs, err := History(d.path)
	if err != nil || len(runs) <= keep {
		return err
	}
	for _, dir := range runs[:len(runs)-keep] {
		ours, err := onlyOurs(dir)
		if err != nil {
			return fmt.Errorf("removing old runs: %w", err)
		}
		if !ours {
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("removing old runs: %w", err)
		}
	}
	return nil
}

// onlyOurs reports whether each file under a history folder is one of its run's.
func onlyOurs(dir string) (bool, error) {
	files, err := runFiles(dir)
	if err != nil {
		return false, nil // its manifest is damaged: nothing there is known to be ours
	}
	ours := true
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if !slices.Contains(files, name) {
			ours = false
			return filepath.SkipAll
		}
		return err
	})
	return ours, err
}

var stampName = regexp.MustCompile(`^(\d{8}T\d{6}Z)(?:-(\d+))?$`)

// History lists the folders of earlier runs of a results folder, oldest first.
func History(dir string) ([]string, error) {
	list, err := os.ReadDir(filepath.Join(dir, historyDir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the history: %w", err)
	}
	var names []string
	for _, e := range list {
		if e.IsDir() && stampName.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		x, y := stampName.FindStringSubmatch(a), stampName.FindStringSubmatch(b)
		nx, _ := strconv.Atoi(x[2]) // none is 0, before the second of the same start
		ny, _ := strconv.Atoi(y[2])
		return cmp.Or(cmp.Compare(x[1], y[1]), cmp.Compare(nx, ny))
	})
	for i, n := range names {
		names[i] = filepath.Join(dir, historyDir, n)
	}
	return names, nil
}
