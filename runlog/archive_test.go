package runlog

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tree lists the files under a folder.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	check(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			name, _ := filepath.Rel(dir, path)
			files = append(files, name)
		}
		return err
	}))
	slices.Sort(files)
	return files
}

func TestArchiveMovesOnlyNamedFiles(t *testing.T) {
	d := openDir(t)
	if to, _, err := d.Archive(30); to != "" || err != nil {
		t.Fatalf("no run: %q, %v", to, err)
	}
	planned, unplanned := Case{Name: "bench_a", Hash: "h", Attempt: 1}, Case{Name: "bench_old", Hash: "h", Attempt: 1}
	begin(t, d, planned)
	finish(t, d, planned, StatusFailed)
	finish(t, d, planned, StatusMeasured)
	finish(t, d, unplanned, StatusMeasured) // in the journal only
	for _, name := range []string{"aggregate_results.csv", "aggregate_summary.csv", ".run/logs/server.log"} {
		write(t, filepath.Join(d.Path(), name), "ours")
	}
	users := []string{"bench_users.json", "notes.txt", "plots/bench_a.json", "bench_a.json.bak", "bench_old.requests.jsonl/x"} // the last: a folder with a name of ours
	for _, name := range users {
		write(t, filepath.Join(d.Path(), name), "the user's")
	}
	to, _, err := d.Archive(30)
	check(t, err)
	if want := filepath.Join(d.Path(), "history", "20261122T183602Z"); to != want {
		t.Errorf("moved to %s, want %s", to, want)
	}
	want := []string{
		".run/aside/bench_a.attempt1.json", ".run/aside/bench_a.attempt1.requests.jsonl.gz",
		".run/journal.jsonl", ".run/logs/server.log", ".run/run.json",
		"aggregate_results.csv", "aggregate_summary.csv", "bench_a.json", "bench_a.requests.jsonl.gz",
		"bench_old.json", "bench_old.requests.jsonl.gz",
	}
	if diff := cmp.Diff(want, tree(t, to)); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	check(t, os.RemoveAll(filepath.Join(d.Path(), "history")))
	left := append([]string{".run/lock"}, users...)
	slices.Sort(left)
	if diff := cmp.Diff(left, tree(t, d.Path())); diff != "" {
		t.Errorf("left (-want +got):\n%s", diff)
	}
	if r, err := d.Run(); r != nil || err != nil {
		t.Errorf("after Archive: %v, %v; want no run", r, err)
	}
}

func TestArchiveGoesOnAfterAnInterruption(t *testing.T) {
	d := openDir(t)
	a, b := Case{Name: "bench_a", Hash: "h", Attempt: 1}, Case{Name: "bench_b", Hash: "h", Attempt: 1}
	begin(t, d, a, b)
	finish(t, d, a, StatusMeasured)
	finish(t, d, b, StatusMeasured)
	half := filepath.Join(d.Path(), "history", "20261122T183602Z") // where a kill stopped it
	check(t, moveFile(filepath.Join(d.Path(), "bench_a.json"), filepath.Join(half, "bench_a.json")))
	to, _, err := d.Archive(0)
	check(t, err)
	if to != half {
		t.Errorf("moved to %s, want %s", to, half)
	}
	if files := tree(t, to); len(files) != 6 {
		t.Errorf("%d files, want 2 cases × 2, journal, manifest: %v", len(files), files)
	}
	check(t, os.Remove(filepath.Join(half, ".run", "run.json")))
	begin(t, d, a)
	finish(t, d, a, StatusFailed) // its name is taken there: both files stay
	to, _, err = d.Archive(0)
	check(t, err)
	for path, status := range map[string]string{half: StatusMeasured, to: StatusFailed} {
		if f, err := ReadCase(filepath.Join(path, "bench_a.json")); err != nil || f.Status != status {
			t.Errorf("%s: %v, %v; want %s", path, f, err, status)
		}
	}
	// Another run that started in the same second does not mix with it.
	begin(t, d, a)
	to, _, err = d.Archive(0)
	check(t, err)
	if to != half+"-3" {
		t.Errorf("the third of the same start went to %s", to)
	}
}

func TestArchivePrunes(t *testing.T) {
	d := openDir(t)
	c := Case{Name: "bench_a", Hash: "h", Attempt: 1}
	for day := range 5 {
		check(t, d.Begin(Run{StartUnixNS: runStarted.Add(time.Duration(day) * 24 * time.Hour).UnixNano(), Cases: []Case{c}}))
		finish(t, d, c, StatusMeasured)
		if day == 1 { // a note of the user's in the history keeps its folder
			to, _, err := d.Archive(3)
			check(t, err)
			write(t, filepath.Join(to, "notes.txt"), "the good run")
			continue
		}
		_, _, err := d.Archive(3)
		check(t, err)
	}
	write(t, filepath.Join(d.Path(), "history", "readme", "x"), "the user's")
	runs, err := History(d.Path())
	check(t, err)
	var got []string
	for _, r := range runs {
		got = append(got, filepath.Base(r))
	}
	want := []string{"20261123T183602Z", "20261124T183602Z", "20261125T183602Z", "20261126T183602Z"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	r, err := ReadRun(runs[0])
	if err != nil || len(r.Cases) != 1 || r.Cases[0].Name != "bench_a" {
		t.Errorf("manifest in the history: %+v, %v", r, err)
	}
}
