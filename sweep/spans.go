package sweep

import (
	"maps"
	"time"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// LastSpans is how long cases took when they were last measured, warm-up and the
// making of prompts included, by name: in the results folder or, where that does
// not have them, in the newest run of its history. It reads journals alone. What
// cannot be read is not known.
func LastSpans(c *plan.Config) map[string]time.Duration {
	spans := map[string]time.Duration{}
	if past, err := runlog.History(c.ResultsDir); err == nil && len(past) > 0 {
		addSpans(spans, past[len(past)-1])
	}
	addSpans(spans, c.ResultsDir)
	return spans
}

func addSpans(spans map[string]time.Duration, dir string) {
	if found, err := runlog.Spans(dir); err == nil {
		maps.Copy(spans, found)
	}
}
