package sweep

import (
	"slices"
	"strings"

	"llmsweep/sweep/redact"
	"llmsweep/sweep/wording"
)

// applySets puts each --set key=value over the tree, in order. A set without a
// value takes the key back to its default.
func applySets(root *value, sets []string, env Env) (*value, Faults) {
	var faults Faults
	for _, set := range sets {
		at := position{file: setLabel(set)}
		key, text, hasValue := strings.Cut(set, "=")
		path := strings.Split(strings.TrimSpace(key), ".")
		if !hasValue || slices.Contains(path, "") {
			faults = append(faults, at.fault("", "", "write it as --set key=value, as in --set timeouts.connect=5s"))
			continue
		}
		lookup := env.lookup
		if expandedLater(strings.Join(path, ".")) {
			lookup = nil
		}
		v, bad := parseYAML(at.file, []byte(text), false, lookup)
		if v == nil && len(bad) == 0 {
			v = &value{at: at, tag: "!!null", size: 1}
		}
		for _, f := range bad {
			f.Key = strings.TrimPrefix(strings.Join(path, ".")+"."+f.Key, ".")
			f.Key = strings.TrimSuffix(f.Key, ".")
			faults = append(faults, f)
		}
		if v == nil {
			continue
		}
		changed, blocked := root.with(path, v, at)
		if blocked != "" {
			faults = append(faults, at.fault(blocked, "", "it has no keys within it; set it whole"))
			continue
		}
		root = changed
	}
	return root, faults
}

// with is v with the value at path replaced; v itself stays, as others may share
// it. blocked names the part of the path that is no mapping.
func (v *value) with(path []string, leaf *value, at position) (changed *value, blocked string) {
	if len(path) == 0 {
		return leaf, ""
	}
	c := value{at: v.at, kind: kindMapping, entries: slices.Clone(v.entries)}
	i := c.find(path[0])
	if i < 0 {
		i = len(c.entries)
		c.entries = append(c.entries, entry{path[0], at, &value{at: at, kind: kindMapping}})
	}
	old := c.entries[i].value
	if len(path) > 1 && old.isNull() {
		old = &value{at: at, kind: kindMapping}
	}
	if len(path) > 1 && old.kind != kindMapping {
		return nil, path[0]
	}
	inner, blocked := old.with(path[1:], leaf, at)
	if blocked != "" {
		return nil, path[0] + "." + blocked
	}
	c.entries[i].value = inner
	if len(path) == 1 {
		c.entries[i].at = at
	}
	return &c, ""
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
