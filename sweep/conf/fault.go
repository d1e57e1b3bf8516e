package conf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"llmsweep/sweep/wording"
)

// A Fault is one thing wrong with a config, and where it stands.
type Fault struct {
	File   string // the file's name, or "--set key=value"
	Line   int    // from 1; 0 = unknown, or in a --set
	Column int    // from 1, in characters; 0 = unknown
	Key    string // path of the key: timeouts.connect, input_output[0][1]; "" = the whole file
	Value  string // what was written, shortly, "***" for a secret; "" = nothing to quote
	Want   string // what was wanted; where Value is empty, the whole complaint
}

// String is the fault on one line: file:line:column: key: value, want what.
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
		if f.Column > 0 {
			fmt.Fprintf(&b, ":%d", f.Column)
		}
	}
	b.WriteString(": ")
	if f.Key != "" {
		b.WriteString(wording.Short(f.Key) + ": ")
	}
	if f.Value != "" {
		b.WriteString(f.Value + ", want ")
	}
	b.WriteString(f.Want)
	return b.String()
}

// Error is the fault as String has it.
func (f Fault) Error() string { return f.String() }

// Faults is every fault of a config, sorted by position: first the file's, then
// those of each --set.
type Faults []Fault

// Error is one line a fault.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Sort orders the faults by position and drops repeats: a value that two places
// share by an alias is wrong once.
func (fs Faults) Sort() Faults {
	slices.SortStableFunc(fs, func(a, b Fault) int {
		return cmp.Or(
			cmp.Compare(min(b.Line, 1), min(a.Line, 1)), // the file before the --sets
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
		)
	})
	return slices.CompactFunc(fs, func(a, b Fault) bool { return a == b })
}

// A Position is where a value stands.
type Position struct {
	File         string
	Line, Column int
}

func (p Position) Fault(key, value, want string) Fault {
	return Fault{File: p.File, Line: p.Line, Column: p.Column, Key: key, Value: value, Want: want}
}

// AlreadyThere says where the first of two equal values stands.
func (p Position) AlreadyThere() string {
	if p.Line == 0 {
		return " (it is there already)"
	}
	return fmt.Sprintf(" (it is on line %d already)", p.Line)
}
