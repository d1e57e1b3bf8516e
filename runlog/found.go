package runlog

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Found is what the searches, the refined curves and the sweeps of rates of the run in a results folder
// came to so far, each in words; none where it has none. It takes no lock.
func Found(dir string) ([]string, error) {
	b, err := os.ReadFile(filepath.Join(dir, stateDir, SearchFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var file struct {
		Searches, Knees, Rates []struct {
			Text string `json:"text"`
		}
	}
	if err == nil {
		err = json.Unmarshal(b, &file)
	}
	if err != nil {
		return nil, fmt.Errorf("reading what searches found: %w", err)
	}
	var lines []string
	for _, found := range slices.Concat(file.Searches, file.Knees, file.Rates) {
		if found.Text != "" {
			lines = append(lines, found.Text)
		}
	}
	return lines, nil
}
