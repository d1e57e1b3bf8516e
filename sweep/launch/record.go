package launch

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"llmsweep/runlog"
	"llmsweep/sweep/redact"
)

// A serverRecord is what it takes to end a server, also for a later run: a file
// in PidDir from before the command runs until the server is gone.
type serverRecord struct {
	Name     string            `json:"name"`
	Process  process           `json:"process"` // of the command, which leads a group of its own
	Address  string            `json:"address"` // host:port
	Log      string            `json:"log"`
	Dir      string            `json:"dir"`
	Stop     string            `json:"stop,omitempty"`
	Withheld bool              `json:"stop_withheld,omitempty"` // Stop holds a secret: the file is without it
	Env      map[string]string `json:"env,omitempty"`           // the file has those that are no secrets
	StopWait time.Duration     `json:"stop_wait_ns"`

	file string
	mask func(string) string
}

// newRecord is the record of a command that was just started.
func (l *Entry) newRecord(pid int) (serverRecord, error) {
	r := serverRecord{
		Name: l.Name, Stop: l.Stop, Env: l.Env, StopWait: cmp.Or(l.StopWait, StopWait),
		file: filepath.Join(l.PidDir, url.PathEscape(l.Name)+"."+strconv.Itoa(pid)+".json"),
		mask: l.mask,
	}
	var errs [4]error
	r.Address, errs[0] = hostPort(l.BaseURL)
	r.Log, errs[1] = filepath.Abs(l.LogPath)
	r.Dir, errs[2] = filepath.Abs(l.Dir)
	r.Process, errs[3] = identify(pid)
	return r, errors.Join(errs[:]...)
}

// write puts the record on disk, without what must not reach a file.
func (r serverRecord) write() error {
	kept := map[string]string{}
	for name, v := range r.Env {
		if redact.Text(name, v) == v && r.mask(v) == v {
			kept[name] = v
		}
	}
	r.Env = kept
	if r.mask(r.Stop) != r.Stop {
		r.Stop, r.Withheld = "", true
	}
	if err := os.MkdirAll(filepath.Dir(r.file), 0o755); err != nil {
		return err
	}
	return runlog.WriteFile(r.file, func(w io.Writer) error { return json.NewEncoder(w).Encode(r) })
}

func (r *serverRecord) remove() error {
	if err := os.Remove(r.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// readRecord reads a file that write wrote.
func readRecord(file string) (*serverRecord, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &serverRecord{file: file, mask: func(text string) string { return text }}
	if err := json.Unmarshal(b, r); err != nil || r.Process.PID <= 1 {
		return nil, fmt.Errorf("%s: not the record of a started server; remove it once no server of an earlier run is left", file)
	}
	return r, nil
}

// environ is this process's environment and what an entry adds to it.
func environ(more map[string]string) []string {
	env := os.Environ()
	for _, name := range slices.Sorted(maps.Keys(more)) {
		env = append(env, name+"="+more[name])
	}
	return env
}
