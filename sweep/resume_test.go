package sweep

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// --only-failed runs again what failed, and leaves what was never run.
func TestOnlyFailed(t *testing.T) {
	b := newBench(t, "input_output: [[8, 2]]\nconcurrency_prompts: [[1, 2], [2, 2], [3, 2]]\nresults_dir: DIR/out\n")
	b.broken.Store(true)
	b.caseStarted = func() { b.broken.Store(len(b.ran) != 2) } // the second case is measured
	b.breakOff(3)
	b.broken.Store(false)
	b.caseStarted = nil

	b.runner.OnlyFailed = true
	out, err := b.run()
	if want := []string{firstCase}; !slices.Equal(b.ran, want) || err != nil || out.Missing != 1 || out.LeftOut != 1 {
		t.Errorf("ran %v, %+v, %v; want %v, and the interrupted case left out", b.ran, out, err, want)
	}
	if f := b.caseFile("out", firstCase); f.Status != runlog.StatusMeasured || f.Case.Attempt != 2 {
		t.Errorf("%s, attempt %d", f.Status, f.Case.Attempt)
	}
	if f, err := runlog.ReadCase(filepath.Join(b.dir, "out", ".run", "aside", firstCase+".attempt1.json")); err != nil || f.Status != runlog.StatusFailed {
		t.Errorf("the first attempt: %v, %v", f, err)
	}
	b.runner.OnlyFailed = false
	if out := b.wantRun(); len(b.ran) != 1 || out.Missing != 0 {
		t.Errorf("ran %v, %+v; want the rest", b.ran, out)
	}
}

// A second run in a folder where one is at work is refused at once, names it, and
// disturbs nothing.
func TestTwoRunsInAFolder(t *testing.T) {
	b := newBench(t, twoCases+"results_dir: DIR/out\n")
	var second error
	b.caseStarted = func() {
		if len(b.ran) != 1 {
			return
		}
		c, err := plan.Read(filepath.Join(b.dir, "config.yaml"), plan.Env{})
		if err != nil {
			t.Fatal(err)
		}
		r := Runner{Config: c, Getenv: os.Getenv, Now: time.Now, Progress: Silent{}, Fresh: true}
		_, second = r.Run(t.Context())
	}
	b.wantRun()
	locked, ok := errors.AsType[*runlog.LockedError](second)
	if !ok || locked.PID != os.Getpid() || !strings.Contains(second.Error(), "wait for its end or set another results_dir") {
		t.Errorf("the second run: %v", second)
	}
	if !b.manifest("out").Complete || len(b.ran) != 2 || b.served.Load() != 4 {
		t.Errorf("complete %v, ran %v, %d requests; want both cases, and no other's request", b.manifest("out").Complete, b.ran, b.served.Load())
	}
}

// A finished case's file that is damaged, or gone, when the run is gone on with:
// what is damaged is left as it is, and the run is not complete; what is gone is
// measured again.
func TestDamagedCaseOfABrokenRun(t *testing.T) {
	b := newBench(t, twoCases+"results_dir: DIR/out\n")
	b.breakOff(2)
	path := filepath.Join(b.dir, "out", firstCase+".json")
	if err := os.WriteFile(path, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	b.runner.Fold = func(dir string) error { _, err := runlog.ReadCase(path); return err }
	if out, err := b.run(); err == nil || out.Missing != 0 || b.manifest("out").Complete || !slices.Equal(b.ran, []string{secondCase}) {
		t.Errorf("%+v, %v, complete %v, ran %v", out, err, b.manifest("out").Complete, b.ran)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "{" {
		t.Errorf("the damaged file holds %q, %v", text, err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	b.wantRun()
	if !slices.Equal(b.ran, []string{firstCase}) || !b.manifest("out").Complete {
		t.Errorf("once it is gone: ran %v, complete %v", b.ran, b.manifest("out").Complete)
	}
}

// A run that is refused has started nothing: before_sweep may start a server.
func TestRefusedStartsNothing(t *testing.T) {
	b := newBench(t, "input_output: [[8, 2]]\nconcurrency_prompts: [[1, 2]]\nresults_dir: DIR/out\nbefore_sweep: echo before >> DIR/hooks\nafter_sweep: echo $LLMSWEEP_STATUS >> DIR/hooks\n")
	b.wantRun()
	b.runner.OnlyFailed = true
	_, err := b.run()
	if _, ok := errors.AsType[*ConfigError](err); !ok || !strings.Contains(err.Error(), "the run before was complete, and no case of it is invalid") {
		t.Errorf("%v; want nothing to measure again", err)
	}
	if hooks, err := os.ReadFile(filepath.Join(b.dir, "hooks")); string(hooks) != "before\ncomplete\n" || err != nil {
		t.Errorf("hooks ran: %q, %v; want those of the first run", hooks, err)
	}
}
