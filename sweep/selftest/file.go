package selftest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"llmsweep/runlog"
)

// Save writes the self-test to path, whole or not at all, and makes its folder.
func (t *Result) Save(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return runlog.WriteFile(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(t)
	})
}

// Last reads the self-test that was saved to path. It is nil, without
// an error, where there is none or where it is of another host than hostname: a
// cache folder can be shared.
func Last(path, hostname string) (*Result, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("last self-test: %w", err)
	}
	var t Result
	if err := json.Unmarshal(text, &t); err != nil {
		return nil, fmt.Errorf("last self-test: %s: %w; run llmsweep selftest again", path, err)
	}
	if t.Schema != Schema {
		return nil, fmt.Errorf("last self-test: %s: schema %q, want %q; run llmsweep selftest again", path, t.Schema, Schema)
	}
	if t.Host["hostname"] != hostname {
		return nil, nil
	}
	return &t, nil
}
