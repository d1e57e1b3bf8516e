package conf

import (
	"fmt"
	"strings"

	"gopkg.in/yaml.v3"

	"llmsweep/sweep/wording"
)

// Limits that no honest config meets. They bound what a file of nested aliases
// can cost.
const (
	MaxFileSize = 256 << 10 // bytes
	maxDepth    = 64        // lists and mappings within each other
	maxValues   = 100_000   // With every alias written out
)

// A treeBuilder turns YAML nodes into values and collects what is wrong with
// them.
type treeBuilder struct {
	Document
	faults Faults
	done   map[*yaml.Node]*Value // nil while under way
	spent  int                   // of maxValues
}

func (b *treeBuilder) position(n *yaml.Node) Position {
	if !b.InFile {
		return Position{File: b.File}
	}
	return Position{b.File, n.Line, n.Column}
}

func (b *treeBuilder) fault(n *yaml.Node, key, complaint string) {
	b.faults = append(b.faults, b.position(n).Fault(key, "", complaint))
}

// nothing stands in for a value that could not be read.
func (b *treeBuilder) nothing(n *yaml.Node) *Value {
	return &Value{At: b.position(n), Tag: "!!null", Size: 1}
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
func (b *treeBuilder) build(n *yaml.Node, key string, depth int) *Value {
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
	v := &Value{At: b.position(n), Size: 1}
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

func (b *treeBuilder) alias(n *yaml.Node, key string, depth int) *Value {
	v, seen := b.done[n.Alias]
	if seen && v == nil {
		b.fault(n, key, "*"+n.Value+" stands inside of what it names; write the value out")
		return b.nothing(n)
	}
	if !seen {
		return b.build(n.Alias, key, depth)
	}
	if !b.spend(n, key, v.Size) {
		return b.nothing(n)
	}
	return v
}

func (b *treeBuilder) scalar(n *yaml.Node, v *Value, key string) {
	v.Tag, v.Text, v.Written = n.ShortTag(), n.Value, n.Value
	v.Quoted = n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0
	switch v.Tag {
	case "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp", "!!merge":
	default:
		b.badTag(n, v, key)
		return
	}
	tagged := n.Style&yaml.TaggedStyle != 0
	if tagged && v.Tag != "!!str" {
		b.badTag(n, v, key)
		return
	}
	if !strings.Contains(n.Value, "${") || b.Lookup == nil || b.Later != nil && b.Later(key) {
		return
	}
	text, err := Expand(n.Value, b.Lookup)
	if err != nil {
		b.fault(n, key, err.Error())
		*v = Value{At: v.At, Tag: ToldFault, Size: 1}
		return
	}
	v.Text = text
	if !v.Quoted && !tagged { // repeats: ${N} is a number where N is one
		v.Tag = (&yaml.Node{Kind: yaml.ScalarNode, Value: text}).ShortTag()
	}
}

func (b *treeBuilder) badTag(n *yaml.Node, v *Value, key string) {
	b.fault(n, key, "the tag "+wording.Short(n.Tag)+" is not supported; remove it")
	*v = Value{At: v.At, Tag: ToldFault, Size: 1}
}

func (b *treeBuilder) sequence(n *yaml.Node, v *Value, key string, depth int) {
	v.Kind = KindList
	for i, c := range n.Content {
		item := b.build(c, fmt.Sprintf("%s[%d]", key, i), depth+1)
		v.Items = append(v.Items, item)
		v.Size += item.Size
	}
}

func (b *treeBuilder) mapping(n *yaml.Node, v *Value, key string, depth int) {
	v.Kind = KindMapping
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
			b.fault(k, Join(key, k.Value), b.duplicate(first[k.Value]))
			continue
		}
		first[k.Value] = k
		child := b.build(c, Join(key, k.Value), depth+1)
		v.Entries = append(v.Entries, Entry{k.Value, b.position(k), child})
		v.Size += child.Size
	}
	for _, m := range merges {
		b.merge(m, v, first, key, depth)
	}
}

func (b *treeBuilder) duplicate(first *yaml.Node) string {
	if !b.InFile {
		return "written twice; keep one"
	}
	return fmt.Sprintf("written twice, first on line %d; keep one", first.Line)
}

// merge adds what << names to v: a mapping, or a list of them, of which the
// earlier wins. Keys that v has already stay.
func (b *treeBuilder) merge(n *yaml.Node, v *Value, taken map[string]*yaml.Node, key string, depth int) {
	from := b.build(n, Join(key, "<<"), depth+1)
	sources := []*Value{from}
	if from.Kind == KindList {
		sources = from.Items
	}
	for _, s := range sources {
		if s.Kind != KindMapping {
			b.fault(n, Join(key, "<<"), "a merge names a mapping, or a list of mappings, by *alias")
			return
		}
		if !b.spend(n, key, len(s.Entries)) {
			return
		}
		for _, e := range s.Entries {
			if taken[e.Key] == nil {
				taken[e.Key] = n
				v.Entries = append(v.Entries, e)
				v.Size += e.Value.Size
			}
		}
	}
}
