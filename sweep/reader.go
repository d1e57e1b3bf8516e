package sweep

import (
	"slices"
	"strings"

	"llmsweep/sweep/conf"
	"llmsweep/sweep/redact"
)

// A reader fills variables of the caller's from values, and collects the faults.
type reader struct {
	faults  conf.Faults
	unknown func(written, path string, known []string) string // says what is wrong with a key that is none of those known at a path
}

// A configField is a key that may stand in a mapping, and how its value is read;
// key is its whole path.
type configField struct {
	name string
	read func(r *reader, key string, v *conf.Value)
}

// mapping reads the keys of a mapping. A key without a value keeps its default.
func (r *reader) mapping(v *conf.Value, path string, fields []configField) {
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.name
	}
entries:
	for _, e := range v.Entries {
		for _, f := range fields {
			if f.name != e.Key {
				continue
			}
			if !e.Value.IsNull() && e.Value.Tag != conf.ToldFault {
				f.read(r, conf.Join(path, e.Key), e.Value)
			}
			continue entries
		}
		r.faults = append(r.faults, e.At.Fault(conf.Join(path, e.Key), "", r.unknown(e.Key, path, known)))
	}
}

// complain adds the fault of a value; what is written under a secret's name is
// not quoted.
func (r *reader) complain(key string, v *conf.Value, want string) {
	if v.Tag == conf.ToldFault {
		return // said already
	}
	written := conf.Quote(v)
	if redact.SecretPath(key) {
		written = "***"
	}
	r.faults = append(r.faults, v.At.Fault(key, written, want))
}

// faulted reports whether a key, or one within it, has a fault already.
func (r *reader) faulted(key string) bool {
	return slices.ContainsFunc(r.faults, func(f conf.Fault) bool {
		rest, within := strings.CutPrefix(f.Key, key)
		return within && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// requireKey faults a key that the file does not have, or has without a value.
func (r *reader) requireKey(root *conf.Value, name, want string) {
	switch i := root.Find(name); {
	case i < 0:
		r.faults = append(r.faults, root.At.Fault(name, "", "missing, want "+want))
	case root.Entries[i].Value.IsNull():
		r.faults = append(r.faults, root.Entries[i].At.Fault(name, "", "empty, want "+want))
	}
}

// require faults the keys that a mapping does not have, or has without a value.
func (r *reader) require(v *conf.Value, key, want string, names ...string) {
	for _, name := range names {
		if _, ok := v.Get(name); !ok {
			r.faults = append(r.faults, v.At.Fault(conf.Join(key, name), "", "missing, want "+want))
		}
	}
}
