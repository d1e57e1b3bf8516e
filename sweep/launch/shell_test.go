package launch

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a failed command said last is in its error, on one line; what others said
// before is not.
func TestShell(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	for _, tt := range []struct{ text, want string }{
		{"echo fine", ""},
		{"exit 3", "exit status 3, and it said nothing"},
		{"echo to stderr >&2; exit 4", "exit status 4: to stderr"},
		{"printf 'a\\nb\\nc\\nd\\n'; false", "exit status 1: b | c | d"},
		{"test $NAME = x || exit 5", ""},
		{"printf '\\033[31mred\\033[0m\\n'; exit 6", "exit status 6: red"},
		{"printf 'é%04000d' 1; exit 7", "exit status 7: " + strings.Repeat("0", 2047) + "1"},
		{"kill -TERM $$", "signal: terminated, and it said nothing"},
	} {
		err := Shell{tt.text, []string{"NAME=x"}, out}.Run(t.Context())
		if got := errorText(err); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.want)
		}
	}
	said, err := os.ReadFile(out.Name())
	if err != nil || !strings.HasPrefix(string(said), "fine\nto stderr\na\n") {
		t.Errorf("log %q (%v)", said, err)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
