package client

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

func TestPortRange(t *testing.T) {
	for text, want := range map[string]int{"32768\t60999\n": 28232, "1024 1024": 1, "": 0, "5 4": 0, "a b": 0, "0 10": 0} {
		if got := portRange(text); got != want {
			t.Errorf("%q: %d ports, want %d", text, got, want)
		}
	}
}

// A child with a lowered hard limit: the soft one is raised to it, what fits is
// let through, what does not is an error before any socket is opened.
func TestCheckSocketsUnderALimit(t *testing.T) {
	if os.Getenv("LLMSWEEP_SOCKETS_CHILD") == "" {
		exe, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), exe, "-test.run=^TestCheckSocketsUnderALimit$", "-test.v")
		cmd.Env = append(os.Environ(), "LLMSWEEP_SOCKETS_CHILD=1")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestCheckSocketsUnderALimit") {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	limit := syscall.Rlimit{Cur: 200, Max: 300}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if err := CheckSockets(205, ""); err != nil { // above the soft limit, below the hard one
		t.Errorf("205 connections under a hard limit of 300: %v", err)
	}
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil || limit.Cur != 300 {
		t.Errorf("soft limit %d (%v), want 300", limit.Cur, err)
	}
	if err := CheckSockets(237, ""); err == nil || !strings.Contains(err.Error(), "this process may have 300") || !strings.Contains(err.Error(), "ulimit -Hn") {
		t.Errorf("237 connections under a hard limit of 300: %v", err)
	}
}
