//go:build !linux

package simserver

// systemAlarm is nil: Go's timers serve.
func systemAlarm() alarm { return nil }
