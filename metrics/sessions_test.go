package metrics

import (
	"math"
	"testing"
)

// Two slots, each with sessions of two turns and 300 ms of thought between them:
// the slots are taken all the time, though little is in flight.
func TestSessionsHoldTheirSlot(t *testing.T) {
	turn := func(session string, sent, end int64) Record {
		return with(answer(sent, end), func(r *Record) { r.Session = session })
	}
	var records []Record
	for slot, names := range [][]string{{"a", "b", "c", "d"}, {"e", "f", "g", "h"}} {
		for i, name := range names {
			at := int64(1000 + 500*i + slot) // the next one begins where the last one ended
			records = append(records, turn(name, at, at+100), turn(name, at+400, at+500))
		}
	}
	o := Options{MaxConcurrency: 2, RequestRate: math.Inf(1)}
	s := Summarize(records, o).SteadyState
	if s == nil {
		t.Fatal("no steady state")
	}
	if got := 1000 * (s.End - s.Start); math.Abs(got-1999) > 1e-6 || s.Completed != 15 {
		t.Errorf("window of %.0f ms with %d completions, want 1999 (all but the first and last ms) with 15", got, s.Completed)
	}
	if math.Abs(s.LittleResidual) > 1e-9 {
		t.Errorf("Little residual %v, want 0: a slot is taken while its user thinks", s.LittleResidual)
	}
	if math.Abs(s.MeanInFlight-0.8) > 0.002 {
		t.Errorf("mean in flight %v, want 2 · 200 ms of each 500", s.MeanInFlight)
	}
	for i := range records {
		records[i].Session = "" // as requests of their own they would leave slots empty
	}
	if s := Summarize(records, o).SteadyState; s == nil || !(s.LittleResidual > 0.5) {
		t.Errorf("without sessions: %+v, want a residual above 0.5", s)
	}
}
