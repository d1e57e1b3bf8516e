package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// beMain makes the test binary be the command: for children that tests start,
// and for the simulator that those start in turn.
const beMain = "LLMSWEEP_BE_MAIN"

func TestMain(m *testing.M) {
	if address := os.Getenv(beSecure); address != "" {
		serveSecurely(address)
	}
	if os.Getenv(beMain) == "1" {
		main()
		return
	}
	if os.Getenv(cacheEnv) == "" { // the machine's last self-test is no matter of tests
		os.Setenv(cacheEnv, filepath.Join(os.TempDir(), "llmsweep-tests-keep-nothing"))
	}
	testscript.Main(m, map[string]func(){"llmsweep": main})
}

// llmsweep is the command as a child process in dir.
func llmsweep(t testing.TB, dir string, args ...string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), beMain+"=1", "OPENAI_API_KEY=", smallTokenizer+"="+smallPath(t))
	return cmd
}

// smallTokenizer is a variable of all children: the path of a tokenizer that loads
// in a tenth of the time, for tests where any will do.
const smallTokenizer = "SMALL_TOKENIZER"

func smallPath(t testing.TB) string {
	t.Helper()
	path, err := filepath.Abs("../../testdata/tokenizers/tiny")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// slow skips a test whose many children each load a tokenizer, which under the
// race detector takes seconds, where others run the same code.
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("-short: other tests run the same code")
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: false,
		Setup: func(e *testscript.Env) error {
			repo, err := os.Getwd()
			e.Setenv("REPO", repo+"/../..")
			e.Setenv(smallTokenizer, smallPath(t))
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "freeport": freeport, "takeport": takeport},
	})
}

// status N command args…: the command ends with exit status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [args…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d\nstdout: %s\nstderr: %s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}
