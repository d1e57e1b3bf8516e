package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"llmsweep/aggregate"
)

// metricTitle is a figure as people say it: p99_ttft_ms is p99 TTFT.
func metricTitle(name string) string {
	words := strings.Split(strings.TrimSuffix(name, "_ms"), "_")
	for i, w := range words {
		if slices.Contains([]string{"ttft", "tpot", "itl", "e2el"}, w) {
			words[i] = strings.ToUpper(w)
		}
	}
	return strings.Join(words, " ")
}

// interval is the confidence interval: 95 % CI +8.0 … +16.2 %.
func interval(c *aggregate.Change) string {
	if math.IsNaN(c.Low) {
		return "no interval"
	}
	return fmt.Sprintf("%.0f %% CI %s", 100*aggregate.Confidence, between(c.Low, c.High))
}
