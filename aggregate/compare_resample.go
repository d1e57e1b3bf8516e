package aggregate

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"strconv"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/stats"
)

const (
	resamples     = 1000
	resamplesSeed = 1 // fixed: the same files give the same interval
)

// bootstrap tests the change by how much each run's figure varies when its
// requests are drawn anew. What differs from run to run is not in it, so it finds
// more changes than there are.
func (c *Change) bootstrap(oldRows, newRows []*Row) {
	c.sdOld = resampled(c.Metric, oldRows, &c.Why)
	c.sdNew = resampled(c.Metric, newRows, &c.Why)
	if c.Why != "" {
		return
	}
	varOld, varNew := c.sdOld*c.sdOld/float64(len(oldRows)), c.sdNew*c.sdNew/float64(len(newRows))
	c.test.SE, c.test.DoF = math.Sqrt(varOld+varNew), math.Inf(1)
	c.By = ByBootstrap
}

// resampled is the standard error of the logarithm of a run's figure under
// resampling of its requests: the root mean square over the runs. Why is set where
// it cannot be found.
func resampled(metric string, rows []*Row, why *string) float64 {
	sum := 0.0
	for _, r := range rows {
		se, err := r.spreadOf(metric)
		if err != nil {
			*why = "one run, and " + err.Error()
			return math.NaN()
		}
		sum += se * se
	}
	return math.Sqrt(sum / float64(len(rows)))
}

var latencyName = regexp.MustCompile(`^(mean|median|p[0-9.]+)_(ttft|tpot|itl|e2el)_ms$`)

// spreadOf is the bootstrap's standard error of the logarithm of a case's figure.
func (r *Row) spreadOf(metric string) (float64, error) {
	m := latencyName.FindStringSubmatch(metric)
	if m == nil {
		return math.NaN(), errors.New("only repeats tell how much it varies")
	}
	if r.File == "" {
		return math.NaN(), errors.New("no records beside a CSV: name the results folder")
	}
	sample, err := r.requestLatencies(m[2])
	if err != nil {
		return math.NaN(), err
	}
	of := stats.Statistic(stats.ClusteredMean)
	if m[1] != "mean" {
		p := 50.0
		if m[1] != "median" {
			if p, err = strconv.ParseFloat(m[1][1:], 64); err != nil {
				return math.NaN(), fmt.Errorf("%s: %w", metric, err)
			}
		}
		of = stats.ClusteredPercentile(p)
	}
	found := sample.Bootstrap(resamples, resamplesSeed, of)
	if len(found) < resamples/2 {
		return math.NaN(), fmt.Errorf("too few requests for %s in %s", metric, filepath.Base(r.File))
	}
	return stats.StdDev(logs(found)), nil
}

// requestLatencies are one kind of a case's latencies in ms, grouped by request: from its
// records, else from the arrays in its file.
func (r *Row) requestLatencies(kind string) (*stats.Clustered, error) {
	err := r.noRecords()
	var records []metrics.Record
	if err == nil {
		records, err = recordsOf(r.File)
	}
	if err != nil {
		f, errCase := r.ReadFile()
		if errCase != nil || f.Arrays == nil {
			return nil, err
		}
		return arrayLatencies(f.Arrays, kind), nil
	}
	var groups [][]float64
	for i := range records {
		if r := &records[i]; r.Completed() && !r.Warmup {
			groups = append(groups, latenciesOf(r, kind))
		}
	}
	return stats.NewClustered(groups), nil
}

func latenciesOf(r *metrics.Record, kind string) []float64 {
	of := metrics.TTFT
	switch kind {
	case "itl":
		return metrics.ITLs(r)
	case "tpot":
		of = metrics.TPOT
	case "e2el":
		of = metrics.E2EL
	}
	if ms, ok := of(r); ok {
		return []float64{ms}
	}
	return nil
}

// arrayLatencies are those of a file with vLLM's arrays, which are s.
func arrayLatencies(a *runlog.Arrays, kind string) *stats.Clustered {
	var groups [][]float64
	for i, ttft := range a.TTFTs {
		if i >= len(a.Latencies) || i >= len(a.ITLs) || i >= len(a.OutputLens) || !ttft.Defined() || !a.Latencies[i].Defined() || a.OutputLens[i] == 0 {
			continue
		}
		var xs []float64
		switch n := a.OutputLens[i]; kind {
		case "ttft":
			xs = []float64{1e3 * float64(ttft)}
		case "e2el":
			xs = []float64{1e3 * float64(a.Latencies[i])}
		case "tpot":
			if n > 1 {
				xs = []float64{1e3 * float64(a.Latencies[i]-ttft) / float64(n-1)}
			}
		case "itl":
			for _, gap := range a.ITLs[i] {
				xs = append(xs, 1e3*float64(gap))
			}
		}
		groups = append(groups, xs)
	}
	return stats.NewClustered(groups)
}
