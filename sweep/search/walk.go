// Package search decides, from what was measured alone, which load a search measures
// next and what the cases of a load say of it. It knows no case, server or clock.
package search

import (
	"math"
	"strconv"
)

// A Range is the loads that a search may measure: requests in flight, or
// requests/s.
type Range struct {
	Min, Max  float64
	Precision float64 // relative
	Whole     bool    // loads are whole numbers: requests in flight
}

// A Walk is how far a search has come.
type Walk struct {
	next   float64 // the load to measure; 0 = the search is over
	Met    float64 // the highest load that meets the SLO; 0 = none
	Broken float64 // the lowest above met that breaks it; 0 = none
}

// Walk goes from min by doubling until the SLO is broken at two loads in a row, or
// at max, or max meets it; the second broken load is there to see whether the first
// one is the end. Then it bisects between the highest load that meets the SLO and
// the lowest above it that breaks it, until they are within the precision. meets
// tells whether a load meets the SLO, and whether that is known. It is pure: what
// was measured alone decides what comes next, so that a search that was broken off
// goes on where it was.
func (l Range) Walk(meets func(load float64) (meets, known bool)) (w Walk) {
	inRow := 0
	for load := l.Min; ; load = min(2*load, l.Max) {
		ok, known := meets(load)
		switch {
		case !known:
			w.next = load
			return w
		case ok:
			w.Met, w.Broken, inRow = load, 0, 0
		default:
			if inRow++; inRow == 1 {
				w.Broken = load
			}
		}
		if load >= l.Max || inRow == 2 {
			break
		}
	}
	for w.Met > 0 && w.Broken > 0 {
		mid, ok := l.between(w.Met, w.Broken)
		if !ok {
			break
		}
		ok, known := meets(mid)
		switch {
		case !known:
			w.next = mid
			return w
		case ok:
			w.Met = mid
		default:
			w.Broken = mid
		}
	}
	return w
}

// between is the load halfway between two by ratio: √(lo·hi), a whole number for
// requests in flight. ok is false where they are as near as the precision asks for.
func (l Range) between(lo, hi float64) (mid float64, ok bool) {
	const slack = 1e-9 // 1.05 × 20 is not quite 21
	if hi <= lo*(1+l.Precision)*(1+slack) {
		return 0, false
	}
	mid = math.Sqrt(lo * hi)
	if l.Whole {
		mid = min(max(math.Round(mid), lo+1), hi-1)
	} else {
		mid = fourDigits(mid)
	}
	return mid, lo < mid && mid < hi
}

// fourDigits is a rate with as many digits as a name should have: the precision is
// 0.001 at its finest.
func fourDigits(x float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}

// Steps is how many loads a search measures, at least and at most, where the SLO is
// met up to some load and broken above it.
func (l Range) Steps() (least, most int) {
	count := func(limit float64) {
		n := 0
		seen := map[float64]bool{}
		l.Walk(func(load float64) (bool, bool) {
			if !seen[load] {
				seen[load] = true
				n++
			}
			return load <= limit, true
		})
		if least == 0 || n < least {
			least = n
		}
		most = max(most, n)
	}
	count(0)
	for load := l.Min; ; load = min(2*load, l.Max) {
		count(load)                                  // all loads of the bracket above break it
		count(math.Nextafter(min(2*load, l.Max), 0)) // all meet it
		if load >= l.Max {
			return least, most
		}
	}
}
