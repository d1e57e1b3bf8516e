//go:build unix

package launch

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var note = regexp.MustCompile(`=== \S+ lines are left out here: the log had more than [0-9,]+ bytes\n`)

// By hand: a line has 4 bytes.
func TestShortenLog(t *testing.T) {
	b := logBound{most: 400, head: 10, tail: 10}
	const n = 300 // lines between, more than the note on them
	many := strings.Repeat("mid\n", n)
	for _, tt := range []struct{ name, text, want string }{
		{"too short to leave anything out", "a01\na02\na03\na04\na05\n", "a01\na02\na03\na04\na05\n"},
		{"whole lines at both ends", "a01\na02\na03\n" + many + "a09\na10\na11\n", "a01\na02\nNOTEa10\na11\n"},
		{"the last line is not whole", "a01\na02\na03\n" + many + "a09\na10\na1", "a01\na02\nNOTEa09\na10\na1"},
		{"one line", strings.Repeat("x", 4*n), strings.Repeat("x", 10) + "\nNOTE" + strings.Repeat("x", 11)},
		{"a hole", "a01\na02\na03\n" + strings.Repeat("\x00", 4*n) + "b\nc\n", "a01\na02\nNOTEc\n"},
	} {
		file := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(file, []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := b.shorten(file, b.head); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := note.ReplaceAllString(string(got), "NOTE"); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if err := b.room(filepath.Join(t.TempDir(), "none")); err != nil {
		t.Errorf("no log yet: %v", err)
	}
}

// A server that logs much more than the bound, in two starts: the beginnings of both
// stay, the last words are right, and what is left out is so in whole lines.
func TestLogIsBounded(t *testing.T) {
	l, serve := launchOf(t)
	l.bound = logBound{most: 64 << 10, head: 2 << 10, tail: 16 << 10, every: time.Millisecond}
	l.Command = "echo settings of $START; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); echo line $i; done; " + serve
	for _, start := range []string{"one", "two"} {
		l.Env = map[string]string{"START": start}
		s := mustStart(t, l)
		if got, want := s.Tail(2), "line 20000\nloading"; got != want {
			t.Errorf("start %s, once it is up: its log ends %q, want %q", start, got, want)
		}
		if err := s.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := s.Tail(1); got != "bye" {
			t.Errorf("start %s: its last word is %q, want bye", start, got)
		}
	}
	b, err := os.ReadFile(l.LogPath)
	if err != nil || int64(len(b)) > l.bound.most {
		t.Fatalf("%v; %d bytes, want %d at most", err, len(b), l.bound.most)
	}
	text := string(b)
	if !strings.HasPrefix(text, "=== ") {
		t.Errorf("it begins %q, want the first start's line", text[:20])
	}
	for _, once := range []string{"\nsettings of one\nline 1\nline 2\n", "\nsettings of two\nline 1\nline 2\n", "\nline 20000\nloading \nbye\n"} {
		if strings.Count(text, once) < 1 {
			t.Errorf("no %q in the log", once)
		}
	}
	before := 0
	for _, line := range strings.Split(text, "\n") {
		var n int
		switch _, err := fmt.Sscanf(line, "line %d", &n); {
		case strings.HasPrefix(line, "settings"):
			before = 0
		case err == nil && n <= before:
			t.Errorf("line %d comes after line %d", n, before)
		case err == nil:
			before = n
		case !strings.HasPrefix(line, "=== ") && line != "loading " && line != "bye" && line != "":
			t.Errorf("a line is not whole: %q", line)
		}
	}
	if n := len(note.FindAllString(text, -1)); n < 1 {
		t.Errorf("left out %d times", n)
	}
}
