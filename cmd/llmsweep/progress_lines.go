package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

// lines is progress for logs, each line with its time: one at each case's begin and
// end, and some between.
type lines struct {
	sweep.Silent
	live  *live
	every time.Duration
	last  time.Time // when rows were told of
	read  time.Time // when the rows began to be counted
	stop  func()    // ends the case's lines

	noted atomic.Bool // since the last look at the case

	mu sync.Mutex
	w  io.Writer
}

func newLines(w io.Writer, l *live) *lines {
	return &lines{w: w, live: l, every: 10 * time.Second}
}

func (l *lines) printf(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	fmt.Fprintf(l.w, time.Now().Format("15:04:05 ")+format+"\n", args...)
}

func (l *lines) Note(text string) {
	l.printf("%s", text)
	l.noted.Store(true)
}

func (l *lines) Warn(text string) { l.Note(warning + text) }

func (l *lines) Reading(done, total int) {
	now := time.Now()
	if l.read.IsZero() {
		l.read, l.last = now, now.Add(aSecond-l.every)
	}
	if total > 0 && now.Sub(l.last) >= l.every {
		l.last = now
		l.printf("reading prompts: %d of %d rows", done, total)
	}
}

func (l *lines) CaseStarted(c plan.Case) {
	s := l.live.look()
	l.printf("[%d/%d] %s: %s", s.at, s.cases, c.Name, loadOf(&c))
	l.stop = each(l.every, l.between)
}

// loadOf is a case's load in words. bench alone has cases without a cap, 0.
func loadOf(c *plan.Case) string {
	parts := []string{fmt.Sprintf("%d prompts", c.NumPrompts)}
	switch {
	case c.Ramp != nil:
		parts = append(parts, c.Ramp.String()+" requests/s")
	case !math.IsInf(c.Rate, 1):
		parts = append(parts, fmt.Sprintf("%g requests/s", c.Rate))
	}
	switch {
	case c.MaxConcurrency > 0:
		parts = append(parts, fmt.Sprintf("%d in flight", c.MaxConcurrency))
	case len(parts) == 1:
		parts = append(parts, "all at once")
	}
	return strings.Join(parts, ", ")
}

// between says how the case stands. While a server loads, notes tell of that.
func (l *lines) between() {
	s := l.live.look()
	if !s.sending {
		if l.noted.Swap(false) && s.prompts == 0 {
			return
		}
		l.printf("[%d/%d] %s", s.at, s.cases, preparing(&s))
		return
	}
	l.printf("[%d/%d] %s", s.at, s.cases, fit(0, "  ", append(append([]part{
		{text: fmt.Sprintf("%d of %d requests", s.ended(), s.case_.NumPrompts)}}, caseFigures(&s)...),
		part{text: toGo(&s, time.Now())})...))
}

func (l *lines) CaseEnded(c plan.Case, r *sweep.Result) {
	l.stop()
	s := l.live.look()
	l.printf("[%d/%d] %s", s.at, s.cases, fit(0, "; ", part{text: summary(c, r, 0)}, part{text: toGo(&s, time.Now())}))
}

func (l *lines) CaseSkipped(c plan.Case, why string) {
	l.printf("%s", leftOut(c, why))
}

// leftOut is a line on a case that a rule left out.
func leftOut(c plan.Case, why string) string { return c.Name + " left out: " + why }

// each calls f at every tick until stop; no call lasts longer than stop does.
func each(every time.Duration, f func()) (stop func()) {
	done := make(chan struct{})
	var calls sync.WaitGroup
	calls.Go(func() {
		t := time.NewTicker(every)
		defer t.Stop()
		for {
			select {
			case <-t.C:
				f()
			case <-done:
				return
			}
		}
	})
	return func() {
		close(done)
		calls.Wait()
	}
}
