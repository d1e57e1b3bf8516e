// Package launch starts the servers and commands of a config as child processes,
// each in a process group of its own, and ends them: in order by the run that
// started them, by a later run from their records where that was killed, or at
// once. What a server that is ready answers is the caller's to ask.
package launch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"time"
)

const (
	// readyTimeout is for the largest models: weights fetched, graphs captured.
	readyTimeout = 30 * time.Minute
	// StopWait is what a server gets to end in order.
	StopWait = 30 * time.Second
	// goneWait is how long processes and port may outlive the last signal.
	goneWait = 10 * time.Second
	// tailLines is how many lines of its log an error about a server shows.
	tailLines = 20
)

// An Entry is one entry of `servers` with all variables expanded: how its server
// is started, known to be ready, and ended.
type Entry struct {
	Name    string
	Command string            // by `sh -c`
	Env     map[string]string // beside this process's own environment
	Dir     string            // where the command runs; "" = here

	LogPath string              // stdout and stderr are appended; each start begins with a line of its time and command
	Mask    func(string) string // hides secrets in the command and in what is quoted of the log; nil = there are none

	BaseURL      string        // nobody may answer there before the start and after the stop
	ReadyTimeout time.Duration // 0 = 30 min

	Stop     string        // by `sh -c`, in place of SIGTERM; a command that starts its server in the background needs it
	StopWait time.Duration // for Stop or SIGTERM, until SIGKILL; 0 = 30 s

	PidDir string // has a record of each server that was started and not yet stopped, for EndLeftovers

	bound logBound // of the log; zero = usualBound
}

// A Server is one that Start started. Its methods may be called from several
// goroutines.
type Server struct {
	launch *Entry
	record serverRecord
	ready  func(context.Context) error

	logFrom int64            // where in the log this start begins, bytes
	logMu   sync.Mutex       // held while the log is made shorter
	unbound func()           // ends the log's watch
	done    chan struct{}    // closed when the command has ended
	state   *os.ProcessState // of the command; read after done
	exited  chan struct{}    // closed when the server is known to have ended

	ending ending
}

// Start starts the server and returns when ready says nil. What it has to say
// meanwhile goes to progress. An error means that nothing of it is left running:
// its port was taken before, it ended too early, was not ready in time (both with
// the end of its log), or ctx ended, whose cause is returned.
//
// A command that ends with status 0 where Stop is given has handed its server
// over to someone else (docker run -d, kubectl apply): from then on ready alone
// tells whether the server is there.
func (l *Entry) Start(ctx context.Context, ready func(context.Context) error, progress func(string)) (*Server, error) {
	if err := l.CheckFree(ctx, ready); err != nil {
		return nil, err
	}
	s, err := l.begin(ready)
	if err != nil {
		return nil, fmt.Errorf("server %s: %w", l.Name, err)
	}
	if err := s.await(ctx, cmp.Or(l.ReadyTimeout, readyTimeout), progress); err != nil {
		return nil, errors.Join(err, s.Stop(context.WithoutCancel(ctx)))
	}
	return s, nil
}

// CheckFree refuses to start a server where another one is: it would be measured
// in its place.
func (l *Entry) CheckFree(ctx context.Context, ready func(context.Context) error) error {
	address, err := hostPort(l.BaseURL)
	if err != nil {
		return fmt.Errorf("server %s: %w", l.Name, err)
	}
	if used, here := occupied(ctx, address, ready); used {
		return fmt.Errorf("server %s: %s is in use already by %s; end it, or give the entry another port", l.Name, address, holder(address, here))
	}
	return nil
}

// gate holds the command back until its process is on record, so that no kill of
// this program leaves one that the next run knows nothing of. Without the line
// that opens it, it ends. The command then takes over the process.
const gate = `read -r llmsweep_gate && exec sh -c "$1" </dev/null`

// begin starts the command and its watch.
func (l *Entry) begin(ready func(context.Context) error) (*Server, error) {
	bound := l.bound
	if bound == (logBound{}) {
		bound = usualBound
	}
	if err := bound.room(l.LogPath); err != nil {
		return nil, err
	}
	log, from, err := startLog(l.LogPath, fmt.Sprintf("starting %s: %s", l.Name, l.mask(l.Command)))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command("sh", "-c", gate, "sh", l.Command)
	cmd.Dir, cmd.Env = l.Dir, environ(l.Env)
	cmd.Stdout, cmd.Stderr = log, log
	detach(cmd)
	opener, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting its command: %w", err)
	}
	s := &Server{launch: l, ready: ready, logFrom: from, done: make(chan struct{}), exited: make(chan struct{})}
	s.record, err = l.newRecord(cmd.Process.Pid)
	if err == nil {
		err = s.record.write()
	}
	if err == nil {
		addGroup(s.record.Process)
		_, err = opener.Write([]byte("\n"))
	}
	opener.Close()
	if err != nil {
		cmd.Wait()
		removeGroup(cmd.Process.Pid)
		return nil, errors.Join(err, s.record.remove())
	}
	s.unbound = bound.keep(l.LogPath, from, &s.logMu)
	go s.watch(cmd)
	return s, nil
}

// watch waits for the command's end.
func (s *Server) watch(cmd *exec.Cmd) {
	cmd.Wait() // its status is in ProcessState
	s.state = cmd.ProcessState
	close(s.done)
	if !s.handedOver() {
		close(s.exited)
	}
}

// handedOver reports whether the command ended well, and its server goes on by
// itself.
func (s *Server) handedOver() bool {
	return isClosed(s.done) && s.state.Success() && s.launch.Stop != ""
}

// Alive reports whether the server still runs. One that was handed over is asked
// whether it is ready, for at most 10 s.
func (s *Server) Alive() bool {
	if s.handedOver() {
		return askReady(context.Background(), s.ready) == nil
	}
	return !isClosed(s.done)
}

// Exited is closed when the server's command has ended. It never is for one that
// was handed over, whose end only Alive can see.
func (s *Server) Exited() <-chan struct{} { return s.exited }

// Tail is the last lines of what the server wrote since it was started, at most
// 16 KiB, masked.
func (s *Server) Tail(lines int) string {
	s.logMu.Lock()
	defer s.logMu.Unlock()
	return s.launch.mask(tailLog(s.launch.LogPath, s.logFrom, lines))
}

// died says that the command ended before the server was ready.
func (s *Server) died() error {
	if s.state.Success() {
		return fmt.Errorf("server %s: its command ended with exit status 0 and left no server; keep it in the foreground, or give `stop` where it starts one in the background; %s", s.launch.Name, s.LastWords())
	}
	return fmt.Errorf("server %s ended before it was ready: %s; %s", s.launch.Name, s.state, s.LastWords())
}

// Death says how the server ended that was ready once, with its last words.
func (s *Server) Death() string {
	if s.handedOver() {
		return fmt.Sprintf("server %s, which its command left running, does not answer any more; %s", s.launch.Name, s.LastWords())
	}
	return fmt.Sprintf("server %s ended during the case: %s; %s", s.launch.Name, s.state, s.LastWords())
}

// LastWords is where the log is, and below it how it ends.
func (s *Server) LastWords() string {
	tail := s.Tail(tailLines)
	if tail == "" {
		return fmt.Sprintf("it wrote nothing to its log, %s", s.launch.LogPath)
	}
	return fmt.Sprintf("its log, %s, ends:\n%s", s.launch.LogPath, tail)
}

func (l *Entry) mask(text string) string {
	if l.Mask == nil {
		return text
	}
	return l.Mask(text)
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
