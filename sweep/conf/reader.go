package conf

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"llmsweep/sweep/redact"
)

// A Reader fills variables of the caller's from values, and collects the faults.
type Reader struct {
	Faults  Faults
	Unknown func(written, path string, known []string) string // says what is wrong with a key that is none of those known at a path
}

// A Read reads the value of a key, which it is given with its whole path.
type Read func(r *Reader, key string, v *Value)

// A Field is a key that may stand in a mapping, and how its value is read.
type Field struct {
	Name string
	Read Read
}

// Key is the field of a name.
func Key(name string, read Read) Field { return Field{Name: name, Read: read} }

// Mapping reads the keys of a mapping. A key without a value keeps its default.
func (r *Reader) Mapping(v *Value, path string, fields []Field) {
	known := make([]string, len(fields))
	for i, f := range fields {
		known[i] = f.Name
	}
entries:
	for _, e := range v.Entries {
		for _, f := range fields {
			if f.Name != e.Key {
				continue
			}
			if !e.Value.IsNull() && e.Value.Tag != ToldFault {
				f.Read(r, Join(path, e.Key), e.Value)
			}
			continue entries
		}
		r.Faults = append(r.Faults, e.At.Fault(Join(path, e.Key), "", r.Unknown(e.Key, path, known)))
	}
}

// Complain adds the fault of a value; what is written under a secret's name is
// not quoted.
func (r *Reader) Complain(key string, v *Value, want string) {
	if v.Tag == ToldFault {
		return // said already
	}
	written := Quote(v)
	if redact.SecretPath(key) {
		written = "***"
	}
	r.Faults = append(r.Faults, v.At.Fault(key, written, want))
}

// Faulted reports whether a key, or one within it, has a fault already.
func (r *Reader) Faulted(key string) bool {
	return slices.ContainsFunc(r.Faults, func(f Fault) bool {
		rest, within := strings.CutPrefix(f.Key, key)
		return within && (rest == "" || rest[0] == '.' || rest[0] == '[')
	})
}

// RequireKey faults a key that the file does not have, or has without a value.
func (r *Reader) RequireKey(root *Value, name, want string) {
	switch i := root.Find(name); {
	case i < 0:
		r.Faults = append(r.Faults, root.At.Fault(name, "", "missing, want "+want))
	case root.Entries[i].Value.IsNull():
		r.Faults = append(r.Faults, root.Entries[i].At.Fault(name, "", "empty, want "+want))
	}
}

// Require faults the keys that a mapping does not have, or has without a value.
func (r *Reader) Require(v *Value, key, want string, names ...string) {
	for _, name := range names {
		if _, ok := v.Get(name); !ok {
			r.Faults = append(r.Faults, v.At.Fault(Join(key, name), "", "missing, want "+want))
		}
	}
}

// Words reads a mapping of names to texts, expanded and as written. A number or
// a truth value is taken as it is spelled: a git SHA may be all digits.
func (r *Reader) Words(key string, v *Value, ok func(e Entry, path string) bool) (expanded, asWritten map[string]string) {
	if v.Kind != KindMapping {
		r.Complain(key, v, "a mapping of names to text")
		return nil, nil
	}
	expanded, asWritten = map[string]string{}, map[string]string{}
	for _, e := range v.Entries {
		path := Join(key, e.Key)
		if e.Value.Kind != KindScalar || e.Value.IsNull() {
			r.Complain(path, e.Value, "text")
			continue
		}
		if ok(e, path) {
			expanded[e.Key], asWritten[e.Key] = e.Value.Text, e.Value.Written
		}
	}
	return expanded, asWritten
}

// Free is a value as encoding/json takes it: nil, bool, int64, float64, string,
// []any, map[string]any. With asWritten, what came out of variables stays
// ${NAME}; faults are told without.
func (r *Reader) Free(key string, v *Value, asWritten bool) any {
	switch v.Kind {
	case KindList:
		items := make([]any, len(v.Items))
		for i, item := range v.Items {
			items[i] = r.Free(fmt.Sprintf("%s[%d]", key, i), item, asWritten)
		}
		return items
	case KindMapping:
		m := make(map[string]any, len(v.Entries))
		for _, e := range v.Entries {
			m[e.Key] = r.Free(Join(key, e.Key), e.Value, asWritten)
		}
		return m
	}
	if asWritten && v.FromVariables() {
		return v.Written
	}
	switch v.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(v.Text, "true")
	case "!!int", "!!float":
		if n, _, ok := Whole(v); ok {
			return n
		}
		x, hint, ok := Number(v)
		if !asWritten && (!ok || math.IsInf(x, 0)) {
			r.Complain(key, v, "a number that JSON has"+hint)
		}
		return x
	}
	return v.Text
}
