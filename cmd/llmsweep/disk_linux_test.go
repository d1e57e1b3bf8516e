package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"llmsweep/runlog"
)

// disk mounts a file system of 2 MB as a config's folder.
func disk(t *testing.T) string {
	t.Helper()
	slow(t)
	dir := t.TempDir()
	if err := syscall.Mount("llmsweep-test", dir, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("mounting a small disk needs root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// A disk that fills up while a case runs ends the run with status 1 and one line
// on what to do. With room again the same command goes on: what was measured
// stays, and the case whose records were lost runs again.
func TestRunOnAFullDisk(t *testing.T) {
	dir := disk(t)
	writeConfig(t, dir, "base_url: sim:fast\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 4], [32, 2000]]\nconcurrency_prompts: [[8, 16]]\nwarmup: 0\n")
	filler := filepath.Join(dir, "filler")
	if err := os.WriteFile(filler, make([]byte, 1900<<10), 0o644); err != nil {
		t.Fatal(err)
	}
	_, stderr := sweepIn(t, dir, exitFailed)
	const first, second = "bench_io32x4_mc8_np16", "bench_io32x2000_mc8_np16"
	records := filepath.Join("results", second+".requests.jsonl")
	if want := "writing " + records + ": no space left on device; free some space and run again, finished cases are kept"; strings.Count(stderr, want) != 1 {
		t.Errorf("stderr, want %q in it once:\n%s", want, stderr)
	}
	info, err := os.Stat(filepath.Join(dir, "results", first+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	_, stderr = sweepIn(t, dir, exitOK)
	if !strings.Contains(stderr, "going on: 1 of 2 cases stay as they are, 1 to run") {
		t.Errorf("the next run:\n%s", stderr)
	}
	if now, err := os.Stat(filepath.Join(dir, "results", first+".json")); err != nil || !now.ModTime().Equal(info.ModTime()) {
		t.Errorf("the case that was measured was written again: %v", err)
	}
	for _, r := range rows(t, dir) {
		if r.Status != runlog.StatusMeasured || r.Completed != 16 {
			t.Errorf("%s: %s, %d completed", r.Case, r.Status, r.Completed)
		}
	}
}

// A folder that is mounted read-only ends the run before anything is sent, with
// status 1 and the way out; nothing in it changes.
func TestRunInAReadOnlyFolder(t *testing.T) {
	dir := disk(t)
	writeConfig(t, dir, "base_url: sim:fast\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 4]]\nconcurrency_prompts: [[1, 2], [2, 2]]\n")
	sweepIn(t, dir, exitOK, "--only", "*mc1_*")
	before := tree(t, dir)
	if err := syscall.Mount("llmsweep-test", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	stdout, stderr := sweepIn(t, dir, exitFailed)
	if want := "results/.run/lock: read-only file system; make the folder writable or set another results_dir\n"; !strings.HasSuffix(stderr, want) || stdout != "" {
		t.Errorf("stderr ends with, want %q:\n%s%s", want, stderr, stdout)
	}
	if after := tree(t, dir); !slices.Equal(before, after) {
		t.Errorf("files %v, before %v", after, before)
	}
	if err := syscall.Mount("llmsweep-test", dir, "tmpfs", syscall.MS_REMOUNT, ""); err != nil {
		t.Fatal(err)
	}
	_, stderr = sweepIn(t, dir, exitOK)
	if !strings.Contains(stderr, "going on: 1 of 2 cases stay as they are, 1 to run") {
		t.Errorf("writable again:\n%s", stderr)
	}
}

// A full stdout is told, and is no success; a reader that went away wanted no more.
func TestStdoutIsFull(t *testing.T) {
	dir := t.TempDir()
	writeConfig(t, dir, "base_url: sim:fast\ntokenizer: ${SMALL_TOKENIZER}\ninput_output: [[32, 4]]\nconcurrency_prompts: [[1, 2]]\n")
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full: a full stdout is not tried: ", err)
	}
	defer full.Close()
	gone, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	defer pipe.Close()
	const want = "not all could be written to stdout: no space left on device; a run's files are whole, and llmsweep aggregate prints its table again\n"
	for _, tt := range []struct {
		stdout *os.File
		code   int
		says   string
	}{{full, exitFailed, want}, {pipe, exitOK, ""}} {
		var stderr strings.Builder
		cmd := llmsweep(t, dir, "run", "--quiet", "--fresh", "config.yaml")
		cmd.Stdout, cmd.Stderr = tt.stdout, &stderr
		err := cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != tt.code || !strings.HasSuffix(stderr.String(), tt.says) || strings.Contains(stderr.String(), "stdout") != (tt.says != "") {
			t.Errorf("%v, want status %d and stderr %q:\n%s", err, tt.code, tt.says, stderr.String())
		}
		if n := len(rows(t, dir)); n != 1 {
			t.Errorf("%d rows in the table", n)
		}
	}
}

// tree lists the files under a folder, with the times of their last change.
func tree(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		files = append(files, path+" "+info.ModTime().Format(time.RFC3339Nano))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
