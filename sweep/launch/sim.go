package launch

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// A Sim is the simulated server as a child process. It ends at its stdin's
// end, so that no kill of this process leaves an orphan.
type Sim struct {
	BaseURL string
	PID     int
	stdin   io.Closer
	done    chan struct{} // closed when the process has ended
	err     error         // its end; read after done
}

// A RefusedError is a simulator's that would not have what it was to simulate.
type RefusedError struct{ error }

// StartSim starts exe as `simulate` and waits until it says where it listens.
// Its log goes to logFile, which is appended to.
func StartSim(ctx context.Context, exe, preset, model, tokenizer, logFile string) (*Sim, error) {
	log, from, err := startLog(logFile, "starting the simulator: "+preset)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd := exec.Command(exe, "simulate", "--preset", preset, "--model", model, "--tokenizer", tokenizer, "--port", "0", "--exit-with-stdin")
	cmd.Stderr = log
	detach(cmd)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the simulator: %w", err)
	}
	s := &Sim{PID: cmd.Process.Pid, stdin: stdin, done: make(chan struct{})}

	hello := make(chan string, 1)
	var read sync.WaitGroup
	read.Go(func() {
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		hello <- line
		io.Copy(io.Discard, stdout)
	})
	go func() {
		read.Wait() // Wait closes the pipe: only after all of it was read
		s.err = cmd.Wait()
		close(s.done)
	}()

	select {
	case line := <-hello:
		var said struct {
			BaseURL string `json:"base_url"`
		}
		if err := json.Unmarshal([]byte(line), &said); err != nil || said.BaseURL == "" {
			s.Stop()
			err := fmt.Errorf("the simulator did not start: %s; its log is %s", cmp.Or(tailLog(logFile, from, 1), "it said nothing"), logFile)
			if cmd.ProcessState.ExitCode() == 2 {
				return nil, &RefusedError{err}
			}
			return nil, err
		}
		s.BaseURL = said.BaseURL
		return s, nil
	case <-time.After(30 * time.Second):
		s.Stop()
		return nil, fmt.Errorf("the simulator did not listen within 30s; its log is %s", logFile)
	case <-ctx.Done():
		s.Stop()
		return nil, context.Cause(ctx)
	}
}

// Alive reports whether the process still runs.
func (s *Sim) Alive() bool { return !isClosed(s.done) }

// Stop ends the process: by its stdin's end, and after 5 s by a kill.
func (s *Sim) Stop() error {
	s.stdin.Close()
	select {
	case <-s.done:
		return nil
	case <-time.After(5 * time.Second):
	}
	p, err := os.FindProcess(s.PID)
	if err != nil {
		return err
	}
	if err := p.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("ending the simulator, pid %d: %w", s.PID, err)
	}
	<-s.done
	return nil
}
