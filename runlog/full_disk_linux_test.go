package runlog

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"llmsweep/metrics"
)

const fullDisk = ": no space left on device; free some space and run again, finished cases are kept"

// smallDisk mounts a file system of 1 MB.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("llmsweep-test", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("mounting a small disk needs root: %v", err)
	}
	t.Cleanup(func() { check(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

// fill leaves no room on the disk; its file is the one to remove for some.
func fill(t *testing.T, disk string) (filler string) {
	t.Helper()
	filler = filepath.Join(disk, "filler")
	f, err := os.Create(filler)
	check(t, err)
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	return filler
}

// A disk that fills up stops the run with the file's name and the next step,
// whatever was being written. What was there stays as it was, and a run goes on
// when there is room again.
func TestFullDisk(t *testing.T) {
	done, atWork := Case{Name: "bench_done", Hash: "h", Attempt: 1}, Case{Name: "bench_work", Hash: "h", Attempt: 1}
	for _, tt := range []struct {
		name, file string
		fails      func(d *Dir, r Run, w *CaseWriter) error
	}{
		{"records", "bench_work.requests.jsonl", func(d *Dir, r Run, w *CaseWriter) error {
			for {
				if err := w.Append(&metrics.Record{ID: "r", Arrivals: make([]int64, 1000)}); err != nil {
					return err
				}
			}
		}},
		{"the last records", "bench_work.requests.jsonl", func(d *Dir, r Run, w *CaseWriter) error {
			return errors.Join(w.Append(&metrics.Record{ID: "r"}), w.Finish(NewCaseFile(atWork, testSummary(), testInfo())))
		}},
		{"case JSON", "bench_work.json", func(d *Dir, r Run, w *CaseWriter) error {
			return w.Finish(NewCaseFile(atWork, testSummary(), testInfo()))
		}},
		{"journal", ".run/journal.jsonl", func(d *Dir, r Run, w *CaseWriter) error {
			for i := 0; ; i++ { // there may be room in the block that the journal ends in
				if _, err := d.NewCase(Case{Name: fmt.Sprint("bench_", i), Hash: "h", Attempt: 1}, RecordsNone); err != nil {
					return err
				}
			}
		}},
		{"manifest", ".run/run.json", func(d *Dir, r Run, w *CaseWriter) error { return d.Update(r) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			disk := smallDisk(t)
			d, err := Open(filepath.Join(disk, "results"))
			check(t, err)
			r := begin(t, d, done, atWork)
			finish(t, d, done, StatusMeasured)
			w, err := d.NewCase(atWork, RecordsFull)
			check(t, err)
			before := texts(t, d.Path())
			filler := fill(t, disk)

			err = tt.fails(d, r, w)
			if want := "writing " + filepath.Join(d.Path(), tt.file) + fullDisk; err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%v\nwant %s", err, want)
			}
			w.Close()
			now := texts(t, d.Path())
			for name, text := range before { // journal and records may have grown
				if got, ok := now[name]; !ok || !strings.HasPrefix(got, text) || len(got) > len(text) && !strings.Contains(name, ".jsonl") {
					t.Errorf("%s was damaged: %.80q", name, got)
				}
			}
			for name := range now {
				if strings.HasSuffix(name, tempSuffix) {
					t.Errorf("%s was left behind", name)
				}
			}

			d = reopen(t, d) // the disk is still full: the lock needs no room
			check(t, os.Remove(filler))
			check(t, d.Damage())
			if got, err := d.Run(); err != nil || len(got.Cases) != 2 {
				t.Errorf("the manifest after it: %v, %v", got, err)
			}
			entries, err := d.Entries()
			check(t, err)
			if entries[done.Name].Status != StatusMeasured || entries[atWork.Name].Status == StatusMeasured {
				t.Errorf("after it: %v", entries)
			}
			atWork.Attempt = 2
			finish(t, d, atWork, StatusMeasured)
			if entries, err := reopen(t, d).Entries(); err != nil || entries[atWork.Name].Status != StatusMeasured {
				t.Errorf("measured again: %v, %v", entries, err)
			}
		})
	}
}

// texts are the contents of the files under a folder, by name.
func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	texts := map[string]string{}
	for _, name := range tree(t, dir) {
		b, err := os.ReadFile(filepath.Join(dir, name))
		check(t, err)
		texts[name] = string(b)
	}
	return texts
}

// The device that is always full gives the error that a full disk gives.
func TestFullDevice(t *testing.T) {
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
	if want := "writing " + path + fullDisk; err == nil || err.Error() != want || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v\nwant %s", err, want)
	}
	if b, _ := os.ReadFile(path); string(b) != "before" {
		t.Errorf("the file holds %q, want what was there before", b)
	}
	if list, _ := os.ReadDir(dir); len(list) != 1 {
		t.Errorf("%d files, want 1: no half file stays", len(list))
	}
}
