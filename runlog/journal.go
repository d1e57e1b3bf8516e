package runlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// An Entry is the latest that the journal says of a case.
type Entry struct {
	Hash    string    `json:"hash"`
	Status  string    `json:"status"`
	Attempt int       `json:"attempt"`
	Time    time.Time `json:"time"`
}

// A journalLine is an Entry with its case's name.
type journalLine struct {
	Case string `json:"case"`
	Entry
}

// Entries is the latest journal entry of each case, by its name. No case file
// that the journal has as ended is opened, but one that is gone makes the entry
// "missing". A case whose JSON was written just before the run was killed is
// still "started" in the journal: then, and only then, its JSON is asked.
func (d *Dir) Entries() (map[string]Entry, error) {
	entries, err := readJournal(d.path)
	if err != nil {
		return nil, err
	}
	for name, e := range entries {
		path := filepath.Join(d.path, name+".json")
		_, err := os.Lstat(path)
		there := err == nil
		switch {
		case e.Status == StatusStarted && there:
			if f, err := ReadCase(path); err == nil && f.Case.Hash == e.Hash && f.Case.Attempt == e.Attempt {
				e.Status = f.Status
			}
		case e.Status != StatusStarted && !there:
			e.Status = StatusMissing
		}
		entries[name] = e
	}
	return entries, nil
}

func readJournal(dir string) (map[string]Entry, error) {
	entries := map[string]Entry{}
	err := eachEntry(dir, func(name string, e Entry) { entries[name] = e })
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// eachEntry calls f for each line of the journal, in its order. A journal that is
// not there is empty.
func eachEntry(dir string, f func(name string, e Entry)) error {
	path := filepath.Join(dir, stateDir, journalFile)
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the journal: %w", err)
	}
	defer file.Close()
	for line, err := range jsonLines[journalLine](file, path) {
		if err == nil {
			err = checkName(line.Case)
		}
		if err != nil {
			return fmt.Errorf("%w; delete %s and run again", err, path)
		}
		f(line.Case, line.Entry)
	}
	return nil
}

// Spans is how long each case of the run in dir took that was measured, from its
// start to its end, by name.
func Spans(dir string) (map[string]time.Duration, error) {
	started, spans := map[string]time.Time{}, map[string]time.Duration{}
	err := eachEntry(dir, func(name string, e Entry) {
		switch e.Status {
		case StatusStarted:
			started[name] = e.Time
		case StatusMeasured:
			if from, ok := started[name]; ok {
				spans[name] = e.Time.Sub(from)
			}
		}
	})
	return spans, err
}

// note appends an entry and syncs it: what the journal says survives a power cut.
func (d *Dir) note(c Case, status string) error {
	path := d.state(journalFile)
	line, err := json.Marshal(journalLine{c.Name, Entry{c.Hash, status, c.Attempt, d.now().UTC()}})
	if err != nil {
		return fmt.Errorf("journal entry of %s: %w", c.Name, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.journal == nil {
		if d.journal, err = openAppend(path); err != nil {
			return writeError(path, err)
		}
	}
	_, err = d.journal.Write(append(line, '\n'))
	if err == nil {
		err = d.journal.Sync()
	}
	if err != nil {
		d.journal.Close() // opened anew by the next entry, which cuts off what is torn
		d.journal = nil
	}
	return writeError(path, err)
}

// closeJournal lets the journal's file be moved or replaced; d.mu is held.
func (d *Dir) closeJournal() error {
	if d.journal == nil {
		return nil
	}
	err := d.journal.Close()
	d.journal = nil
	return writeError(d.state(journalFile), err)
}
