package runlog

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func check(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func openDir(t *testing.T) *Dir {
	t.Helper()
	d, err := Open(filepath.Join(t.TempDir(), "results"))
	check(t, err)
	t.Cleanup(func() { d.Close() })
	return d
}

var runStarted = time.Date(2026, 11, 22, 18, 36, 2, 500, time.UTC)

func begin(t *testing.T, d *Dir, cases ...Case) Run {
	t.Helper()
	r := Run{Tool: "llmsweep test", StartUnixNS: runStarted.UnixNano(), Seed: 7, Config: map[string]any{"model": "tiny"}, Cases: cases}
	check(t, d.Begin(r))
	return r
}

// finish writes a whole case with one record's file.
func finish(t *testing.T, d *Dir, c Case, status string) {
	t.Helper()
	w, err := d.NewCase(c, RecordsFull)
	check(t, err)
	info := testInfo()
	info.Status = status
	check(t, w.Finish(NewCaseFile(c, testSummary(), info)), w.Close())
}

func write(t *testing.T, path, text string) {
	t.Helper()
	check(t, os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644))
}

func TestRunRoundTrip(t *testing.T) {
	d := openDir(t)
	if r, err := d.Run(); r != nil || err != nil {
		t.Fatalf("empty folder: %v, %v; want no run and no error", r, err)
	}
	want := begin(t, d, testCase())
	got, err := d.Run()
	check(t, err)
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("after Begin (-want +got):\n%s", diff)
	}
	want.Complete, want.Warnings = true, []string{"busy machine"}
	check(t, d.Update(want))
	got, err = d.Run()
	check(t, err)
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("after Update (-want +got):\n%s", diff)
	}
	check(t, d.Begin(want))
	if got, _ := d.Run(); got.Complete {
		t.Error("a run that begins is complete")
	}
}

func TestDamagedRunNamesFileAndNextStep(t *testing.T) {
	for _, text := range []string{`{"tool":"x`, `{"cases":[{"name":"../../etc/passwd"}]}`, `{"cases":[{"name":"config"}]}`, ""} {
		d := openDir(t)
		path := filepath.Join(d.Path(), ".run", "run.json")
		write(t, path, text)
		for what, call := range map[string]func() error{
			"Run":     func() error { _, err := d.Run(); return err },
			"Archive": func() error { _, err := d.Archive(0); return err },
		} {
			if err := call(); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "run again") {
				t.Errorf("%s of %q: %v", what, text, err)
			}
		}
	}
}

func TestNamesThatAreNoFileNames(t *testing.T) {
	d := openDir(t)
	for _, name := range []string{"", "run", "bench_/../../x", `bench_a\b`, "../bench_x"} {
		c := testCase()
		c.Name = name
		if _, err := d.NewCase(c, RecordsFull); err == nil {
			t.Errorf("case %q is taken", name)
		}
		if err := d.Begin(Run{Cases: []Case{c}}); err == nil {
			t.Errorf("a plan with case %q is taken", name)
		}
	}
	if _, err := d.NewCase(testCase(), "all"); err == nil || !strings.Contains(err.Error(), "full, counts or none") {
		t.Errorf("records mode all: %v", err)
	}
}

func TestLastWrite(t *testing.T) {
	d := openDir(t)
	if last, err := d.LastWrite(); err != nil || !last.IsZero() {
		t.Fatalf("no run: %v, %v", last, err)
	}
	begin(t, d, testCase())
	finish(t, d, testCase(), StatusMeasured)
	write(t, filepath.Join(d.Path(), "aggregate_results.csv"), "x")
	write(t, filepath.Join(d.Path(), "notes.txt"), "the user's")
	old := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, name := range []string{".run/run.json", ".run/journal.jsonl", "bench_io256x128_mc4_np3.json"} {
		check(t, os.Chtimes(filepath.Join(d.Path(), name), old, old))
	}
	youngest := old.Add(time.Hour)
	check(t, os.Chtimes(filepath.Join(d.Path(), "bench_io256x128_mc4_np3.requests.jsonl.gz"), youngest, youngest))
	if last, err := d.LastWrite(); err != nil || !last.Equal(youngest) {
		t.Errorf("last write %v, %v; want %v, the records'", last, err, youngest)
	}
}

func TestOpenRemovesUnfinishedFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[odd] folder*")
	ours := []string{".bench_a.json.123.llmsweep-tmp", ".run/.run.json.9.llmsweep-tmp"}
	users := []string{".bench_a.json", "bench_a.json", "x.llmsweep-tmp"}
	for _, name := range append(ours, users...) {
		write(t, filepath.Join(dir, name), "half")
	}
	d, err := Open(dir)
	check(t, err)
	defer d.Close()
	for _, name := range ours {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
	for _, name := range users {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("%s is gone", name)
		}
	}
}

// The device that is always full gives the error that a full disk gives.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "bench_a.json")
	write(t, path, "before")
	err := WriteFile(path, func(w io.Writer) error {
		full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
		if err != nil {
			t.Skip("no /dev/full here")
		}
		defer full.Close()
		if _, err := w.Write([]byte("half")); err != nil {
			return err
		}
		_, err = full.Write([]byte("half"))
		return err
	})
	want := "writing " + path + ": no space left on device; free some space and run again, finished cases are kept"
	if err == nil || err.Error() != want || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v\nwant %s", err, want)
	}
	if b, _ := os.ReadFile(path); string(b) != "before" {
		t.Errorf("the file holds %q, want what was there before", b)
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Errorf("%d files, want 1: no half file stays", len(list))
	}
}
