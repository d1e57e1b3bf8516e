//go:build unix

package launch

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A server that does not listen to SIGTERM is killed: after StopWait, or at once
// when the one who waits gives up.
func TestLaunchStubborn(t *testing.T) {
	for _, tt := range []struct {
		name     string
		stopWait time.Duration
		hurry    bool
	}{{"after StopWait", 200 * time.Millisecond, false}, {"at once", time.Hour, true}} {
		t.Run(tt.name, func(t *testing.T) {
			l, serve := launchOf(t)
			l.StopWait = tt.stopWait
			l.Command = "trap '' TERM; " + serve + "; sleep 60"
			s := mustStart(t, l)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if tt.hurry {
				cancel()
			}
			if err := s.Stop(ctx); err != nil {
				t.Fatal(err)
			}
			wantGone(t, l, s)
		})
	}
}

// The shell that was started dies; what it started holds the port, until the stop.
func TestLaunchLeaderDies(t *testing.T) {
	l, serve := launchOf(t)
	l.Command = serve + " & wait"
	s := mustStart(t, l)
	if err := syscall.Kill(s.record.Process.PID, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	closes(t, "the end to be seen", s.Exited())
	if s.Alive() {
		t.Error("alive without its command")
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantGone(t, l, s)
}

// A process that left the group keeps the port: nobody's to end, but named.
func TestLaunchPortIsLeft(t *testing.T) {
	l, serve := launchOf(t)
	l.Command = setsidEnv + "=1 " + serve + " & echo $! > pid; exec sleep 60"
	s := mustStart(t, l)
	pid := pidIn(t, filepath.Join(l.Dir, "pid"))
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
	s.ending.goneWait = 100 * time.Millisecond
	err := s.Stop(t.Context())
	if err == nil {
		t.Fatal("no error while the port is held")
	}
	wantInText(t, "error", err.Error(), "server TP2: "+s.record.Address+" is still in use by ", "100ms after its end", "a `stop` that does")
	if runtime.GOOS == "linux" {
		wantInText(t, "error", err.Error(), fmt.Sprintf("pid %d (", pid))
	}
	if len(files(t, l.PidDir)) != 1 {
		t.Error("its record is gone; the next run could not say what is left")
	}
}

// A command that hands its server over, as `docker run -d` does, and a stop
// command that does not wait for the end: StopWait is the server's, too.
func TestLaunchHandedOver(t *testing.T) {
	l, serve := launchOf(t)
	l.Command = setsidEnv + "=1 " + serve + " & echo $! > pid"
	l.Stop = "echo group=$LLMSWEEP_SERVER_PID; (sleep 0.2; kill $(cat pid)) &"
	s := mustStart(t, l)
	s.ending.goneWait = time.Millisecond
	pid := pidIn(t, filepath.Join(l.Dir, "pid"))
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
	closes(t, "the command's end", s.done)
	if !s.Alive() || isClosed(s.Exited()) {
		t.Errorf("alive %v, exited %v; want a server that runs", s.Alive(), isClosed(s.Exited()))
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantGone(t, l, s)
	wantInText(t, "log", s.Tail(20), "stopping TP2 by its stop command\ngroup=\nbye")
}

// A stop command in place of SIGTERM: it fails, hangs, or does its work.
func TestLaunchStopCommand(t *testing.T) {
	for _, tt := range []struct {
		name, stop string
		stopWait   time.Duration
		leaves     bool // the server in another group, out of reach
		want       []string
	}{
		{"works", "kill -TERM -$LLMSWEEP_SERVER_PID", 10 * time.Second, false, nil},
		{"fails; the group is killed", "exit 5", 100 * time.Millisecond, false, nil},
		{"fails, and the server stays", "exit 5", time.Second, true, []string{"server TP2: its stop command: exit status 5; its log is ", "is still in use by "}},
		{"hangs, and the server stays", "sleep 60 & wait", 100 * time.Millisecond, true, []string{"its stop command was cut short, stop_wait is 100ms", "is still in use by "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, serve := launchOf(t)
			l.Command, l.Stop, l.StopWait = serve, tt.stop, tt.stopWait
			if tt.leaves {
				l.Command = setsidEnv + "=1 " + serve + " & echo $! > pid"
			}
			s := mustStart(t, l)
			if tt.leaves {
				pid := pidIn(t, filepath.Join(l.Dir, "pid"))
				t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
				s.ending.goneWait = 100 * time.Millisecond // what stays is waited for in vain
			}
			err := s.Stop(t.Context())
			if tt.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				wantGone(t, l, s)
				if bye := strings.HasSuffix(s.Tail(1), "bye"); bye != (tt.name == "works") {
					t.Errorf("said bye: %v", bye)
				}
				return
			}
			if err == nil {
				t.Fatal("no error while the server stays")
			}
			wantInText(t, "error", err.Error(), tt.want...)
		})
	}
}

// The results folder is gone, or full: the stop command runs all the same, and its log's
// folder is not made anew.
func TestLaunchStopWithoutALog(t *testing.T) {
	l, serve := launchOf(t)
	l.Command, l.Stop = setsidEnv+"=1 "+serve+" & echo $! > pid", "kill $(cat pid)"
	s := mustStart(t, l)
	pid := pidIn(t, filepath.Join(l.Dir, "pid"))
	t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
	if err := os.RemoveAll(filepath.Dir(l.LogPath)); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantGone(t, l, s)
	if _, err := os.Stat(filepath.Dir(l.LogPath)); err == nil {
		t.Error("the log's folder is there again")
	}
}

// The processes are gone before the command's end is known here; a server that was
// stopped is not alive, all the same.
func TestStoppedIsNotAlive(t *testing.T) {
	s := &Server{launch: &Entry{Name: "TP2"}, done: make(chan struct{}), exited: make(chan struct{})}
	s.record = serverRecord{Name: "TP2", Address: freeAddress(t), file: filepath.Join(t.TempDir(), "TP2.json")}
	time.AfterFunc(50*time.Millisecond, func() { close(s.done) })
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-s.done:
	default:
		t.Error("it was stopped, and is alive")
	}
}
