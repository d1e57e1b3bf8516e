package launch

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// launcher is a program that launches l and waits to be killed.
func launcher(t *testing.T, l *Entry) *exec.Cmd {
	t.Helper()
	b, err := json.Marshal(map[string]any{
		"Name": l.Name, "Command": l.Command, "Dir": l.Dir, "LogPath": l.LogPath, "BaseURL": l.BaseURL,
		"ReadyTimeout": l.ReadyTimeout, "Stop": l.Stop, "StopWait": l.StopWait, "PidDir": l.PidDir,
	})
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), launchEnv+"="+string(b))
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close() })
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(stdout, make([]byte, len("up\n"))); err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		t.Fatalf("the program did not start its server: %v", err)
	}
	return cmd
}

// endLeftovers is EndLeftovers with what it said.
func endLeftovers(t *testing.T, dir string) (said string, err error) {
	t.Helper()
	var lines []string
	err = EndLeftovers(t.Context(), dir, func(text string) { lines = append(lines, text) })
	return strings.Join(lines, "\n"), err
}

// onlyRecord is the one record of a folder.
func onlyRecord(t *testing.T, dir string) *serverRecord {
	t.Helper()
	names := files(t, dir)
	if len(names) != 1 {
		t.Fatalf("records %v, want one", names)
	}
	r, err := readRecord(filepath.Join(dir, names[0]))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A program that was killed with its server up: the next one ends the server,
// whether or not its shell lives, and by the stop command where there is one.
func TestEndLeftovers(t *testing.T) {
	for _, tt := range []struct {
		name        string
		before      string // of the command
		after       string
		stop        string
		killsLeader bool
		want        string
	}{
		{"a group", "", "; true", "", false, ": ending it"},
		{"a group whose leader died", "", "; true", "", true, ": ending it"},
		{"handed over", setsidEnv + "=1 ", " & echo $! > pid", "kill $(cat pid)", false, ": running its stop command"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, serve := launchOf(t)
			l.Command, l.Stop = tt.before+serve+tt.after, tt.stop
			cmd := launcher(t, l)
			cmd.Process.Kill()
			cmd.Wait()
			r := onlyRecord(t, l.PidDir)
			t.Cleanup(func() { syscall.Kill(-r.Process.PID, syscall.SIGKILL) })
			if tt.before != "" {
				pid := pidIn(t, filepath.Join(l.Dir, "pid"))
				t.Cleanup(func() { syscall.Kill(pid, syscall.SIGKILL) })
			}
			if tt.killsLeader {
				if err := syscall.Kill(r.Process.PID, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
			}
			if used, here := occupied(t.Context(), r.Address, nil); !used || !here {
				t.Fatal("the server did not outlive the program that launched it")
			}
			said, err := endLeftovers(t, l.PidDir)
			if err != nil {
				t.Fatal(err)
			}
			wantInText(t, "said", said, fmt.Sprintf("server TP2, pid %d, left over from an earlier run%s", r.Process.PID, tt.want))
			wantGone(t, l, nil)
			if left := r.Process.members(); len(left) > 0 {
				t.Errorf("processes %v are left", left)
			}
			if said, err := endLeftovers(t, l.PidDir); said != "" || err != nil {
				t.Errorf("once more: %q, %v; want nothing to do", said, err)
			}
		})
	}
}

// A record whose number belongs to someone else by now: he is left alone.
func TestEndLeftoversSparesStrangers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*process)
		said  string
	}{
		{"another start time", func(p *process) { p.Start-- }, ""},
		{"another boot", func(p *process) { p.Boot = "00000000-0000-4000-8000-000000000000" }, ": it was started on another machine, or before the last boot; if it still runs, end it by hand"},
		{"no boot known", func(p *process) { p.Boot = "" }, ": it was started on another machine"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, serve := launchOf(t)
			l.Command = serve
			s := mustStart(t, l)
			r := onlyRecord(t, l.PidDir)
			tt.spoil(&r.Process)
			if err := r.write(); err != nil {
				t.Fatal(err)
			}
			said, err := endLeftovers(t, l.PidDir)
			if err != nil || tt.said == "" && said != "" || !strings.Contains(said, tt.said) {
				t.Errorf("said %q, %v; want %q", said, err, tt.said)
			}
			if !s.Alive() {
				t.Error("a stranger was ended")
			}
			if left := files(t, l.PidDir); len(left) > 0 {
				t.Errorf("records %v are left", left)
			}
			if err := s.Stop(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// Who leads the group need not live. Of another session, or older than the start
// on record, is a stranger's group.
func TestMembers(t *testing.T) {
	l, serve := launchOf(t)
	l.Command = serve + " & wait"
	s := mustStart(t, l)
	p := s.record.Process
	if got := p.members(); len(got) != 2 || !slices.Contains(got, p.PID) {
		t.Errorf("members %v, want the shell %d and its server", got, p.PID)
	}
	syscall.Kill(p.PID, syscall.SIGKILL)
	closes(t, "the shell's end", s.Exited())
	if got := p.members(); len(got) != 1 || got[0] == p.PID {
		t.Errorf("members %v, want the server alone", got)
	}
	other, later := p, p
	other.Session++
	later.Start += 1 << 40
	for _, p := range []process{other, later, {PID: 0}, {PID: 1}} {
		if got := p.members(); got != nil {
			t.Errorf("%+v: members %v, want none", p, got)
		}
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEndLeftoversOddFiles(t *testing.T) {
	dir := t.TempDir()
	if said, err := endLeftovers(t, filepath.Join(dir, "none")); said != "" || err != nil {
		t.Errorf("no folder: %q, %v", said, err)
	}
	for name, text := range map[string]string{
		"notes.txt": "not ours", "torn.json": `{"name": "TP2", "pro`, "one.json": `{"name": "TP2", "process": {"pid": 1}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	said, err := endLeftovers(t, dir)
	if said != "" || err == nil {
		t.Fatalf("said %q, %v; want an error alone", said, err)
	}
	wantInText(t, "error", err.Error(), filepath.Join(dir, "torn.json")+": not the record of a started server; remove it", filepath.Join(dir, "one.json")+": not the record")
	if strings.Contains(err.Error(), "notes.txt") || len(files(t, dir)) != 3 {
		t.Errorf("error %v, files %v; want strange files untouched", err, files(t, dir))
	}
}

// A stop command with a secret is not kept: it is told, and the group is ended by
// signals.
func TestEndLeftoversWithoutTheStopCommand(t *testing.T) {
	l, serve := launchOf(t)
	l.Command, l.Stop = serve, "curl -H 'X-Key: sk-123' localhost/stop"
	l.Mask = func(text string) string { return strings.ReplaceAll(text, "sk-123", "***") }
	s := mustStart(t, l)
	r := onlyRecord(t, l.PidDir)
	if r.Stop != "" || !r.Withheld {
		t.Errorf("record %+v; want it without the stop command", r)
	}
	said, err := endLeftovers(t, l.PidDir)
	if err != nil {
		t.Fatal(err)
	}
	wantInText(t, "said", said, "its stop command holds a secret and was not kept", "ending it")
	closes(t, "the server's end", s.done)
	if left := files(t, l.PidDir); len(left) > 0 {
		t.Errorf("records %v are left", left)
	}
}

// By hand, from proc_pid_stat(5).
func TestParseStat(t *testing.T) {
	const rest = " 1 55 44 0 -1 4194560 100 0 0 0 7 3 0 0 20 0 1 0 987654321 2895872 300"
	for _, tt := range []struct {
		text string
		want procStat
	}{
		{"77 (sh) S" + rest, procStat{"sh", 'S', 55, 44, 987654321}},
		{"77 (a) b (c)) Z" + rest, procStat{"a) b (c)", 'Z', 55, 44, 987654321}},
	} {
		if got, err := parseStat([]byte(tt.text)); err != nil || got != tt.want {
			t.Errorf("%s: %+v, %v; want %+v", tt.text, got, err, tt.want)
		}
	}
	for _, text := range []string{"", "77 sh S" + rest, "77 (sh) S 1 2 3", ")77 (", "77 (sh) S" + strings.Replace(rest, "987654321", "x", 1)} {
		if got, err := parseStat([]byte(text)); err == nil {
			t.Errorf("%q: %+v, want an error", text, got)
		}
	}
	self, err := readStat(os.Getpid())
	if err != nil || self.group != syscall.Getpgrp() || !self.living() {
		t.Errorf("of ourselves: %+v, %v; group %d", self, err, syscall.Getpgrp())
	}
}
