package aggregate

import (
	"regexp"
	"strconv"
	"strings"

	"llmsweep/stats"
)

var percentileOfRequests = regexp.MustCompile(`^p([0-9.]+)_(ttft|tpot|e2el)_ms$`)

// SamplesNeeded is how many requests the percentile in a column has to be of, so that
// their second-largest value bounds it at 99 % (Wilks): 64 for a p90, 662 for a p99. It
// is 0 for other columns: percentiles below 90 are well inside a sample, and ITL's are
// over gaps, of which a request has many.
func SamplesNeeded(column string) int {
	m := percentileOfRequests.FindStringSubmatch(column)
	if m == nil {
		return 0
	}
	p, err := strconv.ParseFloat(m[1], 64)
	if err != nil || p < 90 {
		return 0
	}
	return stats.WilksN(p/100, 0.99)
}

// percentilesOfRequests are the columns that SamplesNeeded asks something of.
var percentilesOfRequests = []struct {
	name   string
	needed int
	of     func(*Row) *float64
}{
	{"p90_ttft_ms", SamplesNeeded("p90_ttft_ms"), func(r *Row) *float64 { return r.P90TTFT }},
	{"p95_ttft_ms", SamplesNeeded("p95_ttft_ms"), func(r *Row) *float64 { return r.P95TTFT }},
	{"p99_ttft_ms", SamplesNeeded("p99_ttft_ms"), func(r *Row) *float64 { return r.P99TTFT }},
	{"p90_tpot_ms", SamplesNeeded("p90_tpot_ms"), func(r *Row) *float64 { return r.P90TPOT }},
	{"p95_tpot_ms", SamplesNeeded("p95_tpot_ms"), func(r *Row) *float64 { return r.P95TPOT }},
	{"p99_tpot_ms", SamplesNeeded("p99_tpot_ms"), func(r *Row) *float64 { return r.P99TPOT }},
	{"p90_e2el_ms", SamplesNeeded("p90_e2el_ms"), func(r *Row) *float64 { return r.P90E2EL }},
	{"p95_e2el_ms", SamplesNeeded("p95_e2el_ms"), func(r *Row) *float64 { return r.P95E2EL }},
	{"p99_e2el_ms", SamplesNeeded("p99_e2el_ms"), func(r *Row) *float64 { return r.P99E2EL }},
}

// fewSamples are the row's percentiles of too few requests, joined by ";".
func (r *Row) fewSamples() string {
	var few []string
	for _, p := range percentilesOfRequests {
		if p.of(r) != nil && r.Completed < p.needed {
			few = append(few, p.name)
		}
	}
	return strings.Join(few, ";")
}
