package httpload

import (
	"math"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// A Tally is a sample of whole numbers in constant memory: count, mean, extremes
// and deviation are exact, percentiles and shares to 0.1 %.
type Tally struct {
	h          *hdrhistogram.Histogram
	n          int64
	sum, sumSq float64
	min, max   int64
}

// newTally is for numbers from 1 to most; others are counted as the nearer end.
func newTally(most int64) *Tally {
	return &Tally{h: hdrhistogram.New(1, most, 3), min: math.MaxInt64}
}

func newLatencyTally() *Tally { return newTally(maxLatency.Microseconds()) }

// newRateTally is for requests/s.
func newRateTally() *Tally { return newTally(100_000_000) }

func (t *Tally) add(v, times int64) {
	v = min(max(v, 0), t.h.HighestTrackableValue())
	_ = t.h.RecordValues(v, times) // v is within its range
	t.n += times
	t.sum += float64(v) * float64(times)
	t.sumSq += float64(v) * float64(v) * float64(times)
	t.min, t.max = min(t.min, v), max(t.max, v)
}

func (t *Tally) merge(o *Tally) {
	t.h.Merge(o.h)
	t.n += o.n
	t.sum += o.sum
	t.sumSq += o.sumSq
	t.min, t.max = min(t.min, o.min), max(t.max, o.max)
}

// Count is the size of the sample.
func (t *Tally) Count() int64 { return t.n }

// Min is the least of the sample; 0 of none.
func (t *Tally) Min() float64 {
	if t.n == 0 {
		return 0
	}
	return float64(t.min)
}

// Max is the largest of the sample; 0 of none.
func (t *Tally) Max() float64 { return float64(t.max) }

// Mean is 0 of none, as in wrk.
func (t *Tally) Mean() float64 {
	if t.n == 0 {
		return 0
	}
	return t.sum / float64(t.n)
}

// Stdev is the sample's (n − 1), as wrk's stats_stdev; 0 of fewer than two.
func (t *Tally) Stdev() float64 {
	if t.n < 2 {
		return 0
	}
	n := float64(t.n)
	return math.Sqrt(max(t.sumSq-t.sum*t.sum/n, 0) / (n - 1))
}

// Within is the share of the sample within one Stdev of the Mean, in %: wrk's
// "+/- Stdev"; 0 of none.
func (t *Tally) Within() float64 {
	if t.n == 0 {
		return 0
	}
	low, high := t.Mean()-t.Stdev(), t.Mean()+t.Stdev()
	var in int64
	for v, times := range t.values() {
		if x := float64(v); x >= low && x <= high {
			in += times
		}
	}
	return 100 * float64(in) / float64(t.n)
}

// Percentile is the value that p % of the sample do not exceed; 0 of none.
func (t *Tally) Percentile(p float64) float64 {
	if t.n == 0 {
		return 0
	}
	v := t.h.ValueAtPercentile(p)
	return float64(min(max(v, t.min), t.max))
}

// values yields what was recorded, rising, and how often.
func (t *Tally) values() func(yield func(v, times int64) bool) {
	return func(yield func(v, times int64) bool) {
		for _, bar := range t.h.Distribution() {
			if bar.Count == 0 {
				continue
			}
			v := min(max((bar.From+bar.To)/2, t.min), t.max)
			if !yield(v, bar.Count) {
				return
			}
		}
	}
}

// corrected adds, for each value, those that a load with the expected interval
// would have met while it lasted: v − interval, v − 2·interval, …, down to the
// interval. It is HdrHistogram's correction for coordinated omission
// (recordValueWithExpectedInterval), applied afterwards.
func (t *Tally) corrected(interval int64) *Tally {
	c := newLatencyTally()
	c.merge(t)
	if interval <= 0 {
		return c
	}
	for v, times := range t.values() {
		for missing := v - interval; missing >= interval; missing -= interval {
			c.add(missing, times)
		}
	}
	return c
}
