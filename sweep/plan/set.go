package plan

import (
	"slices"
	"strings"

	"llmsweep/sweep/conf"
	"llmsweep/sweep/redact"
	"llmsweep/sweep/wording"
)

// applySets puts each --set key=value over the tree, in order. A set without a
// value takes the key back to its default.
func applySets(root *conf.Value, sets []string, env Env) (*conf.Value, conf.Faults) {
	var faults conf.Faults
	for _, set := range sets {
		at := conf.Position{File: setLabel(set)}
		key, text, hasValue := strings.Cut(set, "=")
		path := strings.Split(strings.TrimSpace(key), ".")
		if !hasValue || slices.Contains(path, "") {
			faults = append(faults, at.Fault("", "", "write it as --set key=value, as in --set timeouts.connect=5s"))
			continue
		}
		lookup := env.lookup
		if expandedLater(strings.Join(path, ".")) {
			lookup = nil
		}
		v, bad := conf.Document{File: at.File, Text: []byte(text), Lookup: lookup, Later: expandedLater}.Parse()
		if v == nil && len(bad) == 0 {
			v = &conf.Value{At: at, Tag: "!!null", Size: 1}
		}
		for _, f := range bad {
			f.Key = strings.TrimPrefix(strings.Join(path, ".")+"."+f.Key, ".")
			f.Key = strings.TrimSuffix(f.Key, ".")
			faults = append(faults, f)
		}
		if v == nil {
			continue
		}
		changed, blocked := root.With(path, v, at)
		if blocked != "" {
			faults = append(faults, at.Fault(blocked, "", "it has no keys within it; set it whole"))
			continue
		}
		root = changed
	}
	return root, faults
}

// setLabel is how faults name a --set: as it was written, without secrets.
func setLabel(set string) string {
	key, text, hasValue := strings.Cut(set, "=")
	switch {
	case !hasValue:
		return "--set " + wording.Short(key)
	case redact.SecretPath(key):
		text = "***"
	case strings.HasPrefix(strings.TrimSpace(text), "{"):
		text = "{…}"
	}
	return "--set " + wording.Short(key) + "=" + wording.Short(redact.URL(text))
}
