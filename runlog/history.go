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
)

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

// prune removes all but the newest keep runs of the history, of which the one that
// was moved there last is one, whatever its clock said. A folder with any file that
// its own manifest does not name is left whole: it is the user's now. The error says what
// could not be removed; the others are.
func (d *Dir) prune(keep int, last string) error {
	if keep < 1 {
		return nil
	}
	runs, err := History(d.path)
	if err != nil || len(runs) <= keep {
		return err
	}
	if i := slices.Index(runs, last); i >= 0 {
		runs = append(slices.Delete(runs, i, i+1), last)
	}
	var kept []error
	for _, dir := range runs[:len(runs)-keep] {
		ours, err := onlyOurs(dir)
		if err == nil && ours {
			err = removeWhole(dir)
		}
		if err != nil {
			kept = append(kept, fmt.Errorf("removing an old run: %w; remove it yourself", err))
		}
	}
	return errors.Join(kept...)
}

// removeWhole removes a folder of the history. A kill in the middle leaves it
// under a name that is no run's, which the next Open clears away.
func removeWhole(dir string) error {
	doomed := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+tempSuffix)
	if err := os.Rename(dir, doomed); err != nil {
		return err
	}
	return os.RemoveAll(doomed)
}

// onlyOurs reports whether each file under a history folder is one of its run's.
func onlyOurs(dir string) (bool, error) {
	run, err := ReadRun(dir)
	if err != nil {
		return false, nil // nothing there is known to be ours
	}
	j, err := readJournal(dir)
	if err != nil {
		return false, err
	}
	cases := slices.Collect(maps.Keys(j.entries))
	if run != nil {
		for _, c := range run.Cases {
			cases = append(cases, c.Name)
		}
	}
	files, err := runFiles(dir, cases)
	if err != nil {
		return false, err
	}
	ours := map[string]bool{filepath.Join(stateDir, runFile): true}
	for _, name := range files {
		ours[name] = true
	}
	only := true
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if !ours[name] {
			only = false
			return filepath.SkipAll
		}
		return err
	})
	return only, err
}
