package runlog

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// tempSuffix ends the name of every file that is not yet whole. Such a file is
// hidden as well, so that no glob of the user's takes it for a result.
const tempSuffix = ".llmsweep-tmp"

// WriteFile writes path whole or not at all: to a hidden temporary file beside
// it, which is synced and then renamed, after which the folder is synced. When
// write or the disk fails, the temporary file is removed and path is as before.
func WriteFile(path string, write func(io.Writer) error) error {
	temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d%s", filepath.Base(path), os.Getpid(), tempSuffix))
	if err := writeSynced(temp, write); err != nil {
		os.Remove(temp)
		return writeError(path, err)
	}
	if err := os.Rename(temp, path); err != nil {
		os.Remove(temp)
		return writeError(path, err)
	}
	return writeError(path, syncFolder(filepath.Dir(path)))
}

func writeSynced(path string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	b := bufio.NewWriterSize(f, 64<<10)
	if err := write(b); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	return f.Sync()
}

// writeError names the file once, says why in the system's words, and what to
// do where that is known. A nil error stays nil.
func writeError(path string, err error) error {
	if err == nil {
		return nil
	}
	cause := err
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		cause = p.Err
	} else if l, ok := errors.AsType[*os.LinkError](err); ok {
		cause = l.Err
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("writing %s: %w; free some space and run again, finished cases are kept", path, cause)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("writing %s: %w; was the results folder moved or deleted during the run?", path, cause)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("writing %s: %w; make the folder writable or set another results_dir", path, cause)
	}
	return fmt.Errorf("writing %s: %w", path, cause)
}
