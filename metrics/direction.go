package metrics

import "strings"

// A Direction says which way a figure gets better.
type Direction int

const (
	Neither      Direction = 0  // a count or a setting: neither way is better
	HigherBetter Direction = 1  // throughput, goodput
	LowerBetter  Direction = -1 // latencies, failures, cost
)

// Better is which way a figure gets better, by its name in the case JSON and the
// CSVs: p99_ttft_ms, output_throughput.
func Better(name string) Direction {
	switch {
	case strings.HasSuffix(name, "_ms"), strings.HasPrefix(name, "cost_"), name == "failed", name == "failed_share":
		return LowerBetter
	case strings.HasSuffix(name, "throughput"), strings.HasPrefix(name, "request_goodput"), name == "max_output_tokens_per_s", name == "completed":
		return HigherBetter
	}
	return Neither
}

// Beyond reports whether a figure is worse than its limit: above it where lower is
// better, or where neither is; below it where higher is.
func Beyond(name string, value, limit float64) bool {
	if Better(name) == HigherBetter {
		return value < limit
	}
	return value > limit
}
