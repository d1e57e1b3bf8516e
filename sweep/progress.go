package sweep

import (
	"llmsweep/metrics"
	"llmsweep/sweep/plan"
)

// Progress hears what a sweep is doing, for those who watch it. One goroutine
// calls it at a time.
type Progress interface {
	// Note is a message for the user.
	Note(text string)
	// Warn is a message that a user who wants no conversation wants all the same:
	// figures may be off, or something went wrong that the sweep outlived.
	Warn(text string)
	// Reading counts the dataset's rows as their tokens are counted, before the
	// sweep starts; 0 of 0 = that has ended.
	Reading(done, total int)
	// SweepStarted names the cases to run, in order, out of so many planned.
	SweepStarted(toRun []plan.Case, planned int)
	CaseStarted(c plan.Case)
	// Preparing counts the prompts made, before the clock starts.
	Preparing(done, total int)
	// Sending says that the case's first request is about to be sent. inFlight is
	// how many are in flight, warm-up included; any goroutine may call it, at any time.
	Sending(inFlight func() int)
	// RequestEnded is called for each request, warm-up included. The load does not
	// wait for it, but records do: it is to take a few µs at most.
	RequestEnded(r *metrics.Record)
	CaseEnded(c plan.Case, r *Result)
	// CaseSkipped says that a rule of the config leaves the case out, and which.
	CaseSkipped(c plan.Case, why string)
	SweepEnded()
}

// Silent is a Progress that nobody watches.
type Silent struct{}

func (Silent) Note(string)                   {}
func (Silent) Warn(string)                   {}
func (Silent) Reading(int, int)              {}
func (Silent) SweepStarted([]plan.Case, int) {}
func (Silent) CaseStarted(plan.Case)         {}
func (Silent) Preparing(int, int)            {}
func (Silent) Sending(func() int)            {}
func (Silent) RequestEnded(*metrics.Record)  {}
func (Silent) CaseEnded(plan.Case, *Result)  {}
func (Silent) CaseSkipped(plan.Case, string) {}
func (Silent) SweepEnded()                   {}
