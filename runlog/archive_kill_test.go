package runlog

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// archiveOnce moves the run in dir to the history.
func archiveOnce(dir string) error {
	d, err := Open(dir)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	if _, _, err := d.Archive(1); err != nil {
		return err
	}
	return d.Close()
}

// Wherever a kill stops the move to the history, the folder holds either the whole
// run or no run, and the next Archive brings the rest to the same place.
func TestKilledWhileArchiving(t *testing.T) {
	cases := plan(600)
	inTheMiddle := 0
	for _, at := range []int{0, 100, 500} { // the case whose move is waited for
		dir := t.TempDir()
		unmeasuredRun(t, dir, cases)
		want := tree(t, dir)
		want = slices.DeleteFunc(want, func(name string) bool { return name == ".run/lock" })
		to := filepath.Join(dir, "history", runStarted.Format(stampLayout))
		slices.SortFunc(cases, func(a, b Case) int { return strings.Compare(a.Name, b.Name) }) // as they are moved

		c, _ := startChild(t, "archive", dir)
		deadline := time.Now().Add(time.Minute)
		for moved := filepath.Join(to, cases[at].Name+".json"); time.Now().Before(deadline); {
			if _, err := os.Lstat(moved); err == nil {
				break
			}
		}
		check(t, c.Process.Kill())
		_ = c.Wait() // it may have been through

		d, err := Open(dir)
		check(t, err)
		if r, err := d.Run(); r != nil || err != nil {
			t.Errorf("killed at %d: run %v, %v; want none", at, r != nil, err)
		}
		if _, err := os.Lstat(filepath.Join(dir, ".run", "leaving.json")); err == nil {
			inTheMiddle++
			if d.Begin(Run{Cases: cases}) == nil {
				t.Errorf("killed at %d: a new run begins among files of the one before", at)
			}
		}
		_, _, err = d.Archive(1)
		check(t, err, d.Close())
		if got := tree(t, to); !slices.Equal(got, want) {
			t.Errorf("killed at %d: %d files in the history, want all %d", at, len(got), len(want))
		}
		if runs, err := History(dir); err != nil || len(runs) != 1 {
			t.Errorf("killed at %d: history %v, %v; want one run", at, runs, err)
		}
	}
	if inTheMiddle == 0 {
		t.Error("no kill met an archiving in its middle")
	}
}

// unmeasuredRun is a run in dir whose cases have a file each that says nothing.
func unmeasuredRun(t *testing.T, dir string, cases []Case) {
	t.Helper()
	d, err := Open(dir)
	check(t, err)
	begin(t, d, cases...)
	for _, c := range cases {
		write(t, filepath.Join(dir, c.Name+".json"), "{}")
	}
	write(t, filepath.Join(dir, ".run", "logs", "server.log"), "up")
	write(t, filepath.Join(dir, "aggregate_results.csv"), "case")
	check(t, d.Close())
}

// The folder is as a kill leaves it after each number of moves: the next call goes
// on from there, and the history then holds each file as it was, beside another
// run of the same second.
func TestArchiveGoesOnFromEachStep(t *testing.T) {
	a, b := Case{Name: "bench_a", Hash: "h", Attempt: 1}, Case{Name: "bench_b", Hash: "h", Attempt: 1}
	for moved := 0; ; moved++ {
		d := openDir(t)
		begin(t, d)
		other, _, err := d.Archive(0)
		check(t, err)
		others := sums(t, other, tree(t, other))
		begin(t, d, a, b)
		finish(t, d, a, StatusFailed)
		finish(t, d, a, StatusMeasured)
		finish(t, d, b, StatusMeasured)
		files, err := runFiles(d.Path(), []string{a.Name, b.Name})
		check(t, err)
		if len(files) != 7 {
			t.Fatalf("the run is %v, want 3 cases × 2 and the journal", files)
		}
		if moved > len(files) {
			return
		}
		manifest := filepath.Join(".run", "run.json")
		want := sums(t, d.Path(), append(files, manifest))
		check(t, os.Rename(filepath.Join(d.Path(), manifest), filepath.Join(d.Path(), ".run", leavingFile)))
		to := filepath.Join(d.Path(), "history", "20261122T183602Z-2")
		for _, name := range files[:moved] {
			check(t, moveFile(filepath.Join(d.Path(), name), filepath.Join(to, name)))
		}
		d = reopen(t, d)
		got, _, err := d.Archive(0)
		check(t, err)
		if got != to {
			t.Errorf("after %d moves: it went on to %s, want %s", moved, got, to)
		}
		if diff := cmp.Diff(want, sums(t, to, tree(t, to))); diff != "" {
			t.Errorf("after %d moves: history (-want +got):\n%s", moved, diff)
		}
		if diff := cmp.Diff(others, sums(t, other, tree(t, other))); diff != "" {
			t.Errorf("after %d moves: the other run (-want +got):\n%s", moved, diff)
		}
		if left := tree(t, d.Path()); len(left) != len(want)+len(others)+1 { // and the lock
			t.Errorf("after %d moves: %v are left", moved, left)
		}
	}
}

// sums are the checksums of files in a folder, by name.
func sums(t *testing.T, dir string, files []string) map[string]string {
	t.Helper()
	sums := map[string]string{}
	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(dir, name))
		check(t, err)
		sums[name] = fmt.Sprintf("%x", sha256.Sum256(text))
	}
	return sums
}

// keep: 0 keeps every run; a bound that shrinks removes the oldest.
func TestArchiveKeeps(t *testing.T) {
	d := openDir(t)
	c := Case{Name: "bench_a", Hash: "h", Attempt: 1}
	for i, tt := range []struct{ keep, want int }{{0, 1}, {0, 2}, {0, 3}, {0, 4}, {-1, 5}, {30, 6}, {2, 2}, {1, 1}, {0, 2}} {
		start := runStarted.Add(time.Duration(i) * 24 * time.Hour)
		check(t, d.Begin(Run{StartUnixNS: start.UnixNano(), Cases: []Case{c}}))
		finish(t, d, c, StatusMeasured)
		to, _, err := d.Archive(tt.keep)
		check(t, err)
		runs, err := History(d.Path())
		check(t, err)
		if len(runs) != tt.want || runs[len(runs)-1] != to {
			t.Errorf("run %d, keep %d: history %v, want %d, the last %s", i, tt.keep, runs, tt.want, to)
		}
		if list := names(t, filepath.Join(d.Path(), "history")); len(list) != tt.want {
			t.Errorf("run %d, keep %d: %v, want %d folders and nothing else", i, tt.keep, list, tt.want)
		}
	}
}
