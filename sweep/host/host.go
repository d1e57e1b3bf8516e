// Package host says on what machine the load is made.
package host

import (
	"os"
	"runtime"
)

// Facts is the machine, as run.json and case files have it.
func Facts() map[string]any {
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
