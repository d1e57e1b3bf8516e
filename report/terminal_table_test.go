package report

import (
	"maps"
	"testing"

	"llmsweep/aggregate"
)

// Cases compete where they ask for the same: the same lengths, or the same
// dataset's own.
func TestBest(t *testing.T) {
	row := func(dataset string, input, output int, rate, e2el float64) aggregate.Row {
		r := aggregate.Row{Dataset: dataset, OutputThroughput: &rate, MeanE2EL: &e2el}
		if input > 0 {
			r.InputLen, r.OutputLen = &input, &output
		}
		return r
	}
	most, lowest := best([]aggregate.Row{
		row("sharegpt", 0, 0, 100, 20),               // 0
		row("sharegpt", 0, 0, 300, 30),               // 1: the most of sharegpt
		row("trace", 0, 0, 900, 1),                   // alone
		row("", 0, 0, 900, 1), row("", 0, 0, 901, 2), // of files that do not say what they asked for
		row("random", 8, 4, 5, 9), row("random", 8, 4, 6, 8), // 5, 6
	}, func(r *aggregate.Row) *float64 { return r.OutputThroughput })
	if !maps.Equal(most, map[int]bool{1: true, 6: true}) || !maps.Equal(lowest, map[int]bool{0: true, 6: true}) {
		t.Errorf("most tokens/s %v, lowest latency %v; want 1 and 6, 0 and 6", most, lowest)
	}
}
