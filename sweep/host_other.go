//go:build !linux

package sweep

// kernel is the running kernel's release; "" = not known.
func kernel() string { return "" }
