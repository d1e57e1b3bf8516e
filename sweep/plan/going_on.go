package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"llmsweep/runlog"
	"llmsweep/sweep/conf"
)

// ReadToRun is Read for a run. Where one of the same config was broken off at
// most resume_within ago, that run's start is date and time throughout the config,
// so that nothing changes at midnight; and where results_dir names them, its
// folder is the results folder, and note says so ("" = it does not). With fresh, or
// where neither stands in the config, no such run is looked for.
func ReadToRun(path string, env Env, fresh bool, sets ...string) (c *Config, note string, err error) {
	if c, err = Read(path, env, sets...); err != nil {
		return nil, "", err
	}
	c.readAt, c.key = env.Now, configKey(path, env, sets...)
	if fresh || !c.dated {
		return c, "", nil
	}
	dir, last, err := runlog.FindIncomplete(c.resultsPattern, c.key, c.ResumeWithin, env.Now)
	if err != nil || dir == "" {
		return c, "", err
	}
	run, err := runlog.ReadRun(dir)
	if err != nil || run == nil { // it was moved meanwhile
		return c, "", err
	}
	begun := env
	begun.Now = time.Unix(0, run.StartUnixNS).In(env.Now.Location())
	resumed, err := Read(path, begun, sets...)
	if err != nil {
		return nil, "", err
	}
	resumed.ResultsDir, resumed.readAt, resumed.key = c.ResultsDir, c.readAt, c.key
	if filepath.Clean(c.ResultsDir) != filepath.Clean(dir) {
		resumed.ResultsDir = dir
		note = fmt.Sprintf("going on with %s, broken off %s ago", dir, age(env.Now, last))
	}
	return resumed, note, nil
}

// RunStart is the start of a new run, which date and time are of; zero = now.
func (c *Config) RunStart() time.Time { return c.readAt }

// Key is the same for two runs of one config, of which one may go on with the other;
// "" = it goes on with none.
func (c *Config) Key() string { return c.key }

// ResultsPattern is a glob of what ResultsDir can be on other days.
func (c *Config) ResultsPattern() string { return c.resultsPattern }

// saysDate reports whether a config may have date or time in it.
func saysDate(texts ...string) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		return strings.Contains(text, "${date") || strings.Contains(text, "${time")
	})
}

// age is how long ago something was: 40 s, 23 min, 3 h 5 min. A clock that was set
// back makes it 0 s at least.
func age(now, then time.Time) string {
	d := max(0, now.Sub(then)).Round(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
}

// A date and a time that stand for all others in what must not change with them.
var anyNow = time.Date(2001, 12, 31, 23, 59, 59, 0, time.UTC)

// configKey is the same for two runs of one config: SHA-256 (hex) of what it says,
// but for its labels, what is to become of its files, how its figures are judged, and
// how far it is to go: whatever can be changed without measuring again. Nor does the
// date matter, or which seed was drawn. "" = it has none, and is never gone on with
// under another date.
func configKey(path string, env Env, sets ...string) string {
	env.Now = anyNow
	c, err := Read(path, env, sets...)
	if err != nil {
		return ""
	}
	said := c.Redacted()
	for _, key := range []string{"results_dir", "labels", "history", "resume_within", "goodput", "slo", "cost", "gate", "stop_when", "budget"} {
		delete(said, key)
	}
	if c.SeedRandom {
		delete(said, "seed")
	}
	text, err := json.Marshal(said)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// readResultsDir reads the folder, and the glob pattern of all that it can be on
// other days.
func readResultsDir(c *Config) conf.Read {
	read := conf.ReadText(&c.ResultsDir, notEmpty, "a folder")
	return func(r *conf.Reader, key string, v *conf.Value) {
		read(r, key, v)
		const date, clock = "\x00", "\x01" // no path has these
		pattern, err := conf.Expand(v.Written, func(name string) (string, bool) {
			switch name {
			case "date":
				return date, true
			case "time":
				return clock, true
			}
			return c.lookup(name)
		})
		if err == nil { // else the fault is told already
			digits := func(n int) string { return strings.Repeat("[0-9]", n) }
			c.resultsPattern = strings.NewReplacer(date, digits(8), clock, digits(6)).Replace(runlog.GlobEscape(pattern))
		}
	}
}
