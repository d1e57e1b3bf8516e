package runlog

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// A GoneError reports that the results folder is not the one in which the run began:
// what is written from then on would not be found, or be among another run's.
type GoneError struct {
	Dir     string
	Another bool // folder stands there now
}

func (e *GoneError) Error() string {
	what := "is not there any more"
	if e.Another {
		what = "is another folder now"
	}
	return fmt.Sprintf("results folder %s %s: was it moved, deleted or unmounted during the run? bring it back and run again; finished cases are where it is", e.Dir, what)
}

// present is a *GoneError when the folder is not the one that Open took. A folder that
// cannot be looked at is told by the writing to it.
func (d *Dir) present() error {
	if d.folder == nil {
		return nil
	}
	held, errHeld := d.folder.Stat()
	there, err := os.Stat(d.state(""))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return &GoneError{Dir: d.path}
	case errHeld == nil && err == nil && !os.SameFile(held, there):
		return &GoneError{Dir: d.path, Another: true}
	}
	return nil
}
