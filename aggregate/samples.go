package aggregate

import (
	"regexp"
	"strconv"

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
