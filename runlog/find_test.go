package runlog

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// dated makes a results folder with one case of two measured, last written at.
func dated(t *testing.T, root, name, key string, complete bool, at time.Time) string {
	t.Helper()
	dir := filepath.Join(root, name)
	d, err := Open(dir)
	check(t, err)
	a, b := Case{Name: "bench_a", Hash: "h", Attempt: 1}, Case{Name: "bench_b", Hash: "h", Attempt: 1}
	r := Run{StartUnixNS: at.UnixNano(), ConfigKey: key, Cases: []Case{a, b}}
	check(t, d.Begin(r))
	finish(t, d, a, StatusMeasured)
	if complete {
		r.Complete = true
		check(t, d.Update(r))
	}
	check(t, d.Close())
	age(t, dir, at)
	return dir
}

// age sets the time of each file and folder under dir.
func age(t *testing.T, dir string, at time.Time) {
	t.Helper()
	for _, name := range append(tree(t, dir), ".run", ".") {
		check(t, os.Chtimes(filepath.Join(dir, name), at, at))
	}
}

func TestFindIncomplete(t *testing.T) {
	now := time.Date(2026, 11, 23, 0, 40, 0, 0, time.UTC)
	hoursAgo := func(h int) time.Time { return now.Add(-time.Duration(h) * time.Hour) }
	for _, tt := range []struct {
		name string
		make func(t *testing.T, root string)
		want string // "" = none
	}{
		{"none is there", func(t *testing.T, root string) {}, ""},
		{"yesterday's", func(t *testing.T, root string) { dated(t, root, "out [a]-20261122/x", "k", false, hoursAgo(1)) }, "out [a]-20261122/x"},
		{"at the limit", func(t *testing.T, root string) { dated(t, root, "out [a]-20261122/x", "k", false, hoursAgo(12)) }, "out [a]-20261122/x"},
		{"too old", func(t *testing.T, root string) { dated(t, root, "out [a]-20261122/x", "k", false, hoursAgo(13)) }, ""},
		{"written after now, by a clock that was set back since", func(t *testing.T, root string) { dated(t, root, "out [a]-20261122/x", "k", false, hoursAgo(-1)) }, "out [a]-20261122/x"},
		{"written long after now", func(t *testing.T, root string) { dated(t, root, "out [a]-20261122/x", "k", false, hoursAgo(-13)) }, ""},
		{"complete", func(t *testing.T, root string) { dated(t, root, "out [a]-20261122/x", "k", true, hoursAgo(1)) }, ""},
		{"another config's", func(t *testing.T, root string) { dated(t, root, "out [a]-20261122/x", "other", false, hoursAgo(1)) }, ""},
		{"without a key", func(t *testing.T, root string) { dated(t, root, "out [a]-20261122/x", "", false, hoursAgo(1)) }, ""},
		{"of another name", func(t *testing.T, root string) { dated(t, root, "out a-20261122/x", "k", false, hoursAgo(1)) }, ""},
		{"no results folder", func(t *testing.T, root string) { write(t, filepath.Join(root, "out [a]-2/x/bench_a.json"), "{}") }, ""},
		{"a plain file", func(t *testing.T, root string) { write(t, filepath.Join(root, "out [a]-2/x"), "mine") }, ""},
		{"a damaged one is passed over", func(t *testing.T, root string) {
			dated(t, root, "out [a]-20261121/x", "k", false, hoursAgo(2))
			write(t, filepath.Join(dated(t, root, "out [a]-20261122/x", "k", false, hoursAgo(1)), ".run", "run.json"), "{")
		}, "out [a]-20261121/x"},
		{"the one with the latest write", func(t *testing.T, root string) {
			dated(t, root, "out [a]-20261122/x", "k", false, hoursAgo(3))
			dated(t, root, "out [a]-20261121/x", "k", false, hoursAgo(2)) // a run of the day before went on for longer
			dated(t, root, "out [a]-20261123/x", "k", true, hoursAgo(1))
		}, "out [a]-20261121/x"},
		{"a long case at work when it was killed", func(t *testing.T, root string) {
			dir := dated(t, root, "out [a]-20261122/x", "k", false, hoursAgo(20))
			d, err := Open(dir)
			check(t, err)
			w, err := d.NewCase(Case{Name: "bench_b", Hash: "h", Attempt: 1}, RecordsFull)
			check(t, err, w.Close(), d.Close())
			age(t, dir, hoursAgo(20))
			check(t, os.Chtimes(filepath.Join(dir, "bench_b.requests.jsonl"), hoursAgo(1), hoursAgo(1)))
		}, "out [a]-20261122/x"},
		{"only a CSV is young", func(t *testing.T, root string) {
			dir := dated(t, root, "out [a]-20261122/x", "k", false, hoursAgo(20))
			write(t, filepath.Join(dir, "aggregate_results.csv"), "case")
			check(t, os.Chtimes(dir, hoursAgo(1), hoursAgo(1)))
		}, ""},
		{"one at work is another's", func(t *testing.T, root string) {
			dated(t, root, "out [a]-20261121/x", "k", false, hoursAgo(2))
			dir := dated(t, root, "out [a]-20261122/x", "k", false, hoursAgo(1))
			d, err := Open(dir)
			check(t, err)
			t.Cleanup(func() { d.Close() })
			age(t, dir, hoursAgo(1))
		}, "out [a]-20261121/x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			tt.make(t, root)
			want := ""
			if tt.want != "" {
				want = filepath.Join(root, tt.want)
			}
			dir, last, err := FindIncomplete(GlobEscape(root+"/out [a]-")+"*/x", "k", 12*time.Hour, now)
			if dir != want || last.IsZero() != (want == "") || err != nil {
				t.Errorf("%q, %v, %v; want %q", dir, last, err, want)
			}
			if dir == "" {
				return
			}
			d, err := Open(dir) // the look took no lock
			check(t, err)
			check(t, d.Close())
		})
	}
	if dir, _, err := FindIncomplete(t.TempDir()+"/x-*", "", time.Hour, now); dir != "" || err != nil {
		t.Errorf("no key: %q, %v; want none", dir, err)
	}
}
