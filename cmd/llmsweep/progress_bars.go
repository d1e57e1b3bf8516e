package main

import (
	"fmt"
	"io"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

// bars is progress for a terminal: a line for the sweep and one for the case, drawn
// anew five times a second below what is said. No line is wider than the terminal.
type bars struct {
	sweep.Silent
	w     io.Writer
	live  *live
	p     *mpb.Progress // nil before the sweep and after it
	sweep *mpb.Bar
	case_ *mpb.Bar
	rows  rowsBar
}

func (b *bars) Note(text string) {
	if b.p == nil {
		fmt.Fprintln(b.w, text)
		return
	}
	fmt.Fprintln(b.p, text)
}

func (b *bars) Warn(text string) { b.Note(warning + text) }

func (b *bars) Reading(done, total int) { b.rows.show(b.w, done, total) }

func (b *bars) SweepStarted([]plan.Case, int) {
	b.p = mpb.New(mpb.WithOutput(b.w), mpb.WithRefreshRate(200*time.Millisecond))
	b.sweep = b.line(1, func(s *snapshot, width int) string { return sweepLine(s, time.Now(), width) })
}

// line adds a line that says what text makes of how things stand.
func (b *bars) line(place int, text func(s *snapshot, width int) string) *mpb.Bar {
	return b.p.New(1, mpb.NopStyle(), mpb.BarPriority(place), mpb.BarFillerTrim(), mpb.PrependDecorators(
		decor.Any(func(d decor.Statistics) string {
			s := b.live.look()
			return text(&s, d.AvailableWidth-1) // the last column makes some terminals wrap
		})))
}

func (b *bars) CaseStarted(plan.Case) { b.case_ = b.line(2, caseLine) }

func (b *bars) CaseEnded(c plan.Case, r *sweep.Result) {
	b.case_.Abort(true)
	b.case_.Wait()
	b.Note(summary(c, r, columns(b.w)-1))
}

func (b *bars) CaseSkipped(c plan.Case, why string) { b.Note(leftOut(c, why)) }

func (b *bars) SweepEnded() {
	b.sweep.Abort(false)
	b.p.Wait()
	b.p = nil // what is said from here on stands below the lines
}
