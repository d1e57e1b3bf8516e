package sweep

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// By hand: a run that is gone on with has lasted since its start by the clock, and
// at least until its last write.
func TestBegunBefore(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 13, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
	for _, tt := range []struct {
		name        string
		start, last time.Time
		want        time.Duration // that it has lasted
	}{
		{"as it should be", at(-10), at(-1), 10 * time.Minute},
		{"the clock was set on by an hour", at(-70), at(-61), 70 * time.Minute},
		{"set back to before the start", at(50), at(55), 5 * time.Minute},
		{"set back to between start and last write", at(-20), at(5), 25 * time.Minute},
		{"no time at all", now, now, 0},
	} {
		if got := now.Sub(begunBefore(now, tt.start, tt.last)); got != tt.want {
			t.Errorf("%s: has lasted %v, want %v", tt.name, got, tt.want)
		}
	}
}

// The clock jumps while cases run, and between a break and the next run: instants
// of the records only ever rise, the run is gone on with, and is one run.
func TestClockStepsInARun(t *testing.T) {
	b := newBench(t, "input_output: [[8, 2]]\nconcurrency_prompts: [[1, 4], [2, 4], [3, 4], [4, 4], [1, 5]]\nresults_dir: DIR/out\n")
	start := b.now
	steps := []time.Duration{0, -time.Hour, time.Hour, 0} // as the nth case starts, from the true time on
	b.caseStarted = func() { b.now = start.Add(steps[len(b.ran)-1]) }
	b.breakOff(4) // at the fourth case's start
	b.caseStarted = nil
	b.written(filepath.Join(b.dir, "out"), start.Add(time.Second))
	b.now = start.Add(-time.Hour) // set back when it goes on
	b.wantRun()
	if want := []string{"bench_io8x2_mc4_np4", "bench_io8x2_mc1_np5"}; !slices.Equal(b.ran, want) {
		t.Errorf("ran %v, want %v\n%v", b.ran, want, b.notes)
	}
	run := b.manifest("out")
	if !run.Complete || run.StartUnixNS != start.UnixNano() {
		t.Errorf("complete %v, start %d, want %d", run.Complete, run.StartUnixNS, start.UnixNano())
	}
	last := int64(0)
	for _, c := range run.Cases {
		ended := last
		for r, err := range runlog.ReadRecords(filepath.Join(b.dir, "out", c.Name+".requests.jsonl.gz")) {
			if err != nil {
				t.Fatal(err)
			}
			if instants := inOrder(&r); r.Sent <= last || !slices.IsSorted(instants) {
				t.Errorf("%s, request %s: instants %v, want them to rise from %d on", c.Name, r.ID, instants, last)
			}
			ended = max(ended, r.End)
		}
		if ended == last {
			t.Errorf("%s has no records", c.Name)
		}
		last = ended
	}
}

// inOrder are the instants of a request that came through.
func inOrder(r *metrics.Record) []int64 {
	return []int64{r.Due, r.Sent, r.Headers, r.First, r.End}
}

// Runs that begin in the same second by a clock that was set back each time keep
// their folders apart.
func TestRunsOfTheSameSecond(t *testing.T) {
	b := newBench(t, twoCases+"results_dir: DIR/out\n")
	b.now = time.Date(2026, 11, 22, 18, 36, 2, 0, time.UTC)
	for range 4 {
		b.wantRun()
	}
	want := []string{"20261122T183602Z", "20261122T183602Z-2", "20261122T183602Z-3"}
	if got := b.folders("out/history"); !slices.Equal(got, want) {
		t.Errorf("history %v, want %v", got, want)
	}
	for _, dir := range append(want, "") {
		if dir != "" {
			dir = filepath.Join("history", dir)
		}
		for _, name := range []string{firstCase, secondCase} {
			if f := b.caseFile(filepath.Join("out", dir), name); f.Status != runlog.StatusMeasured {
				t.Errorf("%s: %s", dir, f.Status)
			}
		}
	}
}

// The age of a broken run by clocks that were set: it is gone on with within
// resume_within on either side, else moved away with a word on why.
func TestResumeAge(t *testing.T) {
	for _, tt := range []struct {
		later time.Duration
		want  string // "" = it goes on
	}{
		{11 * time.Hour, ""},
		{-11 * time.Hour, ""},
		{13 * time.Hour, "the run before was broken off 13h0m0s ago, longer than resume_within 12h0m0s; its files are in "},
		{-13 * time.Hour, "the run before was broken off 13h0m0s from now by this clock, which is no age to go on from; is the clock right?; its files are in "},
	} {
		t.Run(fmt.Sprint(tt.later), func(t *testing.T) {
			b := newBench(t, twoCases+"results_dir: DIR/out\n")
			b.breakOff(2)
			b.now = b.now.Add(tt.later)
			b.wantRun()
			if tt.want == "" && len(b.ran) != 1 || tt.want != "" && (len(b.ran) != 2 || !b.said(tt.want)) {
				t.Errorf("ran %v, notes %q; want %q", b.ran, b.notes, tt.want)
			}
		})
	}
}
