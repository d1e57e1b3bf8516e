package main

import (
	"maps"
	"math"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

// A live is what is known of a sweep while it runs. It is told first; those who
// show it look whenever they like, from any goroutine.
type live struct {
	sweep.Silent

	mu    sync.Mutex
	began time.Time
	pace  *plan.Pace
	snapshot
	caseBegan time.Time
	firstSent time.Time // of the case's measured requests
	gauge     func() int
	rate      slidingRate
	ttfts     *hdrhistogram.Histogram // µs
	e2el      time.Duration           // sum over completed requests
}

// A snapshot is a live at one instant. Warm-up requests count in warmups alone,
// and in inFlight.
type snapshot struct {
	at, cases, planned int            // the case's place, from 1; cases to run; cases of the plan
	casesEnded         map[string]int // by status; nil before the sweep
	case_              plan.Case
	running            bool // a case is
	sending            bool // its load has begun
	prepared, prompts  int  // made, of those to be made before the load begins

	completed, failed, censored, warmups int
	errors                               map[string]int // failed ones by class
	inFlight                             int
	tokens                               int64   // output, of completed requests
	tokPerS                              float64 // output, of late; NaN = not known yet
	ttft                                 float64 // running median, ms; NaN = not known yet

	elapsed, caseElapsed time.Duration
	toGo                 time.Duration // until the sweep's end
	sure, known          bool          // whether toGo rests on measured cases; whether it is known at all
}

// ended is how many measured requests have ended.
func (s *snapshot) ended() int { return s.completed + s.failed + s.censored }

// done is how many cases have ended.
func (s *snapshot) done() int {
	if s.running {
		return s.at - 1
	}
	return s.at
}

const (
	longestTTFT = int64(4 * time.Hour / time.Microsecond)
	ttftDigits  = 2 // significant: a display's
)

func newLive() *live {
	return &live{began: time.Now(), ttfts: hdrhistogram.New(1, longestTTFT, ttftDigits), pace: plan.NewPace(nil)}
}

func (l *live) SweepStarted(toRun []plan.Case, planned int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pace, l.planned, l.casesEnded = plan.NewPace(toRun), planned, map[string]int{}
}

func (l *live) CaseStarted(c plan.Case) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pace.Started(c, time.Now())
	l.snapshot = snapshot{planned: l.planned, casesEnded: l.casesEnded, case_: c, running: true, errors: map[string]int{}}
	l.caseBegan, l.firstSent, l.gauge, l.rate, l.e2el = time.Now(), time.Time{}, nil, slidingRate{}, 0
	l.ttfts.Reset()
}

func (l *live) Preparing(done, total int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.prepared, l.prompts = done, total
}

func (l *live) Sending(inFlight func() int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sending, l.gauge = true, inFlight
}

func (l *live) RequestEnded(r *metrics.Record) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if r.Warmup {
		l.warmups++
		return
	}
	if r.Sent != 0 {
		if sent := now.Add(-time.Duration(r.End - r.Sent)); l.firstSent.IsZero() || sent.Before(l.firstSent) {
			l.firstSent = sent
		}
	}
	switch {
	case r.Failed():
		l.failed++
		l.errors[r.ErrorClass]++
		return
	case !r.Completed():
		l.censored++
		return
	}
	l.completed++
	l.tokens += int64(r.OutputTokens)
	l.rate.add(now, int64(r.OutputTokens))
	l.e2el += time.Duration(r.End - r.Sent)
	if ms, ok := metrics.TTFT(r); ok {
		_ = l.ttfts.RecordValue(min(max(int64(ms*1e3), 1), longestTTFT)) // within its bounds: no error
	}
}

func (l *live) CaseEnded(_ plan.Case, r *sweep.Result) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.caseElapsed = now.Sub(l.caseBegan)
	l.running, l.gauge = false, nil
	l.casesEnded[r.Status]++
	l.pace.Ended(r.Status, now)
}

func (l *live) CaseSkipped(c plan.Case, _ string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.casesEnded[runlog.StatusSkipped]++
	l.pace.Skipped(c)
}

// look is how things stand.
func (l *live) look() snapshot {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.snapshot
	s.casesEnded, s.errors = maps.Clone(s.casesEnded), maps.Clone(s.errors)
	s.at, s.cases = l.pace.Place()
	s.elapsed = now.Sub(l.began)
	if s.running {
		s.caseElapsed = now.Sub(l.caseBegan)
	}
	if l.gauge != nil {
		s.inFlight = l.gauge()
	}
	s.toGo, s.sure, s.known = l.pace.ToGo(s.ended(), now)
	s.known = s.known && l.casesEnded != nil // the sweep has begun
	s.ttft, s.tokPerS = math.NaN(), math.NaN()
	if l.ttfts.TotalCount() > 0 {
		s.ttft = float64(l.ttfts.ValueAtQuantile(50)) / 1e3
	}
	if l.completed > 0 {
		s.tokPerS = l.rate.perSecond(now, l.firstSent, rateWindow(l.e2el/time.Duration(l.completed)))
	}
	return s
}
