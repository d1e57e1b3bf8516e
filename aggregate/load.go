package aggregate

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"llmsweep/runlog"
)

// Load reads case files, ours and vLLM's, a row a result. A path is a file or a
// results folder: its *.json without its subfolders. Where a folder holds a run's
// manifest, only cases of its plan count, as they are configured now, in the
// plan's order; else rows are in the natural order of their names (mc2 before
// mc10). A file that cannot be read is named in broken, and skipped; in a folder,
// a JSON of another kind is passed over unless it is called bench_*. A file that paths
// name twice is one row.
func Load(paths []string) (rows []Row, broken []error) { return load(paths, runlog.ReadCaseFigures) }

// A reader reads the results in a case file, of which there is most often one.
type reader func(path string) ([]*runlog.CaseFile, error)

func load(paths []string, read reader) (rows []Row, broken []error) {
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			broken = append(broken, fmt.Errorf("aggregating: %w; name result files or folders that hold some", err))
			continue
		}
		if info.IsDir() {
			r, b := loadFolder(path, read)
			rows, broken = append(rows, r...), append(broken, b...)
			continue
		}
		l := loadFile(path, read, nil)
		if l.err != nil {
			broken = append(broken, l.err)
			continue
		}
		rows = append(rows, l.rows...)
	}
	if len(paths) > 1 {
		rows = once(rows)
	}
	return rows, broken
}

// once is the rows without those of measurements that came before, by another path, the
// same, or a copy: a case named twice is no repeat of itself.
func once(rows []Row) []Row {
	seen := map[string]bool{}
	return slices.DeleteFunc(rows, func(r Row) bool {
		of := cmp.Or(r.measurement(), r.source())
		known := seen[of]
		seen[of] = true
		return known && of != ""
	})
}

// source is the file that the row is from, without links, and its place there; "" where
// there is none.
func (r *Row) source() string {
	path, err := filepath.Abs(r.File)
	if r.File == "" || err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return fmt.Sprint(path, " ", r.Result)
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
	var files []string
	for _, e := range list {
		if name := e.Name(); !e.IsDir() && strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, ".") {
			files = append(files, filepath.Join(dir, name))
		}
	}
	for i, l := range loadFiles(files, read, run) {
		switch {
		case l.err == nil:
			rows = append(rows, l.rows...)
		case strings.HasPrefix(filepath.Base(files[i]), "bench_") || !errors.Is(l.err, runlog.ErrNotCase):
			broken = append(broken, l.err)
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

// loaded are a file's rows, or why there are none.
type loaded struct {
	rows []Row
	err  error
}

// loadFiles reads files of a run, if they are of one, on all cores; their rows come back in the files' order.
func loadFiles(files []string, read reader, run *runlog.Run) []loaded {
	all := make([]loaded, len(files))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(files)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(files); i = int(next.Add(1)) - 1 {
				all[i] = loadFile(files[i], read, run)
			}
		})
	}
	workers.Wait()
	return all
}

func loadFile(path string, read reader, run *runlog.Run) loaded {
	results, err := read(path)
	name := strings.TrimSuffix(filepath.Base(path), ".json")
	if err != nil {
		return loaded{err: fmt.Errorf("%w; %s", err, nextStep(err, name, run))}
	}
	rows := make([]Row, len(results))
	for i, f := range results {
		rows[i] = rowOf(name, f)
		rows[i].File = path
		if len(results) > 1 {
			rows[i].Result = i + 1
			rows[i].Case += fmt.Sprintf("#%d", i+1)
		}
	}
	return loaded{rows: rows}
}

// nextStep is what to do about the file of a case that cannot be read; run is the
// one that it is in, if any.
func nextStep(err error, name string, run *runlog.Run) string {
	switch {
	case errors.Is(err, runlog.ErrNotCase):
		return "name result files of llmsweep or of vllm bench serve --save-result"
	case errors.Is(err, fs.ErrPermission):
		return "make it readable"
	case plans(run, name) && run.Complete:
		return "delete it to go on without the case, or measure all anew: llmsweep run"
	case plans(run, name):
		return "delete it and llmsweep run measures the case again"
	}
	return "run its case again, or take the file away"
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
