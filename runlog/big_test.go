package runlog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// plan is n cases as a sweep names and hashes them.
func plan(n int) []Case {
	cases := make([]Case, n)
	for i := range cases {
		in, load := 128+i/100, 1+i%100
		cases[i] = Case{
			Name: fmt.Sprintf("bench_io%dx256_mc%d_np%d", in, load, 10*load), Hash: fmt.Sprintf("%064x", i), Seed: 1<<63 + uint64(i), Attempt: 1,
			Axes: Axes{InputLen: in, OutputLen: 256, MaxConcurrency: load, NumPrompts: 10 * load, RequestRate: Inf(), Dataset: "random", Repeat: 1},
		}
	}
	return cases
}

// measureAll begins a run in dir and measures the first done of its cases.
func measureAll(tb testing.TB, dir string, cases []Case, done int) {
	tb.Helper()
	d, err := Open(dir)
	check(tb, err)
	begin(tb, d, cases...)
	for _, c := range cases[:done] {
		finish(tb, d, c, StatusMeasured)
	}
	check(tb, d.Close())
}

// missing opens a results folder as a run does that goes on, and tells which cases
// of the plan have no measured result.
func missing(dir string) (names []string, err error) {
	d, err := Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	r, err := d.Run()
	if err != nil {
		return nil, err
	}
	if _, err := d.LastWrite(); err != nil {
		return nil, err
	}
	entries, err := d.Entries()
	if err != nil {
		return nil, err
	}
	for _, c := range r.Cases {
		if e := entries[c.Name]; e.Status != StatusMeasured || e.Hash != c.Hash {
			names = append(names, c.Name)
		}
	}
	return names, nil
}

// The journal is read once: what another writes into it later is not seen, and
// each attempt is numbered from memory.
func TestJournalIsReadOnce(t *testing.T) {
	d := openDir(t)
	c := testCase()
	begin(t, d, c)
	c.Attempt = 1
	finish(t, d, c, StatusFailed)
	path := filepath.Join(d.Path(), ".run", "journal.jsonl")
	check(t, os.Rename(path, path+".elsewhere"))
	if e, err := d.Entries(); err != nil || e[c.Name].Status != StatusFailed {
		t.Errorf("entries %v, %v; want the failed attempt", e, err)
	}
	c.Attempt = 2
	finish(t, d, c, StatusMeasured)
	if got := names(t, filepath.Join(d.Path(), ".run", "aside")); !strings.Contains(strings.Join(got, " "), ".attempt1.json") {
		t.Errorf("aside: %v, want attempt 1", got)
	}
	check(t, os.Rename(path+".elsewhere", path)) // both attempts: the file was open all the time
	d2 := reopen(t, d)
	if e, err := d2.Entries(); err != nil || len(e) != 1 || e[c.Name].Status != StatusMeasured || e[c.Name].Attempt != 2 {
		t.Errorf("read again: %v, %v; want attempt 2, measured", e, err)
	}
}

// reopen closes the folder and opens it as the next run does.
func reopen(t *testing.T, d *Dir) *Dir {
	t.Helper()
	check(t, d.Close())
	next, err := Open(d.Path())
	check(t, err)
	t.Cleanup(func() { next.Close() })
	return next
}

// BenchmarkBegin10k is what runlog adds to the time to the first case of a sweep
// of 10,000 cases that lacks 10: lock, manifest, last write, journal.
func BenchmarkBegin10k(b *testing.B) {
	dir, err := os.MkdirTemp(memoryFolder(), "llmsweep-begin10k-") // syncing 10,000 cases to a disk takes minutes
	check(b, err)
	defer os.RemoveAll(dir)
	cases := plan(10_000)
	measureAll(b, dir, cases, 9_990)
	b.ReportAllocs()
	for b.Loop() {
		names, err := missing(dir)
		if err != nil || len(names) != 10 || names[0] != cases[9_990].Name {
			b.Fatalf("missing %v, %v; want the last 10", names, err)
		}
	}
}

// memoryFolder is a folder without a disk behind it; "" = the usual one for
// temporary files.
func memoryFolder() string {
	const shm = "/dev/shm"
	if info, err := os.Stat(shm); err == nil && info.IsDir() {
		return shm
	}
	return ""
}
