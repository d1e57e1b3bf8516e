package main

import (
	"math"
	"time"
)

// The window of tokens/s so far: tokens are counted as their request ends, and
// requests that began together end together. Three of their lengths hold two to
// four such waves, so that the figure is right within a third at worst.
const (
	shortestWindow = 10 * time.Second
	longestWindow  = 300 * time.Second
)

// rateWindow is the window for requests of a mean length.
func rateWindow(request time.Duration) time.Duration {
	return min(max(3*request, shortestWindow), longestWindow).Truncate(time.Second)
}

// A slidingRate counts by the second, for the last five minutes. Its zero value
// has counted nothing. It has no clock: instants are given, none before the last.
type slidingRate struct {
	seconds [longestWindow / time.Second]int64
	newest  int64 // Unix second
}

func (r *slidingRate) add(now time.Time, n int64) {
	r.moveTo(now.Unix())
	r.seconds[r.index(r.newest)] += n
}

// moveTo empties the seconds that have come since the newest.
func (r *slidingRate) moveTo(second int64) {
	size := int64(len(r.seconds))
	for s := max(r.newest, second-size) + 1; s <= second; s++ {
		r.seconds[r.index(s)] = 0
	}
	r.newest = max(r.newest, second)
}

func (r *slidingRate) index(second int64) int { return int(second % int64(len(r.seconds))) }

// perSecond is the rate over the window that ends now, or since began where that
// is shorter; NaN where no time has passed.
func (r *slidingRate) perSecond(now, began time.Time, window time.Duration) float64 {
	r.moveTo(now.Unix())
	whole := int64(window / time.Second)
	sum := int64(0)
	for s := r.newest - whole + 1; s <= r.newest; s++ {
		sum += r.seconds[r.index(s)]
	}
	// The newest second is not over, so the window is shorter by what is to come.
	from := time.Unix(r.newest-whole+1, 0)
	if began.After(from) {
		from = began
	}
	span := now.Sub(from).Seconds()
	if span <= 0 {
		return math.NaN()
	}
	return float64(sum) / span
}
