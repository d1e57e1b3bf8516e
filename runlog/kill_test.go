package runlog

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"llmsweep/metrics"
)

// childRole makes the test binary a run of its own, in the folder that follows.
const childRole = "RUNLOG_TEST_CHILD"

func TestMain(m *testing.M) {
	role, dir, _ := strings.Cut(os.Getenv(childRole), " ")
	var err error
	switch role {
	case "":
		os.Exit(m.Run())
	case "write":
		err = writeForEver(dir)
	case "lock":
		err = holdLock(dir)
	case "archive":
		err = archiveOnce(dir)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// startChild runs role in dir and returns after its first line of output, with
// a reader of the next ones.
func startChild(t *testing.T, role, dir string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childRole+"="+role+" "+dir)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	check(t, err)
	stdin, err := c.StdinPipe()
	check(t, err)
	t.Cleanup(func() { stdin.Close() })
	check(t, c.Start())
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); line != "ready\n" {
		c.Process.Kill()
		t.Fatalf("child %s said %q, %v", role, line, err)
	}
	return c, lines
}

func kill(t *testing.T, c *exec.Cmd) {
	t.Helper()
	check(t, c.Process.Kill())
	if err := c.Wait(); !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the child ended by itself: %v", err)
	}
}

func holdLock(dir string) error {
	d, err := Open(dir)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	os.Stdin.Read(make([]byte, 1)) // until the parent is gone
	return d.Close()
}

func TestLockBetweenProcesses(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, ".run", "lock"), "12345678901\n") // of an earlier run
	c, _ := startChild(t, "lock", dir)
	since := time.Date(2026, 11, 22, 18, 36, 2, 0, time.Local)
	check(t, os.Chtimes(filepath.Join(dir, ".run", "lock"), since, since))
	_, err := Open(dir)
	locked, ok := errors.AsType[*LockedError](err)
	if !ok || locked.PID != c.Process.Pid || locked.Dir != dir || !locked.Since.Equal(since) {
		t.Errorf("%v; want a LockedError of process %d", err, c.Process.Pid)
	}
	want := fmt.Sprintf("%s is in use by another run (process %d) since 2026-11-22 18:36:02; wait for its end or set another results_dir", dir, c.Process.Pid)
	if err.Error() != want {
		t.Errorf("%v\nwant %s", err, want)
	}
	kill(t, c)
	d, err := Open(dir) // a kill leaves no lock behind
	check(t, err)
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process %d", os.Getpid())) {
		t.Errorf("two runs of one process: %v", err)
	}
	check(t, d.Close(), d.Close())
	d, err = Open(dir)
	check(t, err)
	check(t, d.Close())
}

var killedCases = []string{"bench_io1x1_mc1_np1", "bench_io2x2_mc1_np1", "bench_io3x3_mc1_np1"}

// writeForEver runs three cases and archives them, over and over, and says a line
// after each step.
func writeForEver(dir string) error {
	d, err := Open(dir)
	if err != nil {
		return err
	}
	var plan []Case
	for _, name := range killedCases {
		plan = append(plan, Case{Name: name, Hash: "h", Attempt: 1})
	}
	for {
		start := time.Now()
		if _, _, err := d.Archive(2); err != nil {
			return err
		}
		if err := d.Begin(Run{StartUnixNS: start.UnixNano(), Cases: plan}); err != nil {
			return err
		}
		fmt.Println("ready")
		for _, c := range plan {
			w, err := d.NewCase(c, RecordsFull)
			if err != nil {
				return err
			}
			for i := range 200 {
				if err := w.Append(&metrics.Record{ID: fmt.Sprint(i, ","), Arrivals: make([]int64, 100)}); err != nil {
					return err
				}
			}
			fmt.Println("appended")
			f := NewCaseFile(c, metrics.Summary{Completed: 200}, Info{Status: StatusMeasured})
			f.Notes = []string{strings.Repeat("long enough for more than one write ", 10_000)}
			if err := w.Finish(f); err != nil {
				return err
			}
			fmt.Println("finished")
		}
	}
}

// However a writing process is killed, what it leaves can be read: no half case
// JSON, a journal that agrees with the files, records up to a torn line.
func TestKilledAtAnyInstant(t *testing.T) {
	dir := t.TempDir()
	random := rand.New(rand.NewPCG(1, 2))
	seen := map[string]int{}
	for range 12 {
		c, steps := startChild(t, "write", dir)
		for range random.IntN(9) {
			if _, err := steps.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Duration(random.IntN(4000)) * time.Microsecond) // and somewhere in the next step
		kill(t, c)
		d, err := Open(dir)
		check(t, err)
		if _, err := d.Run(); err != nil {
			t.Error(err)
		}
		entries, err := d.Entries()
		check(t, err)
		for name, e := range entries {
			seen[e.Status]++
			f, err := ReadCase(filepath.Join(dir, name+".json"))
			if whole := err == nil && f.Completed == 200 && len(f.Notes) == 1; e.Status == StatusMeasured && !whole {
				t.Errorf("%s is measured, but its file says %v, %v", name, f, err)
			}
		}
		checkFiles(t, dir, seen)
		check(t, d.Close())
	}
	t.Logf("seen: %v", seen)
	if seen["json"] == 0 || seen["records"] == 0 || seen["unfinished records"] == 0 {
		t.Errorf("the kills never met a written case, or never an unfinished one: %v", seen)
	}
}

// checkFiles reads each case JSON and records file under dir, history included.
func checkFiles(t *testing.T, dir string, seen map[string]int) {
	t.Helper()
	for _, name := range tree(t, dir) {
		path := filepath.Join(dir, name)
		switch base := filepath.Base(name); {
		case strings.HasSuffix(base, tempSuffix):
			t.Errorf("%s was left behind", name)
		case strings.HasPrefix(base, "bench_") && strings.HasSuffix(base, ".json"):
			seen["json"]++
			if _, err := ReadCase(path); err != nil {
				t.Error(err)
			}
		case strings.HasSuffix(base, ".jsonl.gz"):
			seen["records"]++
			if ids, err := recordIDs(path); err != nil || strings.Count(ids, ",") != 200 {
				t.Errorf("%s: %d records, %v", name, strings.Count(ids, ","), err)
			}
		case strings.HasSuffix(base, ".requests.jsonl"):
			seen["unfinished records"]++
			if _, err := recordIDs(path); err != nil {
				t.Error(err)
			}
		}
	}
}
