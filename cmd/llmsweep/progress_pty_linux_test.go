package main

import (
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// openTerminal is a pseudo-terminal of so many columns: what is written to tty can
// be read from screen.
func openTerminal(t *testing.T, columns uint16) (screen, tty *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("skipped: no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { screen.Close() })
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	tty, err = os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("skipped: no pseudo-terminals here: %v", err)
	}
	if err := unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: columns}); err != nil {
		t.Fatal(err)
	}
	return screen, tty
}

// escapes move the cursor, or clear what is below it.
var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[A-Za-z]`)

// TestTerminal: on a terminal of 80 columns the sweep and its case have a line
// each, none of which wraps; when all is over, what stands there is whole.
func TestTerminal(t *testing.T) {
	t.Parallel()
	screen, tty := openTerminal(t, 80)
	dir := t.TempDir()
	writeConfig(t, dir, "base_url: sim:default\ninput_output: [[512, 64]]\nconcurrency_prompts: [[2, 4], [16, 40]]\nrequest_rate: [inf, 1000]\nwarmup: 1\n")
	cmd := llmsweep(t, dir, "run")
	cmd.Env = append(cmd.Env, "TERM=xterm")
	cmd.Stderr = tty
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tty.Close()
	text, _ := io.ReadAll(screen) // ends with an error when nobody has the terminal open
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != exitOK && got != exitFailed { // a busy machine may make a case invalid
		t.Fatalf("exit status %d\n%s", got, text)
	}
	plain := escapes.ReplaceAllString(string(text), "\n")
	seen := map[string]bool{}
	for line := range strings.FieldsFuncSeq(plain, func(r rune) bool { return r == '\n' || r == '\r' }) {
		// Only the last words, which are no progress, may be longer.
		if utf8.RuneCountInString(line) > 79 && !strings.HasPrefix(line, "invalid: ") {
			t.Errorf("%d columns: %s", utf8.RuneCountInString(line), line)
		}
		for kind, pattern := range map[string]string{
			"sweep":   `^sweep  [0-4]/4 cases  [█░]{8,20}  \d+s`,
			"eta":     `^sweep  .*  \d+ s to go$`,
			"case":    `^io512x64_mc16_np40_rateinf  \d+/40  [\d.]+ tok/s  TTFT p50 [\d.]+ ms`,
			"summary": `^io512x64_mc2_np4_rateinf (valid|suspect|invalid): [\d.]+ requests/s, [\d.]+ tok/s`,
		} {
			if matches(pattern, line) {
				seen[kind] = true
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("seen %v, want sweep, eta, case and summary; the terminal had\n%s", seen, plain)
	}
	if !strings.Contains(string(text), "\x1b[") {
		t.Error("nothing was drawn anew: these are a log's lines")
	}
}
