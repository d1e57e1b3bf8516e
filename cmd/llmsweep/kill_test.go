package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

// TestKilledRunGoesOn kills a sweep at random instants, as TestE2EKilled does more
// often.
func TestKilledRunGoesOn(t *testing.T) {
	kills := 10
	if testing.Short() {
		kills = 3
	}
	killNights(t, 1, kills)
}

// TestE2EKilled kills a sweep that runs night after night at 50 random instants.
// LLMSWEEP_SEED repeats one that failed.
func TestE2EKilled(t *testing.T) {
	e2e(t)
	killNights(t, seedFrom(t), 50)
}

// seedFrom is LLMSWEEP_SEED, or any.
func seedFrom(t *testing.T) uint64 {
	text := os.Getenv("LLMSWEEP_SEED")
	if text == "" {
		return uint64(time.Now().UnixNano()) % 1e9
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return seed
}

// killNights runs a sweep in one folder, and kills it so many times with SIGKILL:
// at any instant, while the run of the night before is moved to the history, and
// while the tables are made. It is started again each time. In the end every
// night's table has every case once, complete, with the axes of a run that nobody
// disturbed; no finished case was run again or lost, and no process is left.
func killNights(t *testing.T, seed uint64, kills int) {
	t.Logf("seed %d", seed)
	whole := newNights(t, seed)
	began := time.Now()
	sweepIn(t, whole.dir, exitOK)
	n := newNights(t, seed)
	n.span = time.Since(began)
	n.want = axesOf(rows(t, whole.dir))
	if len(n.want) != 6 {
		t.Fatalf("%d cases", len(n.want))
	}
	for n.kills() < kills {
		n.start()
		checkFinished(t, n.dir, n.measured)
	}
	if !n.complete() || n.moving() { // the last kill left something to be ended
		sweepIn(t, n.dir, exitOK)
		checkFinished(t, n.dir, n.measured)
	}
	n.wantTable(filepath.Join(n.dir, "results"))
	past, err := runlog.History(filepath.Join(n.dir, "results"))
	if err != nil {
		t.Fatal(err)
	}
	for _, night := range past {
		if run, err := runlog.ReadRun(night); err != nil || run == nil || !run.Complete {
			t.Errorf("%s: %v, %v; want a complete run", night, run, err)
		}
		n.wantTable(night)
	}
	if len(n.measured) != 6*(1+len(past)) {
		t.Errorf("%d finished cases in %d nights of 6", len(n.measured), 1+len(past))
	}
	waitFor(t, "the end of all children", func() bool { return len(processesWith(n.mark)) == 0 })
	t.Logf("%d nights; killed %v", 1+len(past), n.killed)
}

// When a run is killed.
const (
	anywhere  = "at any instant"
	archiving = "while the run before is moved"
	folding   = "while the tables are made"
)

// nights is a sweep that runs again and again in one folder, and is killed.
type nights struct {
	t      *testing.T
	dir    string
	mark   string // in the environment of all processes
	rng    *rand.Rand
	span   time.Duration   // of a run that is not killed
	want   []aggregate.Row // its axes
	killed map[string]int  // how often, by when

	measured map[string]time.Time // when a finished case's file was written, by run and case
}

func newNights(t *testing.T, seed uint64) *nights {
	n := &nights{t: t, dir: t.TempDir(), rng: rand.New(rand.NewPCG(seed, 2)), killed: map[string]int{}, measured: map[string]time.Time{}}
	n.mark = fmt.Sprintf("LLMSWEEP_KILL_TEST=%d-%d", os.Getpid(), time.Now().UnixNano())
	writeConfig(t, n.dir, "base_url: sim:default\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 32], [48, 32]]\nconcurrency_prompts: [[4, 8], [6, 16], [8, 20]]\nhistory: {keep: 100}\n")
	return n
}

func (n *nights) kills() (sum int) {
	for _, k := range n.killed {
		sum += k
	}
	return sum
}

// complete reports whether there is a run in the folder that is. There is none for
// an instant of each night: after the run before is moved, before its own manifest.
func (n *nights) complete() bool {
	n.t.Helper()
	run, err := runlog.ReadRun(filepath.Join(n.dir, "results"))
	if err != nil {
		n.t.Fatal(err)
	}
	return run != nil && run.Complete
}

// moving reports whether a kill left a run half way to the history.
func (n *nights) moving() bool {
	_, err := os.Lstat(filepath.Join(n.dir, "results", ".run", "leaving.json"))
	return err == nil
}

// start runs the sweep, and kills it unless it is through before.
func (n *nights) start() {
	n.t.Helper()
	when := anywhere
	if n.rng.IntN(3) == 0 {
		when = folding
		if n.complete() && len(n.measured) > 0 && n.rng.IntN(2) == 0 {
			when = archiving
		}
	}
	cmd := llmsweep(n.t, n.dir, "run", "config.yaml")
	cmd.Env = append(cmd.Env, n.mark)
	cmd.Stdout, cmd.Stderr = io.Discard, io.Discard
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	if n.await(when, ended, cmd); cmd.ProcessState.ExitCode() < 0 {
		n.killed[when]++
	}
}

// await kills the command when it is time, and returns when it has ended.
func (n *nights) await(when string, ended <-chan error, cmd *exec.Cmd) {
	began := time.Now()
	due := began.Add(time.Duration(n.rng.Int64N(int64(n.span))) * 3 / 4)
	results := filepath.Join(n.dir, "results")
	begins := func() bool { // what the kill waits for
		if when == archiving {
			return n.moving()
		}
		last, err := os.Lstat(filepath.Join(results, n.want[5].Case+".json"))
		return err == nil && last.ModTime().After(began)
	}
	for reached := when == anywhere; ; {
		select {
		case <-ended:
			return
		default:
		}
		switch {
		case reached && !time.Now().Before(due):
			cmd.Process.Kill()
			<-ended
			return
		case !reached && begins():
			reached = true
			due = time.Now().Add(time.Duration(n.rng.Int64N(int64(8 * time.Millisecond)))) // both take some ms
		}
		time.Sleep(100 * time.Microsecond)
	}
}

// checkFinished holds every case JSON of a folder and its history to be whole, and
// each one that is measured to be as it was when it was first seen so.
func checkFinished(t *testing.T, dir string, measured map[string]time.Time) {
	t.Helper()
	here := map[string]bool{}
	for _, pattern := range []string{"results/bench_*.json", "results/history/*/bench_*.json"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			f, err := runlog.ReadCase(path)
			if err != nil {
				t.Fatalf("a case JSON that exists is whole: %v", err)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if f.Status != runlog.StatusMeasured {
				continue
			}
			key := fmt.Sprint(f.Case.StartUnixNS, " ", f.Case.Name)
			if before, seen := measured[key]; here[key] || seen && !info.ModTime().Equal(before) {
				t.Errorf("%s was finished, and run again", path)
			}
			measured[key], here[key] = info.ModTime(), true
		}
	}
	for key := range measured {
		if !here[key] {
			t.Errorf("the case %s was finished, and is gone", key)
		}
	}
}

// wantTable holds a night's table to have every case once, complete, and with the
// axes that it has in a run that nobody disturbed.
func (n *nights) wantTable(dir string) {
	n.t.Helper()
	f, err := os.Open(filepath.Join(dir, "aggregate_results.csv"))
	if err != nil {
		n.t.Fatal(err)
	}
	defer f.Close()
	rows, err := aggregate.ReadCSV(f)
	if err != nil {
		n.t.Fatal(err)
	}
	if diff := cmp.Diff(n.want, axesOf(rows)); diff != "" {
		n.t.Errorf("%s (-undisturbed +killed):\n%s", dir, diff)
	}
	for _, r := range rows {
		if r.Status != runlog.StatusMeasured || r.Completed != r.NumPrompts {
			n.t.Errorf("%s, %s: %s, %d of %d", dir, r.Case, r.Status, r.Completed, r.NumPrompts)
		}
	}
}

// axesOf are the rows' coordinates alone.
func axesOf(rows []aggregate.Row) (axes []aggregate.Row) {
	for _, r := range rows {
		axes = append(axes, aggregate.Row{
			Case: r.Case, Model: r.Model, InputLen: r.InputLen, OutputLen: r.OutputLen, MaxConcurrency: r.MaxConcurrency, NumPrompts: r.NumPrompts,
			RequestRate: r.RequestRate, Dataset: r.Dataset, Server: r.Server, Repeat: r.Repeat, Axes: r.Axes,
		})
	}
	return axes
}
