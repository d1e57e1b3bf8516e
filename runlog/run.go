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
	"time"
)

// RunSchema is the version of the manifest and of the files that it names.
const RunSchema = 1

// A Run is the manifest: what a run is, and which cases it plans.
type Run struct {
	Schema      int            `json:"schema"`        // RunSchema when it was written; 0 = before there were versions
	Tool        string         `json:"tool"`          // name and version of what wrote it
	StartUnixNS int64          `json:"start_unix_ns"` // every instant in the records counts from here
	Complete    bool           `json:"complete"`      // no case is missing
	Seed        uint64         `json:"seed"`
	ConfigKey   string         `json:"config_key,omitempty"` // equal for runs of one config, whatever their date; see FindIncomplete
	Config      any            `json:"config"`               // as resolved, secrets out: text or a map
	Host        map[string]any `json:"host,omitempty"`
	Server      map[string]any `json:"server,omitempty"` // what it told of itself at the start
	Warnings    []string       `json:"warnings,omitempty"`
	Cases       []Case         `json:"cases"` // the plan, in its order
}

// Stamp is the run's start as folders of the history are named by it.
func (r *Run) Stamp() string { return time.Unix(0, r.StartUnixNS).UTC().Format(stampLayout) }

// Run is the manifest of the run in the folder; nil when there is none.
func (d *Dir) Run() (*Run, error) { return ReadRun(d.path) }

// ReadRun reads the manifest in a results folder, or in a folder of its history,
// without taking the lock; nil when there is none.
func ReadRun(dir string) (*Run, error) {
	return readManifest(filepath.Join(dir, stateDir, runFile))
}

func readManifest(path string) (*Run, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the run's manifest: %w", err)
	}
	var r Run
	if err := r.parse(b); err != nil {
		if v := schemaOf(b); v > RunSchema {
			return nil, fmt.Errorf("%s was written by a newer llmsweep (schema %d, this one knows %d): use that version, another results_dir, or --fresh", path, v, RunSchema)
		}
		return nil, fmt.Errorf("%s is damaged: %w; set another results_dir, or run with --fresh: it moves the files to history/", path, err)
	}
	return &r, nil
}

// parse reads a manifest of this version or an earlier one.
func (r *Run) parse(b []byte) error {
	if err := json.Unmarshal(b, r); err != nil {
		return err
	}
	if r.Schema > RunSchema {
		return fmt.Errorf("schema %d", r.Schema)
	}
	for _, c := range r.Cases {
		if err := checkName(c.Name); err != nil {
			return err
		}
	}
	return nil
}

// schemaOf is the version of a manifest that may have other fields than ours.
func schemaOf(b []byte) int {
	var v struct {
		Schema int `json:"schema"`
	}
	_ = json.Unmarshal(b, &v) // what is no JSON has no version
	return v.Schema
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
	if _, err := os.Lstat(d.state(leavingFile)); err == nil {
		return fmt.Errorf("%s: an earlier run was not moved to history/ to its end; run again", d.state(leavingFile))
	}
	r.Complete = false
	if err := d.Update(r); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.journal.close(); err != nil {
		return err
	}
	if err := WriteFile(d.journal.path, func(io.Writer) error { return nil }); err != nil {
		return err
	}
	d.journal = &journal{path: d.journal.path, entries: map[string]Entry{}}
	return nil
}

// Update writes the manifest again: of a run that is complete, or resumed.
func (d *Dir) Update(r Run) error {
	r.Schema = RunSchema
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
