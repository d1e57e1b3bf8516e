package runlog

import (
	"cmp"
	"slices"

	"llmsweep/metrics"
)

// Detailed adds the arrays of save_detailed: a value a measured request, in the
// order of sending, warm-up left out. The records need their arrivals.
func (f *CaseFile) Detailed(records []metrics.Record) {
	measured := make([]*metrics.Record, 0, len(records))
	for i := range records {
		if !records[i].Warmup {
			measured = append(measured, &records[i])
		}
	}
	slices.SortStableFunc(measured, func(a, b *metrics.Record) int { return cmp.Compare(a.Queued, b.Queued) })
	a := &Arrays{
		InputLens: []int{}, OutputLens: []int{}, TTFTs: []Float{}, ITLs: [][]Float{}, Latencies: []Float{},
		StartTimes: []Float{}, QueueTimes: []Float{}, GeneratedTexts: []string{}, Errors: []string{},
	}
	for _, r := range measured {
		a.add(r)
	}
	f.Arrays = a
}

func (a *Arrays) add(r *metrics.Record) {
	ttft, latency, gaps, failure, output := NaN(), NaN(), []Float{}, "", 0
	if r.Completed() {
		output = r.OutputTokens
		latency = seconds(r.Sent, r.LastToken)
		if len(r.Arrivals) > 0 {
			ttft = seconds(r.Sent, r.Arrivals[0])
		}
		for i := 1; i < len(r.Arrivals); i++ {
			gaps = append(gaps, seconds(r.Arrivals[i-1], r.Arrivals[i]))
		}
	} else if failure = r.ErrorClass; r.Censored {
		failure = "censored"
	} else if r.Error != "" {
		failure += ": " + r.Error
	}
	a.InputLens = append(a.InputLens, cmp.Or(r.InputServer, r.InputClient, r.InputAsked))
	a.OutputLens = append(a.OutputLens, output)
	a.TTFTs = append(a.TTFTs, ttft)
	a.ITLs = append(a.ITLs, gaps)
	a.Latencies = append(a.Latencies, latency)
	start, queued := NaN(), NaN()
	if r.Sent != 0 {
		start, queued = Float(float64(r.Sent)/1e9), Float(float64(r.Sent-r.Due)/1e9)
	}
	a.StartTimes = append(a.StartTimes, start)
	a.QueueTimes = append(a.QueueTimes, queued)
	a.GeneratedTexts = append(a.GeneratedTexts, r.Text)
	a.Errors = append(a.Errors, failure)
}
