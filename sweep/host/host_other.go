//go:build !linux

package host

// kernel is the running kernel's release; "" = not known.
func kernel() string { return "" }

// cpuModel is the first CPU's name; "" = not known.
func cpuModel() string { return "" }
