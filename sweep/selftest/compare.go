package selftest

import (
	"math"
	"slices"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/stats"
)

// truthErrors are the errors of what was measured, |measured − true| in ms, by
// kernel arrival and by user clock.
type truthErrors struct {
	compared             int // requests
	ttftKernel, ttftUser []float64
	itlKernel, itlUser   []float64
}

// compareTruth holds the completed requests against the server's ground truth:
// writes are the instants, Unix ns, right before it wrote each token event, by
// request id. Both sides read the same clock, and startUnixNS is its value at
// the records' instant 0. With aᵢ the arrival and wᵢ the write of event i,
//
//	TTFT error = |a₀ − w₀|                     (both TTFTs count from the same send)
//	ITL error  = |(aᵢ − aᵢ₋₁) − (wᵢ − wᵢ₋₁)|   (of each gap)
//
// and aᵢ + reader lag in place of aᵢ for the user clock. So what the server and
// the kernel take from the stamp to the arrival counts as this tool's error. A
// request with another number of events than the truth has is not compared.
func compareTruth(records []metrics.Record, startUnixNS int64, writes map[string][]int64) truthErrors {
	var e truthErrors
	events := 0
	for i := range records {
		events += len(records[i].Arrivals)
	}
	e.itlKernel, e.itlUser = make([]float64, 0, events), make([]float64, 0, events)
	for i := range records {
		r := &records[i]
		w := writes[r.ID]
		if r.Warmup || !r.Completed() || len(w) == 0 || len(w) != len(r.Arrivals) {
			continue
		}
		e.compared++
		e.add(r, startUnixNS, w)
	}
	return e
}

// add takes in one request with a truth for each event.
func (e *truthErrors) add(r *metrics.Record, startUnixNS int64, writes []int64) {
	var kernelBefore, userBefore int64 // arrival − write of the event before, ns
	for i, at := range r.Arrivals {
		kernel := startUnixNS + at - writes[i]
		user := kernel
		if i < len(r.Lags) {
			user += int64(r.Lags[i]) * 1000
		}
		if i == 0 {
			e.ttftKernel = append(e.ttftKernel, absMS(kernel))
			e.ttftUser = append(e.ttftUser, absMS(user))
		} else {
			e.itlKernel = append(e.itlKernel, absMS(kernel-kernelBefore))
			e.itlUser = append(e.itlUser, absMS(user-userBefore))
		}
		kernelBefore, userBefore = kernel, user
	}
}

func absMS(ns int64) float64 { return math.Abs(float64(ns)) / 1e6 }

// ttft and itl are the quantiles; they sort the samples in place.
func (e *truthErrors) ttft() ClockErrors {
	return ClockErrors{quantiles(e.ttftKernel), quantiles(e.ttftUser)}
}

func (e *truthErrors) itl() ClockErrors {
	return ClockErrors{quantiles(e.itlKernel), quantiles(e.itlUser)}
}

func quantiles(xs []float64) Quantiles {
	slices.Sort(xs)
	s := stats.Sorted(xs)
	return Quantiles{runlog.Float(s.Percentile(50)), runlog.Float(s.Percentile(99)), runlog.Float(s.Max())}
}

// eventsPerS is the token events of the measured requests ÷ seconds, failed
// requests included; NaN where seconds is.
func eventsPerS(records []metrics.Record, seconds float64) float64 {
	n := 0
	for i := range records {
		if !records[i].Warmup {
			n += len(records[i].Arrivals)
		}
	}
	if !(seconds > 0) {
		return math.NaN()
	}
	return float64(n) / seconds
}
