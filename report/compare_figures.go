package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
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

// change is a share with its sign: +12.3 %.
func change(share float64) string {
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return "–"
	}
	p := 100 * share
	digits := 1
	if math.Abs(p) >= 100 {
		digits = 0
	}
	text := strconv.FormatFloat(math.Abs(p), 'f', digits, 64)
	if strings.Trim(text, "0.") == "" {
		return "±0 %"
	}
	if p < 0 {
		return "−" + text + " %"
	}
	return "+" + text + " %"
}

// interval is the confidence interval: 95 % CI +8.0 … +16.2 %.
func interval(c *aggregate.Change) string {
	if math.IsNaN(c.Low) {
		return "no interval"
	}
	return fmt.Sprintf("%.0f %% CI %s", 100*aggregate.Confidence, between(c.Low, c.High))
}

func between(low, high float64) string {
	if math.IsNaN(low) {
		return "–"
	}
	return strings.TrimSuffix(change(low), " %") + " … " + change(high)
}

// pText is a p-value to two digits; – where there is none.
func pText(p float64) string {
	switch {
	case math.IsNaN(p):
		return "–"
	case p < 0.0001:
		return "<0.0001"
	case p < 0.1:
		return strconv.FormatFloat(p, 'g', 2, 64)
	}
	return strconv.FormatFloat(p, 'f', 2, 64)
}

// amount is a figure to three significant digits or to the whole.
func amount(x float64) string {
	v := math.Abs(x)
	switch {
	case math.IsNaN(x):
		return "–"
	case v >= 100:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	case v >= 1:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case v == 0:
		return "0"
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}
