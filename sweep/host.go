package sweep

import (
	"os"
	"runtime"
)

// host says where the load came from.
func host() map[string]any {
	h := map[string]any{"os": runtime.GOOS, "arch": runtime.GOARCH, "cpus": runtime.NumCPU(), "go": runtime.Version()}
	if name, err := os.Hostname(); err == nil {
		h["hostname"] = name
	}
	if k := kernel(); k != "" {
		h["kernel"] = k
	}
	if c := cpuModel(); c != "" {
		h["cpu"] = c
	}
	return h
}
