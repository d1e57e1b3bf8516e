package sweep

import "llmsweep/metrics"

// Progress hears what a sweep is doing, for those who watch it. One goroutine
// calls it at a time.
type Progress interface {
	// Note is a message for the user.
	Note(text string)
	// Reading counts the dataset's rows as their tokens are counted, before the
	// sweep starts; 0 of 0 = that has ended.
	Reading(done, total int)
	// SweepStarted says how many of the plan's cases are to run.
	SweepStarted(toRun, planned int)
	CaseStarted(c PlannedCase)
	// Preparing counts the prompts made, before the clock starts.
	Preparing(done, total int)
	// RequestEnded is called for each request, warm-up included.
	RequestEnded(r *metrics.Record)
	CaseEnded(c PlannedCase, r *Result)
	SweepEnded()
}

// Silent is a Progress that nobody watches.
type Silent struct{}

func (Silent) Note(string)                    {}
func (Silent) Reading(int, int)               {}
func (Silent) SweepStarted(int, int)          {}
func (Silent) CaseStarted(PlannedCase)        {}
func (Silent) Preparing(int, int)             {}
func (Silent) RequestEnded(*metrics.Record)   {}
func (Silent) CaseEnded(PlannedCase, *Result) {}
func (Silent) SweepEnded()                    {}
