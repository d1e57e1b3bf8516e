package aggregate

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// A Side is one of the runs that are compared.
type Side struct {
	Name string // as it was asked for: @prev, results
	Path string // a folder, a case file, or a CSV
	Rows []Row

	folder string // where its case files lie; "" = there are none
}

// ReadSide reads a results folder, one of the history, a case JSON or an
// aggregate_results.csv, ours or vLLM's. With vllm, the figures of our cases are
// computed anew by vLLM's definitions. Files that cannot be read are in broken;
// the error is that nothing could be.
func ReadSide(name, path string, vllm bool) (s *Side, broken []error, err error) {
	s = &Side{Name: name, Path: path}
	switch {
	case filepath.Ext(path) == ".csv" && vllm:
		return nil, nil, fmt.Errorf("%s: a CSV holds no records to compute vLLM's figures from; name the results folder", path)
	case filepath.Ext(path) == ".csv":
		f, err := os.Open(path)
		if err != nil {
			return nil, nil, fmt.Errorf("comparing: %w", err)
		}
		defer f.Close()
		if s.Rows, err = ReadCSV(f); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", path, err)
		}
	case vllm:
		s.Rows, broken = LoadVLLM([]string{path})
	default:
		s.Rows, broken = Load([]string{path})
	}
	if len(s.Rows) == 0 {
		return nil, nil, errors.Join(append(broken, fmt.Errorf("%s: no case files; name a results folder, a case JSON or an aggregate_results.csv", path))...)
	}
	if filepath.Ext(path) != ".csv" {
		s.folder = path
		if filepath.Ext(path) == ".json" {
			s.folder = filepath.Dir(path)
		}
	}
	return s, broken, nil
}

// Gates are those of the config that the side was run by; none where it has no
// manifest.
func (s *Side) Gates() ([]runlog.Gate, error) {
	if s.folder == "" {
		return nil, nil
	}
	run, err := runlog.ReadRun(s.folder)
	if run == nil || err != nil {
		return nil, err
	}
	return run.Gates()
}

// values are what the side's rows have of something, sorted, each once.
func (s *Side) values(of func(*Row) string) []string {
	var all []string
	for i := range s.Rows {
		all = append(all, of(&s.Rows[i]))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func modelOf(r *Row) string       { return r.Model }
func serverOf(r *Row) string      { return r.Server }
func datasetOf(r *Row) string     { return r.Dataset }
func definitionsOf(r *Row) string { return r.Definitions }

// A keyed says which coordinates tell cases apart beside lengths, load and axes:
// those that vary within a side. What only differs between the sides is what is
// compared.
type keyed struct{ model, server, dataset bool }

func keyOf(sides ...*Side) (k keyed) {
	unnamed := false
	for _, s := range sides {
		k.model = k.model || len(s.values(modelOf)) > 1
		k.server = k.server || len(s.values(serverOf)) > 1
		k.dataset = k.dataset || len(s.values(datasetOf)) > 1
		unnamed = unnamed || slices.Contains(s.values(datasetOf), "")
	}
	k.dataset = k.dataset || !unnamed // another dataset is another question, where it is told
	return k
}

func (k keyed) of(r *Row) string {
	parts := []string{cell(r.InputLen), cell(r.OutputLen), cell(r.MaxConcurrency), strconv.Itoa(r.NumPrompts), r.RequestRate, r.Axes}
	for _, more := range []struct {
		use  bool
		text string
	}{{k.model, r.Model}, {k.server, r.Server}, {k.dataset, r.Dataset}} {
		if more.use {
			parts = append(parts, more.text)
		}
	}
	return fmt.Sprintf("%q", parts)
}

// A repeats is the repeats of a case on one side: those that were measured, and the
// rest.
type repeats struct {
	side     *Side
	measured []*Row
	rest     []*Row // failed or interrupted
}

func (s *Side) groups(k keyed) (order []string, groups map[string]*repeats) {
	groups = map[string]*repeats{}
	for i := range s.Rows {
		r := &s.Rows[i]
		key := k.of(r)
		g := groups[key]
		if g == nil {
			g = &repeats{side: s}
			groups[key], order = g, append(order, key)
		}
		if r.Status == "" || r.Status == runlog.StatusMeasured {
			g.measured = append(g.measured, r)
		} else {
			g.rest = append(g.rest, r)
		}
	}
	return order, groups
}

func (g *repeats) first() *Row {
	if len(g.measured) > 0 {
		return g.measured[0]
	}
	return g.rest[0]
}

var repeatPart = regexp.MustCompile(`_run\d+$`)

func (g *repeats) name() string { return shortName(g.first().Case) }

// shortName is a case's name without what all have and without its repeat.
func shortName(name string) string {
	return repeatPart.ReplaceAllString(strings.TrimPrefix(name, "bench_"), "")
}

// sharedName is what the names of two matched cases have in common.
func sharedName(a, b string) string {
	inA := strings.Split(a, "_")
	var both []string
	for _, part := range strings.Split(b, "_") {
		if slices.Contains(inA, part) {
			both = append(both, part)
		}
	}
	if len(both) == 0 {
		return b
	}
	return strings.Join(both, "_")
}

// doubt is the worst verdict on the measured repeats, with its reason; "" = valid,
// or none was told.
func (g *repeats) doubt() (verdict, reason string) {
	for _, want := range []string{metrics.Invalid, metrics.Suspect} {
		for _, r := range g.measured {
			if r.Validity == want {
				return want, cmp.Or(r.ValidityReasons, "no reason given")
			}
		}
	}
	return "", ""
}

// figures are the repeats' values of a figure, where it is defined.
func (g *repeats) figures(name string) (values []float64, rows []*Row) {
	for _, r := range g.measured {
		if v, ok := g.side.figure(r, name); ok {
			values, rows = append(values, v), append(rows, r)
		}
	}
	return values, rows
}

// figure is a figure of a case: a column, or what only its file has.
func (s *Side) figure(r *Row, name string) (float64, bool) {
	if v, isColumn := r.column(name); isColumn {
		if v == nil {
			return 0, false
		}
		return *v, true
	}
	if sent := r.Completed + r.Failed; name == "failed_share" && sent > 0 {
		return float64(r.Failed) / float64(sent), true
	}
	f, err := runlog.ReadCase(s.caseFile(r))
	if err != nil {
		return 0, false
	}
	v, ok := f.Figures()[name]
	return v, ok
}

// caseFile is where the row's case lies.
func (s *Side) caseFile(r *Row) string {
	if filepath.Ext(s.Path) == ".json" {
		return s.Path
	}
	return filepath.Join(s.folder, r.Case+".json")
}
