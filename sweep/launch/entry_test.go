//go:build unix

package launch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestLaunchLife(t *testing.T) {
	l, serve := launchOf(t)
	l.Command = "pwd; echo key=$KEY; " + serve + " # sk-123"
	l.Env = map[string]string{"WEIGHTS": "qwen3", "KEY": "sk-123"}
	l.Stop = ""
	l.Mask = func(text string) string { return strings.ReplaceAll(text, "sk-123", "***") }
	s := mustStart(t, l)
	if !s.Alive() || isClosed(s.Exited()) {
		t.Errorf("alive %v, exited %v; want a server that runs", s.Alive(), isClosed(s.Exited()))
	}
	pid := s.record.Process.PID
	if pgid, err := syscall.Getpgid(pid); err != nil || pgid != pid {
		t.Errorf("process group %d, %v; want its own, %d", pgid, err, pid)
	}
	record := fmt.Sprintf("TP2.%d.json", pid)
	if got := files(t, l.PidDir); len(got) != 1 || got[0] != record {
		t.Errorf("records %v, want %s", got, record)
	}
	if b, err := os.ReadFile(filepath.Join(l.PidDir, record)); err != nil || strings.Contains(string(b), "sk-123") || !strings.Contains(string(b), `"WEIGHTS":"qwen3"`) {
		t.Errorf("record %s, %v; want the environment without its secret", b, err)
	}
	dir, err := filepath.EvalSymlinks(l.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Tail(20), dir+"\nkey=***\nloading qwen3"; got != want {
		t.Errorf("tail %q, want %q", got, want)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	closes(t, "the end", s.Exited())
	wantGone(t, l, s)
	if err := s.Stop(t.Context()); err != nil {
		t.Errorf("second stop: %v", err)
	}

	again := mustStart(t, l) // the same entry, the same log
	if err := again.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantGone(t, l, again)
	b, err := os.ReadFile(l.LogPath)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), " starting TP2: pwd; echo key=$KEY; "); n != 2 || strings.Contains(string(b), "# sk-123") || !strings.Contains(string(b), "# ***\n") {
		t.Errorf("log %s\nwant two starts with the command, masked", b)
	}
	if n := strings.Count(string(b), "bye\n"); n != 2 {
		t.Errorf("%d servers said bye, want 2: SIGTERM has to reach what the shell started", n)
	}
}

func TestLaunchFails(t *testing.T) {
	for _, tt := range []struct {
		name, command string
		stop          string
		timeout       time.Duration
		want          []string
	}{
		{"ends early", "for i in $(seq 30); do echo line $i; done; echo no GPU >&2; exit 3", "", time.Hour,
			[]string{"server TP2 ended before it was ready: exit status 3; its log, ", "TP2.log, ends:\nline 12\nline 13\n", "\nline 30\nno GPU"}},
		{"no such command", "no-such-server --port 1", "", time.Hour, []string{"exit status 127", "not found"}},
		{"is killed", "kill -9 $$", "", time.Hour, []string{"signal: killed; it wrote nothing to its log, "}},
		{"starts it in the background, without stop", "sleep 60 & exit 0", "", time.Hour, []string{"its command ended with exit status 0", "give `stop`"}},
		{"fails, and is cleaned up", "exit 1", "echo cleaned up", time.Hour, []string{"exit status 1"}},
		{"never ready", "echo loading; exec sleep 60", "", time.Second,
			[]string{"server TP2 was not ready within 1s: Get ", "connection refused", "raise ready_timeout; its log, ", "ends:\nloading"}},
		{"handed over and never ready", "echo container 1", "true", time.Second, []string{"was not ready within 1s", "ends:\ncontainer 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, _ := launchOf(t)
			l.Command, l.Stop, l.ReadyTimeout = tt.command+" # this start", tt.stop, tt.timeout
			if err := os.MkdirAll(filepath.Dir(l.LogPath), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(l.LogPath, []byte("of an earlier start\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			s, err := start(t, l)
			if s != nil || err == nil {
				t.Fatalf("server %v, error %v; want an error alone", s, err)
			}
			wantInText(t, "error", err.Error(), tt.want...)
			if strings.Contains(err.Error(), "earlier start") || strings.Contains(err.Error(), "line 11\n") {
				t.Errorf("error %v\nwant the last 20 lines of this start", err)
			}
			wantGone(t, l, s)
			if b, err := os.ReadFile(l.LogPath); err != nil || strings.HasPrefix(tt.stop, "echo") && !strings.HasSuffix(string(b), "stop command\ncleaned up\n") {
				t.Errorf("log %s, %v; want the stop command's words at its end", b, err)
			}
		})
	}
}

// The one who waits gives up: nothing is left, and the reason is his.
func TestLaunchIsInterrupted(t *testing.T) {
	l, _ := launchOf(t)
	l.Command = "echo $$ > pid; exec sleep 60"
	ctx, cancel := context.WithCancelCause(t.Context())
	why := fmt.Errorf("interrupted by the user")
	go func() {
		pidIn(t, filepath.Join(l.Dir, "pid"))
		cancel(why)
	}()
	if _, err := l.Start(ctx, healthy(l.BaseURL), func(string) {}); !errors.Is(err, why) || err.Error() != why.Error() {
		t.Errorf("error %v, want %v alone", err, why)
	}
	wantGone(t, l, nil)
	if err := signalGroup(pidIn(t, filepath.Join(l.Dir, "pid")), 0); !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("its process group: %v, want none", err)
	}
}

func TestLaunchRefusesAnOccupiedPort(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	l, _ := launchOf(t)
	l.BaseURL, l.Command = "http://"+ln.Addr().String(), "touch started"
	_, err = start(t, l)
	if err == nil {
		t.Fatal("no error where another server listens")
	}
	wantInText(t, "error", err.Error(), "server TP2: "+ln.Addr().String()+" is in use already by", "end it, or give the entry another port")
	if runtime.GOOS == "linux" {
		wantInText(t, "error", err.Error(), fmt.Sprintf("by pid %d (", os.Getpid()))
	}
	if got := files(t, l.Dir); len(got) > 0 {
		t.Errorf("%v were made; want nothing touched", got)
	}
}

// A process that could not be put on record never runs its command.
func TestLaunchRunsNothingOffTheRecord(t *testing.T) {
	l, _ := launchOf(t)
	l.Command = "touch started"
	if err := os.WriteFile(l.PidDir, nil, 0o644); err != nil { // no folder can be made there
		t.Fatal(err)
	}
	if _, err := start(t, l); err == nil {
		t.Fatal("no error without a record")
	}
	if _, err := os.Stat(filepath.Join(l.Dir, "started")); err == nil {
		t.Error("the command ran")
	}
}

func TestLaunchBadBaseURL(t *testing.T) {
	for _, url := range []string{"", "localhost:8010", "sim:h100", "http://"} {
		l := &Entry{Name: "A", Command: "true", BaseURL: url}
		if _, err := l.Start(t.Context(), nil, nil); err == nil || !strings.Contains(err.Error(), "server A: base_url "+url+": a server that is launched needs one like") {
			t.Errorf("%q: error %v", url, err)
		}
	}
	for url, want := range map[string]string{
		"http://localhost:8010/v1": "localhost:8010", "http://gpu1": "gpu1:80", "https://gpu1": "gpu1:443", "http://[::1]:8010": "[::1]:8010",
	} {
		if got, err := hostPort(url); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", url, got, err, want)
		}
	}
}
