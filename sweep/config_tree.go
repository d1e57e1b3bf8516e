package sweep

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"llmsweep/sweep/wording"
)

// Limits that no honest config meets. They bound what a file of nested aliases
// can cost.
const (
	maxFileSize = 256 << 10 // bytes
	maxDepth    = 64        // lists and mappings within each other
	maxValues   = 100_000   // with every alias written out
)

// toldFault is the tag of a scalar that a fault names already.
const toldFault = "!!fault"

type kind int

const (
	kindScalar kind = iota
	kindList
	kindMapping
)

// A value is a YAML node with its aliases followed, its merges done, and its
// variables expanded. Values are shared where an alias shares them, and never
// changed.
type value struct {
	at      position
	kind    kind
	tag     string   // of a scalar: !!str, !!int, …, after expansion
	text    string   // of a scalar, expanded
	written string   // of a scalar, as it stands in the file
	quoted  bool     // of a scalar: in quotes, or a block
	items   []*value // of a list
	entries []entry  // of a mapping
	size    int      // values in it, itself included, every alias written out
}

// An entry is one key of a mapping.
type entry struct {
	key   string
	at    position // of the key
	value *value
}

func (v *value) isNull() bool { return v.kind == kindScalar && v.tag == "!!null" }

// fromVariables reports whether a scalar's text came out of ${…}.
func (v *value) fromVariables() bool { return v.kind == kindScalar && v.text != v.written }

// find is the place of a key among the entries; -1 = not there.
func (v *value) find(key string) int {
	return slices.IndexFunc(v.entries, func(e entry) bool { return e.key == key })
}

// get is the value of a key; ok is false where there is none, or nothing behind
// it.
func (v *value) get(key string) (_ *value, ok bool) {
	i := v.find(key)
	if i < 0 || v.entries[i].value.isNull() {
		return nil, false
	}
	return v.entries[i].value, true
}

// A treeBuilder turns YAML nodes into values and collects what is wrong with
// them.
type treeBuilder struct {
	file   string                           // how positions name it
	inFile bool                             // positions have a line and a column
	lookup func(name string) (string, bool) // nil = ${NAME} stays as written
	faults Faults
	done   map[*yaml.Node]*value // nil while under way
	spent  int                   // of maxValues
}

func (b *treeBuilder) position(n *yaml.Node) position {
	if !b.inFile {
		return position{file: b.file}
	}
	return position{b.file, n.Line, n.Column}
}

func (b *treeBuilder) fault(n *yaml.Node, key, complaint string) {
	b.faults = append(b.faults, b.position(n).fault(key, "", complaint))
}

// nothing stands in for a value that could not be read.
func (b *treeBuilder) nothing(n *yaml.Node) *value {
	return &value{at: b.position(n), tag: "!!null", size: 1}
}

// spend counts values written out; false = too many.
func (b *treeBuilder) spend(n *yaml.Node, key string, values int) bool {
	if b.spent > maxValues {
		return false // said already
	}
	b.spent += values
	if b.spent <= maxValues {
		return true
	}
	b.fault(n, key, fmt.Sprintf("the config has more than %d values once its aliases are written out; use fewer aliases", maxValues))
	return false
}

// build is the value of a node; key is its path, for faults.
func (b *treeBuilder) build(n *yaml.Node, key string, depth int) *value {
	if n.Kind == yaml.AliasNode {
		return b.alias(n, key, depth)
	}
	if v, seen := b.done[n]; seen && v != nil {
		return v
	}
	if !b.spend(n, key, 1) {
		return b.nothing(n)
	}
	if depth > maxDepth {
		b.fault(n, key, fmt.Sprintf("more than %d lists and mappings within each other; write it flatter", maxDepth))
		return b.nothing(n)
	}
	b.done[n] = nil
	v := &value{at: b.position(n), size: 1}
	switch n.Kind {
	case yaml.ScalarNode:
		b.scalar(n, v, key)
	case yaml.SequenceNode:
		b.sequence(n, v, key, depth)
	case yaml.MappingNode:
		b.mapping(n, v, key, depth)
	}
	b.done[n] = v
	return v
}

