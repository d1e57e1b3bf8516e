package main

import (
	"errors"
	"fmt"
	"io"
)

// Exit statuses, as scripts and CI read them.
const (
	exitOK          = 0   // all measured, none invalid
	exitFailed      = 1   // some case failed or is invalid
	exitUsage       = 2   // command or config wrong
	exitGate        = 3   // a gate was broken
	exitInterrupted = 130 // interrupted, resumable
)

// A statusError carries an exit status out of a command. An empty message means
// that everything was said already.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

func withStatus(status int, err error) error { return &statusError{status, err} }

// exitStatus says what went wrong on stderr and returns the exit status. Errors
// without a status are the command line's: cobra's own, status 2.
func exitStatus(err error, stderr io.Writer) int {
	if err != nil && err.Error() != "" {
		fmt.Fprintln(stderr, err)
	}
	return statusOf(err)
}

// statusOf is the exit status of an error.
func statusOf(err error) int {
	if err == nil {
		return exitOK
	}
	if se, ok := errors.AsType[*statusError](err); ok {
		return se.status
	}
	return exitUsage
}
