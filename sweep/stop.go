package sweep

import (
	"fmt"
	"math"
	"time"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/stats"
	"llmsweep/sweep/plan"
)

const (
	// abortFloor is how many requests have to end before their error share counts.
	abortFloor = 20

	// saturationData is the least that over-saturation is judged by: the window is
	// the later half of what was measured, but never shorter.
	saturationData = 30 * time.Second
	// saturationP is the level of both slope tests, one-sided. They are made every
	// second, so it is far below what a single test would take.
	saturationP = 0.005
	// saturationRise is by how much of its mean each line has to rise over the
	// window: a slope can be certain, and still too small to matter.
	saturationRise = 0.5
)

// An earlyEnd ends a case before its requests or its time do. It is the cause
// with which those in flight are cut off.
type earlyEnd struct {
	status string // runlog.StatusFailed or StatusMeasured
	why    string // with its figures
}

func (e *earlyEnd) Error() string { return e.why }

// A stopRule watches how a case's requests end, and says when that is enough. It
// has no clock: instants are the records'. Its zero value never stops a case.
type stopRule struct {
	errorShare float64     // of the requests that ended; 0 = never
	saturation *saturation // nil = not watched

	ended, failed int
	struck        *earlyEnd
}

// newStopRule is the config's rule for a case. Only an open loop can be too much
// for a server: a closed one waits for it.
func newStopRule(a plan.Abort, open bool) *stopRule {
	s := &stopRule{errorShare: a.ErrorShare}
	if a.OverSaturation && open {
		s.saturation = &saturation{}
	}
	return s
}

// add takes the record of a request that ended, and how many were in flight
// then. Its error, an *earlyEnd, ends the case; it is given once.
func (s *stopRule) add(r *metrics.Record, inFlight int) error {
	if r.Warmup || r.Censored || s.struck != nil {
		return nil
	}
	s.ended++
	if r.Failed() {
		s.failed++
	}
	if share := float64(s.failed) / float64(s.ended); s.errorShare > 0 && s.ended >= abortFloor && share >= s.errorShare {
		s.struck = &earlyEnd{runlog.StatusFailed, fmt.Sprintf(
			"ended by its errors: %d of the first %d requests failed (%.3g %%), abort.error_share is %.3g %%; the last: %s: %s",
			s.failed, s.ended, 100*share, 100*s.errorShare, r.ErrorClass, r.Error)}
	} else if s.saturation != nil {
		if why := s.saturation.add(r, inFlight); why != "" {
			s.struck = &earlyEnd{runlog.StatusMeasured, why}
		}
	}
	if s.struck != nil {
		return s.struck
	}
	return nil
}

// A saturation gathers, second by second, how many requests were in flight and
// how long the first tokens took. A server that is offered more than it can do
// shows both rising, without end.
type saturation struct {
	begin   int64 // of the first second, ns
	seconds []saturationSecond
}

type saturationSecond struct {
	ended          int
	inFlight, ttft float64 // sums; ttft in ms
	firstTokens    int
}

// add returns why the case is over-saturated, or "". The test is made once a
// second, over whole seconds.
func (s *saturation) add(r *metrics.Record, inFlight int) (why string) {
	if len(s.seconds) == 0 {
		s.begin = r.End
		s.seconds = make([]saturationSecond, 1)
	}
	now := int(max(0, r.End-s.begin) / int64(time.Second)) // records can come a little out of order
	if before := len(s.seconds); now >= before {
		why = s.judge()
		s.seconds = append(s.seconds, make([]saturationSecond, now-before+1)...)
	}
	sec := &s.seconds[now]
	sec.ended++
	sec.inFlight += float64(inFlight)
	if ms, ok := metrics.TTFT(r); ok {
		sec.firstTokens++
		sec.ttft += ms
	}
	return why
}

// judge tests the later half of the seconds so far.
func (s *saturation) judge() (why string) {
	least := int(saturationData / time.Second)
	n := len(s.seconds)
	if n < least {
		return ""
	}
	window := max(least, n/2)
	var at, inFlight, atToken, ttft []float64
	for i, sec := range s.seconds[n-window:] {
		if sec.ended > 0 {
			at = append(at, float64(i))
			inFlight = append(inFlight, sec.inFlight/float64(sec.ended))
		}
		if sec.firstTokens > 0 {
			atToken = append(atToken, float64(i))
			ttft = append(ttft, sec.ttft/float64(sec.firstTokens))
		}
	}
	load, ok := rises(at, inFlight, window)
	wait, alsoOK := rises(atToken, ttft, window)
	if !ok || !alsoOK {
		return ""
	}
	return fmt.Sprintf("over-saturated: in the last %d s requests in flight rose by %.3g/s (mean %.3g, p = %.2g) and TTFT by %.3g ms/s (mean %.4g ms, p = %.2g)",
		window, load.Slope, stats.Mean(inFlight), load.P, wait.Slope, stats.Mean(ttft), wait.P)
}

// rises reports whether a series of a value a second goes up for certain, and by
// enough to matter.
func rises(at, ys []float64, window int) (stats.Slope, bool) {
	line := stats.FitTrend(at, ys)
	rise := line.Slope * float64(window)
	return line, line.P < saturationP && rise >= saturationRise*math.Abs(stats.Mean(ys))
}
