package httpload

import (
	"math"
	"testing"
)

// 1, 2, 3, 4, 90: mean 20, squares (361 + 324 + 289 + 256 + 4900) / 4 = 1532.5,
// stdev 39.147; within [−19.1, 59.1] are four of five.
func TestTally(t *testing.T) {
	s := newLatencyTally()
	for _, v := range []int64{3, 1, 90, 2, 4} {
		s.add(v, 1)
	}
	for _, c := range []struct {
		name      string
		got, want float64
	}{
		{"count", float64(s.Count()), 5}, {"min", s.Min(), 1}, {"max", s.Max(), 90}, {"mean", s.Mean(), 20},
		{"stdev", s.Stdev(), math.Sqrt(1532.5)}, {"within", s.Within(), 80}, {"p50", s.Percentile(50), 3}, {"p99", s.Percentile(99), 90},
	} {
		if math.Abs(c.got-c.want) > 1e-9 {
			t.Errorf("%s %v, want %v", c.name, c.got, c.want)
		}
	}
	empty := newLatencyTally()
	if got := empty.Mean() + empty.Stdev() + empty.Min() + empty.Max() + empty.Within() + empty.Percentile(99); got != 0 {
		t.Errorf("an empty sample's figures add up to %v, want 0", got)
	}
}

// Of 1000 µs with an interval of 100, HdrHistogram adds 900, 800, …, 100; values
// below two intervals stand for themselves alone.
func TestCorrected(t *testing.T) {
	s := newLatencyTally()
	s.add(1000, 1)
	s.add(199, 3)
	c := s.corrected(100)
	if c.Count() != 1+9+3 || c.Max() != 1000 || c.Min() != 100 {
		t.Errorf("%d values from %v to %v, want 13 from 100 to 1000", c.Count(), c.Min(), c.Max())
	}
	if want := (1000.0 + 4500 + 3*199) / 13; math.Abs(c.Mean()-want) > want/1000 {
		t.Errorf("mean %v, want %v", c.Mean(), want)
	}
	if s.Count() != 4 {
		t.Errorf("the sample itself has %d values now, want 4", s.Count())
	}
}
