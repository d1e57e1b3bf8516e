//go:build unix

package runlog

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock of f for this process alone, or for any number that only
// look; held is true where another has it. It ends with f's Close, or the process.
func tryLock(f *os.File, alone bool) (held bool, err error) {
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	err = syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, nil
	}
	return false, err
}

// gone reports whether there is no such process any more; 0 is none that is known.
func gone(pid int) bool { return pid > 0 && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

// syncFolder makes a rename or removal in the folder outlive a power cut, where the
// file system can: shared folders of virtual machines and some FUSE ones cannot.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}
