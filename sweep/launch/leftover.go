package launch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// EndLeftovers ends the servers that an earlier run left behind when it was
// killed, by the records in pidDir. A process is only touched when its number and
// its start time, and the machine's boot, are those on record. What is ended is
// told to say. A stop command is run where there is one, whether or not the
// process still is there: its server may be in someone else's care. The error
// joins what could not be ended; that stays on record.
func EndLeftovers(ctx context.Context, pidDir string, say func(string)) error {
	files, err := os.ReadDir(pidDir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	var errs []error
	for _, file := range files {
		if filepath.Ext(file.Name()) != ".json" {
			continue
		}
		r, err := readRecord(filepath.Join(pidDir, file.Name()))
		if err == nil {
			err = r.endLeftover(ctx, say)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// endLeftover ends the server of an earlier run's record, where it still runs.
func (r *serverRecord) endLeftover(ctx context.Context, say func(string)) error {
	which := fmt.Sprintf("server %s, pid %d, left over from an earlier run", r.Name, r.Process.PID)
	if !r.Process.verifiable() {
		say(which + ": it was started on another machine, or before the last boot; if it still runs, end it by hand")
		r.Process = process{}
	}
	if r.Withheld {
		say(which + ": its stop command holds a secret and was not kept; if the server still runs, end it by hand")
	}
	switch running := len(r.Process.members()) > 0; {
	case r.Stop != "":
		say(which + ": running its stop command")
	case running:
		say(which + ": ending it")
	default:
		return r.remove()
	}
	return r.end(ctx, nil, goneWait)
}
