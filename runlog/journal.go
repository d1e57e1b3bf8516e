package runlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// An Entry is the latest that the journal says of a case.
type Entry struct {
	Hash    string    `json:"hash"`
	Status  string    `json:"status"`
	Attempt int       `json:"attempt"`
	Time    time.Time `json:"time"`
	Why     string    `json:"why,omitempty"`     // of a skipped case
	Invalid bool      `json:"invalid,omitempty"` // its figures, which were measured
}

// Broken reports whether the case is one to be measured again, though it has a
// result: it failed, or its figures are invalid.
func (e Entry) Broken() bool { return e.Status == StatusFailed || e.Invalid }

// A journalLine is an Entry with its case's name.
type journalLine struct {
	Case string `json:"case"`
	Entry
}

// A journal is what the journal's file says, read once and kept up to date: an
// entry a case, however often the case ran.
type journal struct {
	path    string
	entries map[string]Entry // by the case's name
	damage  error            // says which lines could not be read; nil = none
	file    *os.File         // open for appending once something was appended
}

// readJournal reads the journal in a results folder; one that is not there is
// empty. A line that cannot be read is damage, and costs only what it said.
func readJournal(dir string) (*journal, error) {
	j := &journal{path: filepath.Join(dir, stateDir, journalFile), entries: map[string]Entry{}}
	var err error
	if j.damage, err = eachEntry(j.path, func(l journalLine) { j.entries[l.Case] = l.Entry }); err != nil {
		return nil, err
	}
	return j, nil
}

// eachEntry calls do for each line of a journal that can be read, in its order;
// damage says which cannot. A journal that is not there is empty.
func eachEntry(path string, do func(journalLine)) (damage, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the journal: %w", err)
	}
	defer f.Close()
	var first error
	bad := 0
	for line, err := range lines(f, path, parseJournalLine) {
		if _, damaged := errors.AsType[*lineError](err); damaged {
			if bad++; first == nil {
				first = err
			}
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the journal: %w", err)
		}
		do(line)
	}
	if bad > 0 {
		damage = fmt.Errorf("%w (lines: %d); a case counts if its own file says the same, else it runs again", first, bad)
	}
	return damage, nil
}

func parseJournalLine(text []byte) (journalLine, error) {
	var l journalLine
	if err := json.Unmarshal(text, &l); err != nil {
		return l, err
	}
	return l, checkName(l.Case)
}

// add appends an entry and syncs it: what the journal says survives a power cut.
func (j *journal) add(l journalLine) error {
	text, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("journal entry of %s: %w", l.Case, err)
	}
	if j.file == nil {
		if j.file, err = openAppend(j.path); err != nil {
			return writeError(j.path, err)
		}
	}
	_, err = j.file.Write(append(text, '\n'))
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		j.file.Close() // opened anew by the next entry, which cuts off what is torn
		j.file = nil
		return writeError(j.path, err)
	}
	j.entries[l.Case] = l.Entry
	return nil
}

// close lets the journal's file be moved or replaced.
func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return writeError(j.path, err)
}

// note enters into the journal what became of the case.
func (d *Dir) note(c Case, status string, invalid bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.journal.add(journalLine{c.Name, Entry{Hash: c.Hash, Status: status, Attempt: c.Attempt, Time: d.now().UTC(), Invalid: invalid}})
}

// Skip enters into the journal that the case is left out of this run for good, and
// why: it does not run when the run is gone on with. Its attempt stays as it was.
func (d *Dir) Skip(c Case, why string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.journal.add(journalLine{c.Name, Entry{
		Hash: c.Hash, Status: StatusSkipped, Attempt: d.journal.entries[c.Name].Attempt, Time: d.now().UTC(), Why: why,
	}})
}

// lastAttempt is the number of the case's latest attempt; 0 = none was made.
func (d *Dir) lastAttempt(name string) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.journal.entries[name].Attempt
}

// Damage says which lines of the journal could not be read when the folder was
// opened, for the user to be told; nil = none.
func (d *Dir) Damage() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.journal.damage
}

// Entries is the latest journal entry of each case, by its name. No case file
// that the journal has as ended is opened, but one that is gone makes the entry
// "missing". A case whose JSON was written just before the run was killed is
// still "started" in the journal: then its JSON is asked. A damaged journal is
// believed in nothing that the case's JSON does not say as well.
func (d *Dir) Entries() (map[string]Entry, error) {
	d.mu.Lock()
	entries, damaged := maps.Clone(d.journal.entries), d.journal.damage != nil
	d.mu.Unlock()
	names, err := dirNames(d.path)
	if err != nil {
		return nil, err
	}
	there := make(map[string]bool, len(entries))
	for _, name := range names {
		if c, ok := strings.CutSuffix(name, ".json"); ok {
			there[c] = true
		}
	}
	for name, e := range entries {
		switch {
		case e.Status == StatusSkipped:
			continue
		case !there[name]:
			if e.Status == StatusStarted {
				continue
			}
			e.Status = StatusMissing
		case e.Status == StatusStarted || damaged:
			e.Status, e.Invalid = d.askFile(name, e)
		default:
			continue
		}
		entries[name] = e
	}
	return entries, nil
}

// askFile is the status that the case's JSON gives the attempt of the entry, and
// whether its figures are invalid. A JSON that is damaged or another attempt's leaves
// a started case started; any other is missing.
func (d *Dir) askFile(name string, e Entry) (status string, invalid bool) {
	f, err := ReadCase(filepath.Join(d.path, name+".json"))
	switch {
	case err == nil && f.Case.Hash == e.Hash && f.Case.Attempt == e.Attempt:
		return f.Status, f.invalid()
	case e.Status == StatusStarted:
		return StatusStarted, false
	}
	return StatusMissing, false
}
