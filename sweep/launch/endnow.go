package launch

import (
	"os/exec"
	"sync"
	"syscall"
)

// groups are the process groups that this process started and that still run:
// servers and commands of the config. They are known to all, since a signal ends
// them, and it comes to the process.
var groups = struct {
	sync.Mutex
	of map[int]process // by the leader's number
}{of: map[int]process{}}

// addGroup has EndNow end the group; once that has begun, it never returns.
func addGroup(p process) {
	groups.Lock()
	defer groups.Unlock()
	groups.of[p.PID] = p
}

func removeGroup(pid int) {
	groups.Lock()
	defer groups.Unlock()
	delete(groups.of, pid)
}

// EndNow kills all that this process started and that would outlive it, for a
// user who will not wait. The process is to end at once: nothing is started or
// stopped any more. A launched server stays on record, and the next run looks for
// what is left of it.
func EndNow() {
	groups.Lock() // for good
	for pid, p := range groups.of {
		if len(p.members()) > 0 {
			_ = signalGroup(pid, syscall.SIGKILL) // it has ended meanwhile, or nothing can be done
		}
	}
}

// watchGroup has EndNow end a command that was just started, and leads a process
// group, until done.
func watchGroup(cmd *exec.Cmd) (done func()) {
	p, err := identify(cmd.Process.Pid)
	if err != nil { // it has ended already
		return func() {}
	}
	addGroup(p)
	return func() { removeGroup(p.PID) }
}
