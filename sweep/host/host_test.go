package host

import (
	"os"
	"runtime"
	"strings"
	"testing"
)

// What every machine tells; on Linux the kernel by another road, too.
func TestFacts(t *testing.T) {
	facts := Facts()
	for name, want := range map[string]any{"os": runtime.GOOS, "arch": runtime.GOARCH, "cpus": runtime.NumCPU(), "go": runtime.Version()} {
		if facts[name] != want {
			t.Errorf("%s is %v, want %v", name, facts[name], want)
		}
	}
	for _, name := range []string{"hostname", "kernel", "cpu"} {
		if v, told := facts[name]; told && v == "" {
			t.Errorf("%s is empty; what is not known is left out", name)
		}
	}
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil && runtime.GOOS == "linux" {
		if want := strings.TrimSpace(string(release)); facts["kernel"] != want {
			t.Errorf("kernel %v, want %s", facts["kernel"], want)
		}
	}
}
