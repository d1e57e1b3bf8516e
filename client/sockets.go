package client

import "fmt"

// socketReserve is how many file descriptors are left for results, logs, the
// simulator's pipes, and connections that close while others open.
const socketReserve = 64

// A room is how many sockets this process can have.
type room struct {
	files int // file descriptors it may have open; 0 = unknown, no bound
	inUse int // of them now
	ports int // local ports for connections to one address; 0 = unknown, no bound
}

// CheckSockets raises this process's limit on open files to the hard limit and
// reports whether it can then hold n connections at once. remote is the one
// address that all of them go to, "" = several: connections to one address differ
// by their local port alone, so there cannot be more than there are ports. The
// error says what bounds n and what to do. It is to be asked before a load.
func CheckSockets(n int, remote string) error {
	return measureRoom().check(n, remote)
}

func (r room) check(n int, remote string) error {
	if need := n + r.inUse + socketReserve; r.files > 0 && need > r.files {
		return fmt.Errorf("%d connections at once need %d open files (%d are in use, %d in reserve) and this process may have %d: raise the hard limit (ulimit -Hn), or lower the concurrency",
			n, need, r.inUse, socketReserve, r.files)
	}
	if remote != "" && r.ports > 0 && n > r.ports {
		return fmt.Errorf("%d connections at once to %s need a local port each and this machine has %d: widen net.ipv4.ip_local_port_range, or lower the concurrency",
			n, remote, r.ports)
	}
	return nil
}
