package aggregate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"llmsweep/runlog"
)

// A Side is one of the runs that are compared.
type Side struct {
	Name string // as it was asked for: @prev, results
	Path string // a folder, a case file, or a CSV
	Rows []Row
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
		s.Rows = once(s.Rows)
	case vllm:
		s.Rows, broken = LoadVLLM([]string{path})
	default:
		s.Rows, broken = Load([]string{path})
	}
	switch {
	case len(s.Rows) == 0 && len(broken) > 0:
		return nil, nil, errors.Join(broken...)
	case len(s.Rows) == 0:
		return nil, nil, fmt.Errorf("%s: no case files; name a results folder, a case JSON or an aggregate_results.csv", path)
	}
	return s, broken, nil
}

// Gates are those of the config that the side was run by; none where there is no
// manifest beside its case files.
func (s *Side) Gates() ([]runlog.Gate, error) {
	if s.Rows[0].File == "" {
		return nil, nil
	}
	run, err := runlog.ReadRun(filepath.Dir(s.Rows[0].File))
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
