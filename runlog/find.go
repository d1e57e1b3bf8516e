package runlog

import (
	"path/filepath"
	"strings"
	"time"
)

// FindIncomplete looks for a run to go on with, where the results folder's name
// has the date in it and so was another one before midnight: pattern is a glob of
// the names that it can have. Among the folders that fit it is the one with the
// latest write, last, whose run is not complete, has the config key, wrote at most
// within before now (or after it: clocks are set back), and is not at work; "" =
// none. A folder that cannot be read is none to go on with.
func FindIncomplete(pattern, configKey string, within time.Duration, now time.Time) (dir string, last time.Time, err error) {
	folders, err := filepath.Glob(pattern)
	if err != nil || configKey == "" {
		return "", last, err
	}
	for _, folder := range folders {
		if at := incomplete(folder, configKey, now, within); at.After(last) && !AtWork(folder) {
			dir, last = folder, at
		}
	}
	return dir, last, nil
}

// incomplete is the last write of the folder's run if it can be gone on with;
// zero if not.
func incomplete(dir, configKey string, now time.Time, within time.Duration) (last time.Time) {
	if now.Sub(touched(dir)) > within { // most folders are of other nights: their files are not read
		return time.Time{}
	}
	r, err := ReadRun(dir)
	if err != nil || r == nil || r.Complete || r.ConfigKey != configKey {
		return time.Time{}
	}
	j, err := readJournal(dir)
	if err != nil {
		return time.Time{}
	}
	last, err = j.lastWrite()
	if err != nil || now.Sub(last).Abs() > within {
		return time.Time{}
	}
	return last
}

// touched is no earlier than the last write of the folder's run, without a look
// into a file: every new file changes the folder's time, and a case at work its
// records'.
func touched(dir string) time.Time {
	files, _ := filepath.Glob(filepath.Join(GlobEscape(dir), "bench_*.requests.jsonl")) // the pattern is whole
	state := filepath.Join(dir, stateDir)
	last, _ := youngest(append(files, dir, filepath.Join(state, runFile), filepath.Join(state, journalFile))) // what cannot be looked at is passed over
	return last
}

// GlobEscape is a pattern that fits the path alone.
func GlobEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
