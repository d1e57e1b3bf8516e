package aggregate

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"llmsweep/runlog"
)

// Load reads case files, ours and vLLM's, one row each. A path is a file or a
// results folder: its *.json without its subfolders. Where a folder holds a run's
// manifest, only cases of its plan count, as they are configured now, in the
// plan's order; else rows are in the natural order of their names (mc2 before
// mc10). A file that cannot be read is named in broken, and skipped; in a folder,
// a JSON of another kind is passed over unless it is called bench_*.
func Load(paths []string) (rows []Row, broken []error) { return load(paths, runlog.ReadCase) }

// A reader reads a case file.
type reader func(path string) (*runlog.CaseFile, error)

func load(paths []string, read reader) (rows []Row, broken []error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			broken = append(broken, fmt.Errorf("aggregating: %w", err))
			continue
		}
		if info.IsDir() {
			r, b := loadFolder(path, read)
			rows, broken = append(rows, r...), append(broken, b...)
			continue
		}
		row, err := loadFile(path, read)
		if err != nil {
			broken = append(broken, err)
			continue
		}
		rows = append(rows, row)
	}
	return rows, broken
}

func loadFolder(dir string, read reader) (rows []Row, broken []error) {
	run, err := runlog.ReadRun(dir)
	if err != nil {
		broken = append(broken, err)
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, append(broken, fmt.Errorf("aggregating: %w", err))
	}
	for _, e := range list {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".json") || strings.HasPrefix(name, ".") {
			continue
		}
		row, err := loadFile(filepath.Join(dir, name), read)
		if err != nil && plans(run, strings.TrimSuffix(name, ".json")) {
			err = fmt.Errorf("%w; %s", err, nextStep(run))
		}
		switch {
		case err == nil:
			rows = append(rows, row)
		case strings.HasPrefix(name, "bench_") || !errors.Is(err, runlog.ErrNotCase):
			broken = append(broken, err)
		}
	}
	if run != nil && len(run.Cases) > 0 {
		return planned(rows, run.Cases), broken
	}
	slices.SortStableFunc(rows, func(a, b Row) int { return natural(a.Case, b.Case) })
	return rows, broken
}

// plans reports whether a case of that name belongs to the run.
func plans(run *runlog.Run, name string) bool {
	return run != nil && slices.ContainsFunc(run.Cases, func(c runlog.Case) bool { return c.Name == name })
}

// nextStep is what can be done about a case file of the run that cannot be read.
func nextStep(run *runlog.Run) string {
	if run.Complete {
		return "delete it to go on without the case, or measure all anew: llmsweep run"
	}
	return "delete it and llmsweep run measures the case again"
}

func loadFile(path string, read reader) (Row, error) {
	f, err := read(path)
	if err != nil {
		return Row{}, err
	}
	return rowOf(strings.TrimSuffix(filepath.Base(path), ".json"), f), nil
}

// planned keeps the rows of the plan's cases, by name and hash, in its order. A
// hash that differs is a figure of an earlier config, which was not run again yet.
func planned(rows []Row, plan []runlog.Case) []Row {
	at := map[string]Row{}
	for _, r := range rows {
		at[r.Case] = r
	}
	var kept []Row
	for _, c := range plan {
		if r, ok := at[c.Name]; ok && r.Hash == c.Hash {
			kept = append(kept, r)
		}
	}
	return kept
}

// natural compares names with their numbers as numbers: io256 before io1024.
func natural(a, b string) int {
	for a != "" && b != "" {
		da, db := digits(a), digits(b)
		if da > 0 && db > 0 {
			x, y := strings.TrimLeft(a[:da], "0"), strings.TrimLeft(b[:db], "0")
			if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
				return c
			}
			a, b = a[da:], b[db:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

// digits is how many decimal digits s begins with.
func digits(s string) int {
	return len(s) - len(strings.TrimLeft(s, "0123456789"))
}
