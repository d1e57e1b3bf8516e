package launch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// A simulator that ends before it says where it listens: its last line, of this
// start alone, is told, and status 2 is the config's fault.
func TestStartSimRefused(t *testing.T) {
	dir := t.TempDir()
	log := filepath.Join(dir, "logs", "sim.log")
	for _, tt := range []struct {
		script, said string
		refused      bool
	}{
		{"echo loading >&2; echo no such preset: fast >&2; exit 2", "no such preset: fast", true},
		{"exit 1", "it said nothing", false},
		{"echo '{}'; echo out of memory >&2; exec cat", "out of memory", false},
	} {
		exe := filepath.Join(dir, "sim")
		if err := os.WriteFile(exe, []byte("#!/bin/sh\n"+tt.script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		_, err := StartSim(t.Context(), exe, "fast", "m", "builtin:qwen3", log)
		if want := fmt.Sprintf("the simulator did not start: %s; its log is %s", tt.said, log); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", tt.script, err, want)
		}
		if _, refused := errors.AsType[*RefusedError](err); refused != tt.refused {
			t.Errorf("%s: refused %v, want %v", tt.script, refused, tt.refused)
		}
	}
}
