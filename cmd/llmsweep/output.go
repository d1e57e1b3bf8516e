package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"syscall"
)

// An output is stdout, which remembers that it could not be written: no command asks
// after each line.
type output struct {
	w   io.Writer
	mu  sync.Mutex
	err error // the first
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil {
		o.mu.Lock()
		defer o.mu.Unlock()
		if o.err == nil {
			o.err = err
		}
	}
	return n, err
}

// status is the exit status of a command that ended with one: what it had to say was
// not said if stdout is full. A reader that went away (head) wanted no more.
func (o *output) status(status int, stderr io.Writer) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil || errors.Is(o.err, syscall.EPIPE) {
		return status
	}
	err := o.err
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		err = p.Err
	}
	fmt.Fprintf(stderr, "not all could be written to stdout: %v; a run's files are whole, and llmsweep aggregate prints its table again\n", err)
	return max(status, exitFailed)
}

// fileOf is the file that w writes to.
func fileOf(w io.Writer) (f *os.File, ok bool) {
	if o, is := w.(*output); is {
		w = o.w
	}
	f, ok = w.(*os.File)
	return f, ok
}
