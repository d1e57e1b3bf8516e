package launch

// A process is a started command, told from any other that gets its number later.
// It leads a process group of its own, with the same number.
type process struct {
	PID     int    `json:"pid"`
	Start   uint64 `json:"start_ticks"` // clock ticks since the machine's boot
	Session int    `json:"session"`     // which all of a group share
	Boot    string `json:"boot_id"`     // of the machine's boot; "" = not known here
}

// verifiable reports whether a process on record can be told from a stranger with
// its number: only since the boot in which it was started.
func (p process) verifiable() bool { return p.Boot != "" && p.Boot == bootID() }
