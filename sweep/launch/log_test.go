package launch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTailLog(t *testing.T) {
	long := strings.Repeat("x", 100) + "\n"
	for _, tt := range []struct {
		name, text string
		from       int64
		lines      int
		want       string
	}{
		{"empty", "", 0, 3, ""},
		{"fewer lines", "a\nb\n", 0, 3, "a\nb"},
		{"the last ones, one without its end", "a\nb\nc\nd", 0, 3, "b\nc\nd"},
		{"blank lines do not count", "a\n\n \nb\n\n", 0, 2, "a\nb"},
		{"of this start only", "old\nnew\n", 4, 3, "new"},
		{"nothing since", "old\n", 4, 3, ""},
		{"cut meanwhile", "a\n", 4000, 3, "a"},
		{"a progress bar, colours, controls", "\x1b[32mINFO\x1b[0m\x07 up\n 10%\r 50%\r100%\r\n\x1b]0;title\x07x\ty\n", 0, 3, "INFO up\n100%\nx\ty"},
		{"not UTF-8", "a\xffb\n", 0, 3, "a·b"},
		{"no end of the file is read but the last 16 KiB, from a whole line on", strings.Repeat(long, 1000), 0, 1000,
			strings.TrimSuffix(strings.Repeat(long, tailBytes/101), "\n")},
	} {
		file := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(file, []byte(tt.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := tailLog(file, tt.from, tt.lines); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if got := tailLog(filepath.Join(t.TempDir(), "none"), 0, 3); got != "" {
		t.Errorf("no file: %q", got)
	}
}
