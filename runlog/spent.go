package runlog

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// Spent is how long the cases of the run in the folder took so far, all their
// attempts together: each from its start to its end, or, where a kill cut it off,
// to the last write of its records. The time between cases is not in it.
func (d *Dir) Spent() (sum time.Duration, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	started := map[string]Entry{}
	cut := func(e Entry, records string) {
		last, youngestErr := youngest([]string{records})
		if last.After(e.Time) {
			sum += last.Sub(e.Time)
		}
		err = errors.Join(err, youngestErr)
	}
	_, journalErr := eachEntry(d.journal.path, func(l journalLine) {
		from, running := started[l.Case]
		delete(started, l.Case)
		switch {
		case l.Status == StatusStarted:
			if running { // the next attempt has put it aside
				cut(from, d.state(filepath.Join(asideDir, fmt.Sprintf("%s.attempt%d.requests.jsonl", l.Case, from.Attempt))))
			}
			started[l.Case] = l.Entry
		case running:
			sum += max(0, l.Time.Sub(from.Time))
		}
	})
	for name, e := range started {
		cut(e, filepath.Join(d.path, name+".requests.jsonl"))
	}
	return sum, errors.Join(err, journalErr)
}
