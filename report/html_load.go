package report

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

// The points of a chart's line: most for few cases, fewer for many, so that the page
// of 100 cases stays under 3 MB.
const (
	mostPoints  = 400
	leastPoints = 60
	allPoints   = 24_000 // of one line of every case together
)

// An HTMLSource reads a results folder for its page. It only reads, takes no lock,
// and may be asked again while a run goes on: records that did not change are not
// read again. It is not for several goroutines at once.
type HTMLSource struct {
	Dir  string
	Out  string // the folder that the page lies in, for its links; "" = Dir
	Live bool
	Tool string // name and version, for the page's foot

	known map[string]knownSeries // by the path of the records
}

// A knownSeries is what a records file held when it was last read.
type knownSeries struct {
	size   int64
	at     time.Time
	limit  int
	series *htmlSeries
}

// A loadedCase is a row with what its file says beyond it.
type loadedCase struct {
	row    aggregate.Row
	file   *runlog.CaseFile // nil = the case is at work
	series *htmlSeries      // nil = there are no records
	broken string           // why the records could not be read
}

// Load reads the folder. Files that cannot be read are named among the page's
// warnings; a folder without any case is an error.
func (s *HTMLSource) Load() (*HTML, error) {
	run, err := runlog.ReadRun(s.Dir)
	if err != nil {
		return nil, err
	}
	rows, broken := aggregate.Load([]string{s.Dir})
	if len(rows) == 0 && run == nil {
		return nil, errors.Join(append(broken, fmt.Errorf("no case files in %s: run a sweep first, or name its results folder", s.Dir))...)
	}
	cases, err := s.cases(rows, run)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	for i := range rows {
		files[rows[i].Case] = filepath.Base(rows[i].File)
	}
	found, foundErr := runlog.ReadFound(s.Dir)
	h := htmlBuild(cases, run, found, func(name string) string { return s.link(cmp.Or(files[name], name+".json")) })
	h.Live, h.Tool = s.Live, s.Tool
	h.charts.Live = s.Live
	if foundErr != nil {
		h.Warnings = append(h.Warnings, foundErr.Error())
	}
	if run != nil {
		h.leftOut(s.Dir, rows)
	}
	for _, b := range broken {
		h.Warnings = append(h.Warnings, b.Error())
	}
	return h, nil
}

// leftOut takes over which cases rules left out. What of it cannot be read is a warning.
func (h *HTML) leftOut(dir string, rows []aggregate.Row) {
	skipped, err := runlog.Skipped(dir)
	if err != nil {
		h.Warnings = append(h.Warnings, err.Error())
	}
	for _, r := range rows {
		delete(skipped, r.Case) // measured after all
	}
	for _, name := range slices.Sorted(maps.Keys(skipped)) {
		h.Skipped = append(h.Skipped, [2]string{name, skipped[name]})
	}
}

// link is the path of a file in the folder as seen from the page, as a relative URL.
func (s *HTMLSource) link(path string) string {
	if s.Out != "" {
		if rel, err := filepath.Rel(s.Out, filepath.Join(s.Dir, path)); err == nil {
			path = rel
		}
	}
	return (&url.URL{Path: filepath.ToSlash(path)}).String()
}

// cases are the rows' cases, then those of the plan that have records but no case
// file yet: at work, or cut off.
func (s *HTMLSource) cases(rows []aggregate.Row, run *runlog.Run) ([]loadedCase, error) {
	var all []loadedCase
	done := map[string]bool{}
	for _, row := range rows {
		f, err := row.ReadFile()
		if err != nil {
			return nil, err
		}
		done[row.Case] = true
		all = append(all, loadedCase{row: row, file: f})
	}
	if run != nil {
		for _, c := range run.Cases {
			if _, err := os.Stat(s.records(c.Name)); !done[c.Name] && err == nil {
				all = append(all, loadedCase{row: aggregate.Row{Case: c.Name, Status: runlog.StatusStarted, NumPrompts: c.Axes.NumPrompts}})
			}
		}
	}
	limit := max(leastPoints, min(mostPoints, allPoints/max(len(all), 1)))
	for i := range all {
		c := &all[i]
		name := c.row.Case
		if c.row.File != "" && c.row.Result == 0 { // bench's file may have another name than its case
			name = strings.TrimSuffix(filepath.Base(c.row.File), ".json")
		}
		series, err := s.series(s.records(name), limit)
		if err != nil {
			c.broken = err.Error()
		}
		c.series = series
	}
	return all, nil
}

// records is the path of the case's records, compressed if there are such.
func (s *HTMLSource) records(name string) string {
	path := filepath.Join(s.Dir, name+".requests.jsonl")
	if _, err := os.Stat(path + ".gz"); err == nil {
		return path + ".gz"
	}
	return path
}

func (s *HTMLSource) series(path string, limit int) (*htmlSeries, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading records: %w", err)
	}
	if k, ok := s.known[path]; ok && k.size == info.Size() && k.at.Equal(info.ModTime()) && k.limit == limit {
		return k.series, nil
	}
	series, err := seriesOf(runlog.ReadRecords(path), limit)
	if err != nil {
		return nil, err
	}
	if s.known == nil {
		s.known = map[string]knownSeries{}
	}
	s.known[path] = knownSeries{info.Size(), info.ModTime(), limit, series}
	return series, nil
}

// Version changes when a file of the run does that the page is made of: it names
// each one's size and time of change.
func (s *HTMLSource) Version() string {
	var b strings.Builder
	look := func(dir string, want func(string) bool) {
		list, err := os.ReadDir(dir)
		if err != nil {
			return // a folder that is not there yet has no files
		}
		for _, e := range list {
			if info, err := e.Info(); err == nil && want(e.Name()) {
				fmt.Fprintf(&b, "%s %d %d\n", e.Name(), info.Size(), info.ModTime().UnixNano())
			}
		}
	}
	look(s.Dir, func(name string) bool {
		return strings.HasSuffix(name, ".json") || strings.HasPrefix(name, "bench_") && strings.Contains(name, ".requests.jsonl")
	})
	look(filepath.Join(s.Dir, ".run"), func(name string) bool {
		return name == "run.json" || name == "journal.jsonl" || name == runlog.SearchFile
	})
	return b.String()
}

func htmlJoin(sep string, parts ...string) string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, sep)
}
