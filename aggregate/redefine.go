package aggregate

import (
	"fmt"
	"slices"
	"strconv"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// LoadVLLM is Load with vLLM's definitions: the figures of our case files are
// computed anew from their records, by the rules of vLLM's benchmarks/serve.py.
// Verdict and lengths stay as they were. A case without full records beside it is
// broken.
func LoadVLLM(paths []string) (rows []Row, broken []error) { return load(paths, readVLLM) }

// readVLLM reads a case file as vLLM would have written it.
func readVLLM(path string) ([]*runlog.CaseFile, error) {
	results, err := runlog.ReadCaseFigures(path)
	if err != nil || !slices.ContainsFunc(results, func(f *runlog.CaseFile) bool { return f.Definitions == runlog.DefinitionsOurs }) {
		return results, err // they are vLLM's already
	}
	if len(results) > 1 {
		return nil, (&Row{File: path, Result: 1}).noRecords()
	}
	f := results[0]
	records, err := recordsOf(path)
	if err != nil {
		return nil, fmt.Errorf("%s by vLLM's definitions: %w", path, err)
	}
	o := metrics.Options{NumPrompts: f.NumPrompts, RequestRate: float64(f.RequestRate)}
	if f.MaxConcurrency != nil {
		o.MaxConcurrency = *f.MaxConcurrency
	}
	if f.SLO != nil {
		o.SLO = f.SLO.Limits
	}
	for _, sc := range f.Scenarios {
		part := metrics.Scenario{Name: sc.Name, NumPrompts: sc.NumPrompts}
		if sc.SLO != nil {
			part.SLO = sc.SLO.Limits
		}
		o.Scenarios = append(o.Scenarios, part)
	}
	for p := range f.TTFT.P {
		v, err := strconv.ParseFloat(p, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: percentile %q: %w", path, p, err)
		}
		o.Percentiles = append(o.Percentiles, v)
	}
	g := runlog.NewCaseFile(f.Case.Case, metrics.SummarizeVLLM(records, o), runlog.Info{SLO: o.SLO})
	f.Definitions = runlog.DefinitionsVLLM
	f.Duration, f.Results, f.Failures = g.Duration, g.Results, g.Failures
	f.MaxOutputTokensPerS, f.MaxConcurrentRequests = g.MaxOutputTokensPerS, g.MaxConcurrentRequests
	return results, nil
}

// measured is all of what the row is from, by the row's definitions.
func (r *Row) measured() (*runlog.CaseFile, error) {
	f, err := r.ReadFile()
	if err != nil || r.Definitions == f.Definitions || r.Definitions != runlog.DefinitionsVLLM {
		return f, err
	}
	all, err := readVLLM(r.File)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// recordsOf reads the records beside a case file, with their arrivals.
func recordsOf(path string) ([]metrics.Record, error) {
	file, err := recordsFile(path)
	if err != nil {
		return nil, err
	}
	var records []metrics.Record
	for r, err := range runlog.ReadRecords(file) {
		if err != nil {
			return nil, err
		}
		if r.Completed() && r.OutputTokens > 0 && len(r.Arrivals) == 0 {
			return nil, fmt.Errorf("%s holds no arrivals: run with records: full", file)
		}
		records = append(records, r)
	}
	return records, nil
}
