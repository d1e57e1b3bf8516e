package runlog

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func check(t testing.TB, errs ...error) {
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

func begin(t testing.TB, d *Dir, cases ...Case) Run {
	t.Helper()
	r := Run{Schema: RunSchema, Tool: "llmsweep test", StartUnixNS: runStarted.UnixNano(), Seed: 7, Config: map[string]any{"model": "tiny"}, Cases: cases}
	check(t, d.Begin(r))
	return r
}

// finish writes a whole case with one record's file.
func finish(t testing.TB, d *Dir, c Case, status string) {
	t.Helper()
	w, err := d.NewCase(c, RecordsFull)
	check(t, err)
	info := testInfo()
	info.Status = status
	check(t, w.Finish(NewCaseFile(c, testSummary(), info)), w.Close())
}

func write(t testing.TB, path, text string) {
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

// A manifest that cannot be read is told, with the way out; taking that way loses
// no file of the run.
func TestUnreadableManifest(t *testing.T) {
	const damaged = " is damaged: "
	const fresh = "; set another results_dir, or run with --fresh: it moves the files to history/"
	const newer = " was written by a newer llmsweep (schema 7, this one knows 1): use that version, another results_dir, or --fresh"
	for _, tt := range []struct{ text, want string }{
		{`{"tool":"x`, damaged + "unexpected end of JSON input" + fresh},
		{"", damaged + "unexpected end of JSON input" + fresh},
		{`{"cases":[{"name":"../../etc/passwd"}]}`, damaged + `case name "../../etc/passwd", want bench_… without slashes` + fresh},
		{`{"cases":[{"name":"config"}]}`, damaged + `case name "config", want bench_… without slashes` + fresh},
		{`{"schema":7,"cases":[]}`, newer},
		{`{"cases":"elsewhere","complete":"almost","schema":7}`, newer},
	} {
		d := openDir(t)
		begin(t, d, testCase())
		finish(t, d, testCase(), StatusMeasured)
		path := filepath.Join(d.Path(), ".run", "run.json")
		write(t, path, tt.text)
		if _, err := d.Run(); err == nil || err.Error() != path+tt.want {
			t.Errorf("%q: %v\nwant %s", tt.text, err, path+tt.want)
		}
		to, _, err := d.Archive(0)
		check(t, err)
		want := []string{".run/journal.jsonl", ".run/run.json", "bench_io256x128_mc4_np3.json", "bench_io256x128_mc4_np3.requests.jsonl.gz"}
		if diff := cmp.Diff(want, tree(t, to)); diff != "" {
			t.Errorf("%q: history (-want +got):\n%s", tt.text, diff)
		}
		if b, err := os.ReadFile(filepath.Join(to, ".run", "run.json")); string(b) != tt.text {
			t.Errorf("%q: the manifest in the history is %q, %v", tt.text, b, err)
		}
		if r, err := d.Run(); r != nil || err != nil {
			t.Errorf("%q: after Archive: %v, %v; want no run", tt.text, r, err)
		}
	}
}

// A manifest from before there were versions is read.
func TestManifestWithoutSchema(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".run", "run.json"), `{"tool":"llmsweep old","start_unix_ns":5,"complete":true,"cases":[{"name":"bench_a","hash":"h"}]}`)
	r, err := ReadRun(dir)
	if err != nil || r.Schema != 0 || !r.Complete || len(r.Cases) != 1 || r.Cases[0].Hash != "h" {
		t.Errorf("%+v, %v", r, err)
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

// The last write is that of the manifest, the journal, or a file of a case that
// has not ended; not of a CSV, which can be made again at any time.
func TestLastWrite(t *testing.T) {
	d := openDir(t)
	if last, err := d.LastWrite(); err != nil || !last.IsZero() {
		t.Fatalf("no run: %v, %v", last, err)
	}
	atWork := Case{Name: "bench_b", Hash: "h", Attempt: 1}
	begin(t, d, testCase(), atWork)
	finish(t, d, testCase(), StatusMeasured)
	w, err := d.NewCase(atWork, RecordsFull)
	check(t, err)
	defer w.Close()
	old := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	counted := []string{".run/run.json", ".run/journal.jsonl", "bench_b.requests.jsonl"}
	for _, name := range counted {
		check(t, os.Chtimes(filepath.Join(d.Path(), name), old, old))
	}
	write(t, filepath.Join(d.Path(), "aggregate_results.csv"), "written now")
	write(t, filepath.Join(d.Path(), "notes.txt"), "the user's, now")
	for i, name := range counted {
		want := old.Add(time.Duration(i+1) * time.Hour)
		check(t, os.Chtimes(filepath.Join(d.Path(), name), want, want))
		if last, err := d.LastWrite(); err != nil || !last.Equal(want) {
			t.Errorf("last write %v, %v; want %v, that of %s", last, err, want, name)
		}
	}
}

func TestOpenRemovesUnfinishedFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "[odd] folder*")
	ours := []string{".bench_a.json.123.llmsweep-tmp", ".run/.run.json.9.llmsweep-tmp", ".run/pids/.a.7.json.9.llmsweep-tmp", "history/.20261122T183602Z.llmsweep-tmp/bench_a.json"}
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
