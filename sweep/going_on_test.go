package sweep

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

const twoCases = "input_output: [[8, 2]]\nconcurrency_prompts: [[1, 2], [2, 2]]\n"

const (
	firstCase  = "bench_io8x2_mc1_np2"
	secondCase = "bench_io8x2_mc2_np2"
)

// A run that was broken off before midnight goes on after it, in its own folder
// and with its own date in all of the config. A complete one stays as it is.
func TestRunGoesOnAfterMidnight(t *testing.T) {
	b := newBench(t, twoCases+"results_dir: 'DIR/out [a]-${date}T${time}'\nlabels: {night: '${date}'}\n")
	b.now = time.Date(2026, 11, 22, 23, 50, 7, 0, time.UTC)
	b.breakOff(2)
	yesterday := "out [a]-20261122T235007"
	if got := b.folders(""); !slices.Equal(got, []string{yesterday}) {
		t.Fatalf("folders %v", got)
	}

	b.now = time.Date(2026, 11, 23, 0, 13, 0, 0, time.UTC)
	out := b.wantRun()
	if !slices.Equal(b.folders(""), []string{yesterday}) || out.Dir != filepath.Join(b.dir, yesterday) || !slices.Equal(b.ran, []string{secondCase}) {
		t.Errorf("folders %v, in %s; ran %v", b.folders(""), out.Dir, b.ran)
	}
	if want := "going on with " + out.Dir + ", broken off 22 min ago"; !b.said(want) {
		t.Errorf("notes %q, want %q", b.notes, want)
	}
	run := b.manifest(yesterday)
	if !run.Complete || run.StartUnixNS != time.Date(2026, 11, 22, 23, 50, 7, 0, time.UTC).UnixNano() {
		t.Errorf("complete %v, start %v", run.Complete, time.Unix(0, run.StartUnixNS).UTC())
	}
	if f := b.caseFile(yesterday, secondCase); f.Labels["night"] != "20261122" {
		t.Errorf("the case after midnight has the label %q, want the night's", f.Labels["night"])
	}

	b.wantRun()
	if want := []string{yesterday, "out [a]-20261123T001300"}; !slices.Equal(b.folders(""), want) || len(b.ran) != 2 {
		t.Errorf("after a complete run: folders %v, want %v; ran %v", b.folders(""), want, b.ran)
	}
}

// Where the date is not in the folder's name but in what is measured, it stays
// the run's, too: the case that was measured before midnight is not run again.
func TestDateOfARunStays(t *testing.T) {
	b := newBench(t, twoCases+"results_dir: DIR/out\nextra_body: {user: 'night-${date}'}\n")
	b.now = time.Date(2026, 11, 22, 23, 50, 7, 0, time.UTC)
	b.breakOff(2)
	b.now = b.now.Add(time.Hour)
	b.wantRun()
	if !slices.Equal(b.ran, []string{secondCase}) || b.said("broken off") {
		t.Errorf("ran %v, notes %q; want the second case alone", b.ran, b.notes)
	}
	b.wantRun()
	if len(b.ran) != 2 {
		t.Errorf("ran %v, want both in a new run", b.ran)
	}
}

// What is no run to go on with: another config's, an older one, one that is not
// wanted, a folder that only looks like one, and a clock that is far off.
func TestNoRunToGoOnWith(t *testing.T) {
	start := time.Date(2026, 11, 22, 23, 50, 7, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		later time.Duration
		fresh bool
		sets  []string
		goOn  bool
	}{
		{"an hour later", time.Hour, false, nil, true},
		{"with another label", time.Hour, false, []string{"labels.sha=abc"}, true},
		{"judged otherwise", time.Hour, false, []string{"gate=['p99_ttft_ms > +5%']", "slo={p99_ttft_ms: 500}", "goodput={ttft: 500}", "cost={machine_hour: 2}"}, true},
		{"with more time", time.Hour, false, []string{"budget=2h", "stop_when=past_knee"}, true},
		{"another config", time.Hour, false, []string{"burstiness=2"}, false},
		{"too late", 13 * time.Hour, false, nil, false},
		{"within what it may take", 13 * time.Hour, false, []string{"resume_within=14h"}, true},
		{"--fresh", time.Hour, true, nil, false},
		{"a clock set back", -time.Hour, false, nil, true},
		{"a clock set back by a day", -24 * time.Hour, false, nil, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, twoCases+"seed: random\nresults_dir: 'DIR/out-${date}-${time}'\n")
			b.now = start
			b.breakOff(2)
			seed := b.manifest("out-20261122-235007").Seed
			if err := os.CopyFS(filepath.Join(b.dir, "out-20261122-235007-kept"), os.DirFS(filepath.Join(b.dir, "out-20261122-235007"))); err != nil {
				t.Fatal(err)
			}
			b.now, b.runner.Fresh = start.Add(tt.later), tt.fresh
			out := b.wantRun(tt.sets...)
			went := filepath.Base(out.Dir) == "out-20261122-235007"
			if went != tt.goOn || (len(b.ran) == 1) != tt.goOn {
				t.Errorf("ran %v in %s; going on: want %v", b.ran, out.Dir, tt.goOn)
			}
			if went && b.manifest("out-20261122-235007").Seed != seed {
				t.Error("a drawn seed changed")
			}
		})
	}
}
