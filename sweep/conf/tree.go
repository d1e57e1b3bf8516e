// Package conf reads the text of a config: a YAML document as a tree of values that
// know where they stand, with variables expanded, and what is wrong in it as faults,
// each with file, line and column. Which keys there are is not its business.
package conf

import (
	"slices"
)

// ToldFault is the tag of a scalar that a fault names already.
const ToldFault = "!!fault"

type Kind int

const (
	KindScalar Kind = iota
	KindList
	KindMapping
)

// A Value is a YAML node with its aliases followed, its merges done, and its
// variables expanded. Values are shared where an alias shares them, and never
// changed.
type Value struct {
	At      Position
	Kind    Kind
	Tag     string   // of a scalar: !!str, !!int, …, after expansion
	Text    string   // of a scalar, expanded
	Written string   // of a scalar, as it stands in the file
	Quoted  bool     // of a scalar: in quotes, or a block
	Items   []*Value // of a list
	Entries []Entry  // of a mapping
	Size    int      // values in it, itself included, every alias written out
}

// An Entry is one key of a mapping.
type Entry struct {
	Key   string
	At    Position // of the key
	Value *Value
}

func (v *Value) IsNull() bool { return v.Kind == KindScalar && v.Tag == "!!null" }

// FromVariables reports whether a scalar's text came out of ${…}.
func (v *Value) FromVariables() bool { return v.Kind == KindScalar && v.Text != v.Written }

// Find is the place of a key among the entries; -1 = not there.
func (v *Value) Find(key string) int {
	return slices.IndexFunc(v.Entries, func(e Entry) bool { return e.Key == key })
}

// Get is the value of a key; ok is false where there is none, or nothing behind
// it.
func (v *Value) Get(key string) (_ *Value, ok bool) {
	i := v.Find(key)
	if i < 0 || v.Entries[i].Value.IsNull() {
		return nil, false
	}
	return v.Entries[i].Value, true
}

// Join is the path of a key within another.
func Join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// With is v with the value at path replaced; v itself stays, as others may share
// it. blocked names the part of the path that is no mapping.
func (v *Value) With(path []string, leaf *Value, at Position) (changed *Value, blocked string) {
	if len(path) == 0 {
		return leaf, ""
	}
	c := Value{At: v.At, Kind: KindMapping, Entries: slices.Clone(v.Entries)}
	i := c.Find(path[0])
	if i < 0 {
		i = len(c.Entries)
		c.Entries = append(c.Entries, Entry{Key: path[0], At: at, Value: &Value{At: at, Kind: KindMapping}})
	}
	old := c.Entries[i].Value
	if len(path) > 1 && old.IsNull() {
		old = &Value{At: at, Kind: KindMapping}
	}
	if len(path) > 1 && old.Kind != KindMapping {
		return nil, path[0]
	}
	inner, blocked := old.With(path[1:], leaf, at)
	if blocked != "" {
		return nil, path[0] + "." + blocked
	}
	c.Entries[i].Value = inner
	if len(path) == 1 {
		c.Entries[i].At = at
	}
	return &c, ""
}
