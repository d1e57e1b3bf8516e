package stats

import (
	"cmp"
	"slices"
)

// An Event is N things that happened at one instant.
type Event struct {
	At int64
	N  int64
}

// SortEvents puts events in order of time, in place.
func SortEvents(events []Event) {
	slices.SortFunc(events, func(a, b Event) int { return cmp.Compare(a.At, b.At) })
}

// PeakWindow is the largest number of things in any half-open window
// [t, t+width) of events, which must be in order of time. The best window can
// always be moved right until it starts at an event, so only those are tried.
func PeakWindow(events []Event, width int64) int64 {
	var peak, sum int64
	end := 0
	for _, first := range events {
		for end < len(events) && events[end].At < first.At+width {
			sum += events[end].N
			end++
		}
		peak = max(peak, sum)
		sum -= first.N
	}
	return peak
}
