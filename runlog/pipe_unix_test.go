//go:build unix

package runlog

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A pipe with no writer holds up for ever whoever opens it to read: with one in
// the place of each finished case's files, only who opens none comes through.
func TestGoingOnOpensNoFinishedCase(t *testing.T) {
	dir := t.TempDir()
	cases := plan(50)
	measureAll(t, dir, cases, 45)
	for _, c := range cases[:45] {
		for _, suffix := range []string{".json", ".requests.jsonl.gz"} {
			path := filepath.Join(dir, c.Name+suffix)
			check(t, os.Remove(path))
			check(t, syscall.Mkfifo(path, 0o644))
		}
	}
	type answer struct {
		names []string
		err   error
	}
	came := make(chan answer, 1)
	go func() {
		names, err := missing(dir)
		came <- answer{names, err}
	}()
	select {
	case a := <-came:
		check(t, a.err)
		if len(a.names) != 5 || a.names[0] != cases[45].Name || a.names[4] != cases[49].Name {
			t.Errorf("missing %v, want the last 5 of the plan", a.names)
		}
	case <-time.After(time.Minute):
		t.Fatal("a finished case's file was opened")
	}
}
