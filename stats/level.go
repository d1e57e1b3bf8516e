package stats

import "slices"

// A Level is how many half-open intervals [start, end) hold each instant: a step
// function of time, by the sweep-line over starts and ends.
type Level []Step

// A Step says that from At (until the next Step) N intervals are open.
type Step struct {
	At int64
	N  int
}

// Overlap counts the intervals [starts[i], ends[i]); the slices have the same
// length. At one instant departures come before arrivals, so an interval that
// starts where another ends does not overlap it, and an empty one never counts.
func Overlap(starts, ends []int64) Level {
	starts, ends = slices.Clone(starts), slices.Clone(ends)
	slices.Sort(starts)
	slices.Sort(ends)
	l := make(Level, 0, 2*len(starts))
	n := 0
	for i, j := 0, 0; j < len(ends); {
		at := ends[j]
		if i < len(starts) && starts[i] < at {
			at = starts[i]
		}
		for ; j < len(ends) && ends[j] == at; j++ {
			n--
		}
		for ; i < len(starts) && starts[i] == at; i++ {
			n++
		}
		l = append(l, Step{at, n})
	}
	return l
}

// Peak is the largest number of intervals open at one instant.
func (l Level) Peak() int {
	peak := 0
	for _, s := range l {
		peak = max(peak, s.N)
	}
	return peak
}

// Span goes from the first to the last instant, not before from, at which at
// least n intervals are open; in between there may be fewer. ok is false if
// there is no such instant.
func (l Level) Span(n int, from int64) (start, end int64, ok bool) {
	for i := 0; i+1 < len(l); i++ {
		until := l[i+1].At
		if l[i].N < n || until <= from {
			continue
		}
		if !ok {
			start, ok = max(l[i].At, from), true
		}
		end = until
	}
	return start, end, ok
}

// Integral is ∫ N dt over [from, to): a time-weighted count, in the unit of At.
func (l Level) Integral(from, to int64) float64 {
	sum := 0.0
	for i := 0; i+1 < len(l); i++ {
		a, b := max(l[i].At, from), min(l[i+1].At, to)
		if b > a {
			sum += float64(l[i].N) * float64(b-a)
		}
	}
	return sum
}
