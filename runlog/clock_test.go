package runlog

import (
	"path/filepath"
	"testing"
	"time"
)

// A clock that was set back makes the latest run the oldest by its name: it stays
// all the same when it is moved to the history, and another goes.
func TestClockSetBackLosesNoRun(t *testing.T) {
	d := openDir(t)
	c := Case{Name: "bench_a", Hash: "h", Attempt: 1}
	var to string
	for _, start := range []time.Duration{0, time.Hour, -time.Hour} {
		check(t, d.Begin(Run{StartUnixNS: runStarted.Add(start).UnixNano(), Cases: []Case{c}}))
		finish(t, d, c, StatusMeasured)
		var err error
		to, _, err = d.Archive(2)
		check(t, err)
	}
	runs, err := History(d.Path())
	check(t, err)
	if len(runs) != 2 || runs[0] != to || filepath.Base(to) != "20261122T173602Z" || filepath.Base(runs[1]) != "20261122T193602Z" {
		t.Errorf("history %v, want the run of 17:36 that was moved last, and the later one of the others", runs)
	}
	if f, err := ReadCase(filepath.Join(to, "bench_a.json")); err != nil || f.Status != StatusMeasured {
		t.Errorf("%v, %v", f, err)
	}
}