func (b *treeBuilder) alias(n *yaml.Node, key string, depth int) *value {
	v, seen := b.done[n.Alias]
	if seen && v == nil {
		b.fault(n, key, "*"+n.Value+" stands inside of what it names; write the value out")
		return b.nothing(n)
	}
	if !seen {
		return b.build(n.Alias, key, depth)
	}
	if !b.spend(n, key, v.size) {
		return b.nothing(n)
	}
	return v
}

func (b *treeBuilder) scalar(n *yaml.Node, v *value, key string) {
	v.tag, v.text, v.written = n.ShortTag(), n.Value, n.Value
	v.quoted = n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	switch v.tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge":
	default:
		b.badTag(n, v, key)
		return
	}
	tagged := n.Style&yaml.TaggedStyle != 0
	if tagged && v.tag != "!!str" {
		b.badTag(n, v, key)
		return
	}
	if !strings.Contains(n.Value, "${") || expandedLater(key) || b.lookup == nil {
		return
	}
	text, err := expand(n.Value, b.lookup)
	if err != nil {
		b.fault(n, key, err.Error())
		*v = value{at: v.at, tag: toldFault, size: 1}
		return
	}
	v.text = text
	if !v.quoted && !tagged { // repeats: ${N} is a number where N is one
		v.tag = (&yaml.Node{Kind: yaml.ScalarNode, Value: text}).ShortTag()
	}
}

func (b *treeBuilder) badTag(n *yaml.Node, v *value, key string) {
	b.fault(n, key, "the tag "+wording.Short(n.Tag)+" is not supported; remove it")
	*v = value{at: v.at, tag: toldFault, size: 1}
}

func (b *treeBuilder) sequence(n *yaml.Node, v *value, key string, depth int) {
	v.kind = kindList
	for i, c := range n.Content {
		item := b.build(c, fmt.Sprintf("%s[%d]", key, i), depth+1)
		v.items = append(v.items, item)
		v.size += item.size
	}
}

func (b *treeBuilder) mapping(n *yaml.Node, v *value, key string, depth int) {
	v.kind = kindMapping
	first := make(map[string]*yaml.Node, len(n.Content)/2)
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, c := n.Content[i], n.Content[i+1]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		switch {
		case k.Kind != yaml.ScalarNode:
			b.fault(k, key, "a key is a list or a mapping; a key is a word")
			continue
		case k.ShortTag() == "!!merge":
			merges = append(merges, c)
			continue
		case first[k.Value] != nil:
			b.fault(k, join(key, k.Value), b.duplicate(first[k.Value]))
			continue
		}
		first[k.Value] = k
		child := b.build(c, join(key, k.Value), depth+1)
		v.entries = append(v.entries, entry{k.Value, b.position(k), child})
		v.size += child.size
	}
	for _, m := range merges {
		b.merge(m, v, first, key, depth)
	}
}

func (b *treeBuilder) duplicate(first *yaml.Node) string {
	if !b.inFile {
		return "written twice; keep one"
	}
	return fmt.Sprintf("written twice, first on line %d; keep one", first.Line)
}

// merge adds what << names to v: a mapping, or a list of them, of which the
// earlier wins. Keys that v has already stay.
func (b *treeBuilder) merge(n *yaml.Node, v *value, taken map[string]*yaml.Node, key string, depth int) {
	from := b.build(n, join(key, "<<"), depth+1)
	sources := []*value{from}
	if from.kind == kindList {
		sources = from.items
	}
	for _, s := range sources {
		if s.kind != kindMapping {
			b.fault(n, join(key, "<<"), "a merge names a mapping, or a list of mappings, by *alias")
			return
		}
		if !b.spend(n, key, len(s.entries)) {
			return
		}
		for _, e := range s.entries {
			if taken[e.key] == nil {
				taken[e.key] = n
				v.entries = append(v.entries, e)
				v.size += e.value.size
			}
		}
	}
}

// join is the path of a key within another.
func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
