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

// Found is what the searches, the refined curves and the sweeps of rates of a run came
// to so far.
type Found struct {
	Searches []Search
	Texts    []string // of each of them, in words
}

// A Search is what a search has to say of the cases that it measured.
type Search struct {
	Dir    string             `json:"-"`    // the results folder that its cases are in
	Vary   string             `json:"vary"` // max_concurrency or request_rate
	SLO    map[string]float64 `json:"slo"`  // limits by figure
	Meets  float64            `json:"meets"`
	Best   float64            `json:"best"`
	Probes []Probe            `json:"probes"`
}

// A Probe is a load that a search judged.
type Probe struct {
	Load    float64  `json:"load"`
	Meets   bool     `json:"meets"`   // the SLO
	Invalid bool     `json:"invalid"` // none of its cases is valid: it says nothing of the server
	Cases   []string `json:"cases"`
}

// Answer is the load that the search would choose of those that meet its SLO: the best
// by its objective, else the highest. 0 = none meets it.
func (s *Search) Answer() float64 {
	if s.Best > 0 {
		return s.Best
	}
	return s.Meets
}

// ReadFound reads what the run in a results folder found; nothing where it searched and
// refined nothing. It takes no lock.
func ReadFound(dir string) (found Found, err error) {
	b, err := os.ReadFile(filepath.Join(dir, stateDir, SearchFile))
	if errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	type told struct {
		Search
		Text string `json:"text"`
	}
	var file struct{ Searches, Knees, Rates []told }
	if err == nil {
		err = json.Unmarshal(b, &file)
	}
	if err != nil {
		return found, fmt.Errorf("reading what searches found: %w", err)
	}
	for _, s := range file.Searches {
		s.Dir = dir
		found.Searches = append(found.Searches, s.Search)
	}
	for _, t := range slices.Concat(file.Searches, file.Knees, file.Rates) {
		if t.Text != "" {
			found.Texts = append(found.Texts, t.Text)
		}
	}
	return found, nil
}

// Add takes over what another run found.
func (f *Found) Add(of Found) {
	f.Searches, f.Texts = append(f.Searches, of.Searches...), append(f.Texts, of.Texts...)
}
