package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep"
)

// newProgress shows bars on a terminal, and plain lines elsewhere.
func newProgress(w io.Writer) sweep.Progress {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" {
		return &bars{w: w}
	}
	return &lines{w: w, every: 10 * time.Second}
}

// A tally counts a case's measured requests as they end.
type tally struct {
	case_  sweep.PlannedCase
	first  int64 // first send, ns
	last   int64 // last end
	done   int
	failed int
	tokens int64
	ttft   float64 // sum, ms
	ttfts  int
}

func (t *tally) start(c sweep.PlannedCase) { *t = tally{case_: c} }

func (t *tally) add(r *metrics.Record) {
	if r.Warmup {
		return
	}
	if r.Sent != 0 && (t.first == 0 || r.Sent < t.first) {
		t.first = r.Sent
	}
	t.last = max(t.last, r.End)
	t.done++
	if r.Failed() {
		t.failed++
	}
	if !r.Completed() {
		return
	}
	t.tokens += int64(r.OutputTokens)
	if ms, ok := metrics.TTFT(r); ok {
		t.ttft += ms
		t.ttfts++
	}
}

// figures is what is known so far: tokens/s, mean TTFT, failures.
func (t *tally) figures() string {
	if t.done == 0 {
		return "warming up"
	}
	s := ""
	if t.tokens > 0 && t.last > t.first {
		s = fmt.Sprintf("%.0f tok/s", float64(t.tokens)/(float64(t.last-t.first)/1e9))
	}
	if t.ttfts > 0 {
		mean := t.ttft / float64(t.ttfts)
		s += fmt.Sprintf("  TTFT %s ms", figure(&mean))
	}
	if t.failed > 0 {
		s += fmt.Sprintf("  %d failed", t.failed)
	}
	return s
}

// summary is a line on a case that ended.
func summary(c sweep.PlannedCase, r *sweep.Result) string {
	s := &r.Summary
	if r.Status != runlog.StatusMeasured {
		line := fmt.Sprintf("%s %s: %d of %d done", c.Name, r.Status, s.Completed, c.NumPrompts)
		if why := whyNot(r); why != "" {
			line += "; " + why
		}
		return line
	}
	line := fmt.Sprintf("%s %s: %s requests/s, %s tok/s, TTFT %s ms, TPOT %s ms in %.1f s", c.Name, s.Validity.Verdict,
		figure(&s.RequestThroughput), figure(&s.OutputThroughput), figure(&s.TTFT.Mean), figure(&s.TPOT.Mean), s.Duration)
	if s.Failed > 0 {
		line += fmt.Sprintf("; %d failed, first: %s", s.Failed, s.FirstError)
	}
	return line
}

// whyNot is why a case has no result; "" = nothing went wrong, but a user ended it.
func whyNot(r *sweep.Result) string { return cmp.Or(r.Failure, r.Summary.FirstError) }

// lines is progress for logs: a line at each case's begin and end, and some between.
type lines struct {
	w     io.Writer
	every time.Duration
	tally
	n, of int
	last  time.Time
	read  time.Time // when the rows began to be counted
}

func (l *lines) Note(text string) { fmt.Fprintln(l.w, text) }

func (l *lines) Reading(done, total int) {
	now := time.Now()
	if l.read.IsZero() {
		l.read, l.last = now, now.Add(aSecond-l.every)
	}
	if total > 0 && now.Sub(l.last) >= l.every {
		l.last = now
		fmt.Fprintf(l.w, "reading prompts: %d of %d rows\n", done, total)
	}
}

func (l *lines) SweepStarted(toRun, planned int) { l.n, l.of = 0, toRun }

func (l *lines) CaseStarted(c sweep.PlannedCase) {
	l.n++
	l.start(c)
	l.last = time.Now()
	fmt.Fprintf(l.w, "[%d/%d] %s: %d prompts, %d in flight\n", l.n, l.of, c.Name, c.NumPrompts, c.MaxConcurrency)
}

func (l *lines) Preparing(done, total int) {
	if time.Since(l.last) >= l.every {
		l.last = time.Now()
		fmt.Fprintf(l.w, "[%d/%d] making prompts: %d of %d\n", l.n, l.of, done, total)
	}
}

func (l *lines) RequestEnded(r *metrics.Record) {
	l.add(r)
	if time.Since(l.last) >= l.every {
		l.last = time.Now()
		fmt.Fprintf(l.w, "[%d/%d] %d of %d requests  %s\n", l.n, l.of, l.done, l.case_.NumPrompts, l.figures())
	}
}

func (l *lines) CaseEnded(c sweep.PlannedCase, r *sweep.Result) {
	fmt.Fprintf(l.w, "[%d/%d] %s\n", l.n, l.of, summary(c, r))
}

func (l *lines) SweepEnded() {}

// bars is progress for a terminal: one bar for the sweep, one for the case.
type bars struct {
	w     io.Writer
	p     *mpb.Progress
	sweep *mpb.Bar
	case_ *mpb.Bar
	tally
	text atomic.Pointer[string] // figures, as the case's bar shows them
	rows rowsBar
}

func (b *bars) Note(text string) {
	if b.p == nil {
		fmt.Fprintln(b.w, text)
		return
	}
	fmt.Fprintln(b.p, text)
}

func (b *bars) Reading(done, total int) { b.rows.show(b.w, done, total) }

func (b *bars) SweepStarted(toRun, _ int) {
	b.p = mpb.New(mpb.WithOutput(b.w), mpb.WithWidth(32), mpb.WithRefreshRate(200*time.Millisecond))
	b.sweep = b.p.AddBar(int64(toRun), mpb.BarPriority(1),
		mpb.PrependDecorators(decor.Name("sweep", decor.WCSyncSpaceR), decor.CountersNoUnit("%d/%d cases", decor.WCSyncSpace)),
		mpb.AppendDecorators(decor.Elapsed(decor.ET_STYLE_GO, decor.WCSyncSpace), decor.Any(eta(time.Now()))))
}

// eta is how long the rest takes at the pace so far; nothing before the first case.
func eta(began time.Time) decor.DecorFunc {
	return func(s decor.Statistics) string {
		if s.Current == 0 || s.Completed {
			return ""
		}
		each := time.Since(began) / time.Duration(s.Current)
		return fmt.Sprintf("  about %s to go", (each * time.Duration(s.Total-s.Current)).Round(time.Second))
	}
}

func (b *bars) CaseStarted(c sweep.PlannedCase) {
	b.start(c)
	b.show("making prompts")
	b.case_ = b.p.AddBar(int64(c.NumPrompts), mpb.BarPriority(2), mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(c.Name, decor.WCSyncSpaceR), decor.CountersNoUnit("%d/%d", decor.WCSyncSpace)),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return *b.text.Load() })))
}

func (b *bars) show(text string) { b.text.Store(&text) }

func (b *bars) Preparing(done, total int) {
	b.show(fmt.Sprintf("making prompts: %d of %d", done, total))
}

func (b *bars) RequestEnded(r *metrics.Record) {
	b.add(r)
	b.show(b.figures())
	if !r.Warmup {
		b.case_.Increment()
	}
}

func (b *bars) CaseEnded(c sweep.PlannedCase, r *sweep.Result) {
	b.case_.Abort(true)
	b.case_.Wait()
	b.Note(summary(c, r))
	b.sweep.Increment()
}

func (b *bars) SweepEnded() {
	b.sweep.Abort(false)
	b.p.Wait()
	b.p = nil // what is said from here on stands below the bars
}
