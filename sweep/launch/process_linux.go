package launch

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A procStat is what /proc/PID/stat tells of a process, by proc_pid_stat(5).
type procStat struct {
	name           string
	state          byte
	group, session int
	start          uint64 // clock ticks since boot
}

// living reports whether the process still runs: a zombie only waits to be
// counted.
func (s procStat) living() bool { return s.state != 'Z' && s.state != 'X' }

func readStat(pid int) (procStat, error) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return procStat{}, err
	}
	return parseStat(b)
}

// parseStat reads fields 2 to 6 and 22. The name, in brackets, may have spaces
// and brackets of its own.
func parseStat(b []byte) (s procStat, err error) {
	open, end := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if open < 0 || end < open {
		return s, fmt.Errorf("no name in brackets")
	}
	fields := strings.Fields(string(b[end+1:])) // from field 3 on
	if len(fields) < 20 {
		return s, fmt.Errorf("%d fields after the name, want 20", len(fields))
	}
	s.name, s.state = string(b[open+1:end]), fields[0][0]
	if s.group, err = strconv.Atoi(fields[2]); err != nil {
		return s, err
	}
	if s.session, err = strconv.Atoi(fields[3]); err != nil {
		return s, err
	}
	s.start, err = strconv.ParseUint(fields[19], 10, 64)
	return s, err
}

// identify is a process that was just started.
func identify(pid int) (process, error) {
	s, err := readStat(pid)
	if err != nil {
		return process{}, err
	}
	return process{PID: pid, Start: s.start, Session: s.session, Boot: bootID()}, nil
}

func bootID() string {
	b, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// members lists who still runs of the process's group. The number of a group is
// not given to a new process as long as the group has members, so those that
// outlived their leader are known by session and time.
func (p process) members() []int {
	if p.PID <= 1 {
		return nil
	}
	if leader, err := readStat(p.PID); err == nil && leader.start != p.Start {
		return nil // the number is a stranger's
	}
	var pids []int
	for _, pid := range allPIDs() {
		s, err := readStat(pid)
		if err == nil && s.group == p.PID && s.session == p.Session && s.start >= p.Start && s.living() {
			pids = append(pids, pid)
		}
	}
	return pids
}

func allPIDs() []int {
	entries, _ := os.ReadDir("/proc")
	var pids []int
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}

// listener is the process that listens on a TCP port of this machine; 0 = it
// cannot be seen.
func listener(port int) (pid int, name string) {
	sockets := listening(port)
	for _, pid := range allPIDs() {
		files, _ := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*") // none, of another user's
		for _, f := range files {
			if target, err := os.Readlink(f); err == nil && sockets[target] {
				s, _ := readStat(pid)
				return pid, s.name
			}
		}
	}
	return 0, ""
}

// listening is the sockets that listen on a port, as links in /proc/PID/fd name
// them, from /proc/net/tcp and tcp6, by proc_pid_net(5): field 2 is the local
// ADDRESS:PORT in hex, field 4 the state, 0A = listening, field 10 the inode.
func listening(port int) map[string]bool {
	sockets := map[string]bool{}
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, _ := os.ReadFile(file) // without IPv6 there is no tcp6
		for line := range strings.Lines(string(b)) {
			f := strings.Fields(line)
			if len(f) >= 10 && f[3] == "0A" && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				sockets["socket:["+f[9]+"]"] = true
			}
		}
	}
	return sockets
}

// dieWithUs has the kernel kill a detached child when the thread that starts it is
// gone: no kill of this process leaves the child behind.
func dieWithUs(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL }
