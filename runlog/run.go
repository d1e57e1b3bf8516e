package runlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A Run is the manifest: what a run is, and which cases it plans.
type Run struct {
	Tool        string         `json:"tool"`          // name and version of what wrote it
	StartUnixNS int64          `json:"start_unix_ns"` // every instant in the records counts from here
	Complete    bool           `json:"complete"`      // no case is missing
	Seed        uint64         `json:"seed"`
	Config      any            `json:"config"` // as resolved, secrets out: text or a map
	Host        map[string]any `json:"host,omitempty"`
	Server      map[string]any `json:"server,omitempty"` // what it told of itself at the start
	Warnings    []string       `json:"warnings,omitempty"`
	Cases       []Case         `json:"cases"` // the plan, in its order
}

// Run is the manifest of the run in the folder; nil when there is none.
func (d *Dir) Run() (*Run, error) { return ReadRun(d.path) }

// ReadRun reads the manifest in a results folder, or in a folder of its history,
// without taking the lock; nil when there is none.
func ReadRun(dir string) (*Run, error) {
	path := filepath.Join(dir, stateDir, runFile)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the run's manifest: %w", err)
	}
	var r Run
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%s is damaged: %w; move the results folder's files elsewhere, or delete this file, and run again", path, err)
	}
	for _, c := range r.Cases {
		if err := checkName(c.Name); err != nil {
			return nil, fmt.Errorf("%s is damaged: %w; delete this file and run again", path, err)
		}
	}
	return &r, nil
}

// checkName holds names to what may stand as a file name in the results folder.
func checkName(name string) error {
	if !strings.HasPrefix(name, "bench_") || strings.ContainsAny(name, `/\`+"\x00") {
		return fmt.Errorf("case name %q, want bench_… without slashes", name)
	}
	return nil
}

// Begin writes the manifest of a new run, which is not complete, and an empty
// journal. Archive the run before, or its journal is lost.
func (d *Dir) Begin(r Run) error {
	r.Complete = false
	if err := d.Update(r); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.closeJournal(); err != nil {
		return err
	}
	return WriteFile(d.state(journalFile), func(io.Writer) error { return nil })
}

// Update writes the manifest again: of a run that is complete, or resumed.
func (d *Dir) Update(r Run) error {
	for _, c := range r.Cases {
		if err := checkName(c.Name); err != nil {
			return err
		}
	}
	return WriteFile(d.state(runFile), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		return e.Encode(r)
	})
}
