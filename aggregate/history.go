package aggregate

import (
	"fmt"
	"strings"

	"llmsweep/runlog"
)

// The names of runs of a results folder.
const (
	Latest = "@latest" // the folder's own run where it is complete, else the newest of its history
	Prev   = "@prev"   // the run before Latest
)

// Resolve turns @latest and @prev of a results folder into a folder. Anything else
// is a path, and stays. The note is what the user should know; "" = nothing.
func Resolve(name, resultsDir string) (path, note string, err error) {
	if !strings.HasPrefix(name, "@") {
		return name, "", nil
	}
	if name != Latest && name != Prev {
		return "", "", fmt.Errorf("%s: want %s, %s or a path; a path that begins with @ is written ./%s", name, Prev, Latest, name)
	}
	runs, note, err := Runs(resultsDir)
	if err != nil {
		return "", "", err
	}
	back := 1
	if name == Prev {
		back = 2
	}
	if len(runs) < back {
		return "", note, fmt.Errorf("%s: there are %d runs in %s and its history; run the sweep again, name its results folder with --results-dir, or name a run's folder", name, len(runs), resultsDir)
	}
	return runs[len(runs)-back], note, nil
}

// Runs are the folders of a results folder's runs, oldest first: its history, then
// its own run where that is complete. The note says where one is left out.
func Runs(resultsDir string) (folders []string, note string, err error) {
	folders, err = runlog.History(resultsDir)
	if err != nil {
		return nil, "", err
	}
	run, err := runlog.ReadRun(resultsDir)
	switch {
	case err != nil:
		return nil, "", err
	case run == nil:
	case !run.Complete:
		note = fmt.Sprintf("the run in %s is not complete, and is passed over; name the folder to take it", resultsDir)
	default:
		folders = append(folders, resultsDir)
	}
	return folders, note, nil
}
