package runlog

import (
	"path/filepath"
	"time"
)

// Spans is how long each case of the run in dir took that was measured, from its
// start to its end, by name. Lines of the journal that cannot be read are left out.
func Spans(dir string) (map[string]time.Duration, error) {
	started, spans := map[string]time.Time{}, map[string]time.Duration{}
	_, err := eachEntry(filepath.Join(dir, stateDir, journalFile), func(l journalLine) {
		switch l.Status {
		case StatusStarted:
			started[l.Case] = l.Time
		case StatusMeasured:
			if from, ok := started[l.Case]; ok {
				spans[l.Case] = l.Time.Sub(from)
			}
		}
	})
	return spans, err
}
