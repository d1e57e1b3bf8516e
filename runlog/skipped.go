package runlog

import (
	"errors"
	"path/filepath"
)

// Skipped says of each case that a rule left out of the run in a results folder
// why it did, by the case's name; it takes no lock.
func Skipped(dir string) (map[string]string, error) {
	latest := map[string]Entry{}
	damage, err := eachEntry(filepath.Join(dir, stateDir, journalFile), func(l journalLine) { latest[l.Case] = l.Entry })
	why := map[string]string{}
	for name, e := range latest {
		if e.Status == StatusSkipped {
			why[name] = e.Why
		}
	}
	return why, errors.Join(damage, err)
}
