package runlog

import (
	"path/filepath"
	"strings"
	"time"
)

// FindIncomplete looks for a run to go on with, where the results folder's name
// has the date in it and so was another one before midnight. pathParts is that
// name, cut where a date or time stands. Among the folders that fit it is the one
// with the latest write whose run is not complete, has the config key, wrote at
// most within before now, and is not at work. A folder that cannot be read is
// none to go on with.
func FindIncomplete(pathParts []string, configKey string, within time.Duration, now time.Time) (dir string, ok bool, err error) {
	escaped := make([]string, len(pathParts))
	for i, part := range pathParts {
		escaped[i] = globEscape(part)
	}
	folders, err := filepath.Glob(strings.Join(escaped, "*"))
	if err != nil || configKey == "" {
		return "", false, err
	}
	since := now.Add(-within)
	var latest time.Time
	for _, folder := range folders {
		if last := incomplete(folder, configKey, since); last.After(latest) && !locked(folder) {
			dir, ok, latest = folder, true, last
		}
	}
	return dir, ok, nil
}

// incomplete is the last write of the folder's run if it can be gone on with;
// zero if not.
func incomplete(dir, configKey string, since time.Time) (last time.Time) {
	if touched(dir).Before(since) { // most folders are of other nights: their files are not read
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
	if err != nil || last.Before(since) {
		return time.Time{}
	}
	return last
}

// touched is no earlier than the last write of the folder's run, without a look
// into a file: every new file changes the folder's time, and a case at work its
// records'.
func touched(dir string) time.Time {
	files, _ := filepath.Glob(filepath.Join(globEscape(dir), "bench_*.requests.jsonl")) // the pattern is whole
	state := filepath.Join(dir, stateDir)
	last, _ := youngest(append(files, dir, filepath.Join(state, runFile), filepath.Join(state, journalFile))) // what cannot be looked at is passed over
	return last
}

func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}
