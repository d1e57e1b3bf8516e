package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"llmsweep/dataset"
	"llmsweep/sweep/conf"
)

const (
	maxVariants = 10_000 // combinations of the axes' values
	maxFaults   = 1_000  // enough to read
)

// A variant is the config with one value of each axis.
type variant struct {
	config  *Config
	part    string            // of its cases' names
	more    map[string]string // its coordinates, by key
	values  map[string]any    // the same as they are, and of axes with a single value too: for conditions
	faults  conf.Faults
	outputs map[string]IOLen // see reader
}

// expand reads the config once for each combination of its axes' values. The
// Config is that of the first variant, with them all behind it; without axes it
// is the only one.
func (r *reader) expand(root *conf.Value) *Config {
	axes := r.axes(root)
	include, exclude := r.conditions(root, axes)
	sound := len(r.Faults) == 0 // axes and conditions are
	variants := r.variants(root, axes)
	chosen := variants[:0:0]
	for _, v := range variants {
		if sound && len(v.faults) > 0 {
			kept, known := v.kept(include, exclude)
			if known && len(kept) == 0 {
				continue // what cannot be is what was excluded
			}
			if known {
				v.faults = slices.DeleteFunc(v.faults, func(f conf.Fault) bool { lengths, checked := v.outputs[f.Key]; return checked && !kept[lengths] })
			}
		}
		r.Faults = append(r.Faults, v.faults...)
		chosen = append(chosen, v)
	}
	if len(chosen) == 0 {
		chosen = variants[:1]
	}
	c := chosen[0].config
	if len(axes) > 0 {
		first := *c
		c = &first
		c.variants, c.axesWritten = chosen, axesWritten(root)
	}
	c.include, c.exclude = include, exclude
	c.stopWhen = r.stopWhen(root, axes, chosen)
	c.SetSeed(c.Seed) // drawn once
	if len(r.Faults) == 0 {
		r.checkPlan(c, root)
	}
	return c
}

// variants reads the config with each combination of values, the last axis'
// fastest.
func (r *reader) variants(root *conf.Value, axes []axis) []variant {
	n := 1
	for _, a := range axes {
		if n *= a.size(); n > maxVariants {
			r.Faults = append(r.Faults, a.keys[0].at.Fault(a.keys[0].path, "", fmt.Sprintf("the values that vary make more than %d combinations; shorten a list, or zip them", maxVariants)))
			n, axes = 1, nil
			break
		}
	}
	variants := make([]variant, 0, n)
	faults := 0
	for at := range n {
		v := r.readVariant(root, axes, at, n)
		variants = append(variants, v)
		if faults += len(v.faults); faults > maxFaults {
			break
		}
	}
	return variants
}

// readVariant reads combination at of n.
func (of *reader) readVariant(root *conf.Value, axes []axis, at, n int) variant {
	v := variant{more: map[string]string{}, values: map[string]any{}}
	r := newReader(nil, nil, of.lookup)
	r.presets = of.presets
	vars := map[string]string{}
	var server *conf.Value
	nthServer := 0
	several := false // servers
	for _, a := range axes {
		n /= a.size()
		i := at / n
		at %= n
		v.part += a.values[i].part
		maps.Copy(v.more, a.values[i].more)
		maps.Copy(v.values, a.values[i].plain)
		for _, k := range a.keys {
			r.severalDatasets = r.severalDatasets || k.path == "dataset" && a.size() > 1
			if strings.HasPrefix(k.path, "dataset.") {
				root = withDatasetKeys(root, k.at)
			}
			if k.free {
				vars[k.path] = k.values[i].Text
				continue
			}
			if k.path == "servers" {
				server, nthServer = k.values[i], i
				several = a.size() > 1
				continue
			}
			changed, blocked := root.With(strings.Split(k.path, "."), k.values[i], k.at)
			if blocked != "" {
				r.Faults = append(r.Faults, k.at.Fault(k.path, "", blocked+" has no keys within it; vary it whole"))
				continue
			}
			root = changed
		}
	}
	if server != nil {
		root = r.onServer(root, server, func(name string) (string, bool) {
			for key, x := range v.values {
				if text, ok := x.(string); ok && lastPart(key) == name {
					return text, true
				}
			}
			if text, ok := vars[name]; ok {
				return text, true
			}
			return r.lookup(name)
		})
	}
	v.config = r.config(root)
	if server != nil {
		r.ofServer(nthServer, server)
	}
	v.config.vars = vars
	if several {
		v.part = v.config.Server.part() + v.part
	}
	if v.config.ownLengths() { // the name has the dataset's type already
		v.part = strings.TrimSuffix(strings.Replace(v.part+"_", "_ds"+v.config.Dataset.Type+"_", "_", 1), "_")
	}
	v.faults, v.outputs = r.Faults, r.outputs
	return v
}

// withDatasetKeys is the root with its dataset's type as a key, so that others can
// stand beside it.
func withDatasetKeys(root *conf.Value, at conf.Position) *conf.Value {
	kind, written := root.Get("dataset")
	switch {
	case !written:
		kind = &conf.Value{At: at, Tag: "!!str", Text: dataset.TypeRandom, Written: dataset.TypeRandom, Size: 1}
	case kind.Kind != conf.KindScalar:
		return root
	}
	root, _ = root.With([]string{"dataset"}, &conf.Value{At: kind.At, Kind: conf.KindMapping, Entries: []conf.Entry{{Key: "type", At: kind.At, Value: kind}}}, kind.At)
	return root
}

// kept are the lengths of the variant's cases that the conditions leave. known is false
// where there are no conditions, or they cannot be told.
func (v variant) kept(include, exclude []Condition) (lengths map[IOLen]bool, known bool) {
	if len(include)+len(exclude) == 0 || v.config.ownCount() > maxCases || v.config.ownCount() == 0 {
		return nil, false
	}
	c := *v.config
	c.variants = []variant{v}
	c.include, c.exclude = include, exclude
	cases, err := c.cases()
	lengths = map[IOLen]bool{}
	for i := range cases {
		lengths[IOLen{cases[i].Input, cases[i].Output}] = true
	}
	return lengths, err == nil
}

// checkPlan faults what only the whole plan shows: too many cases or none,
// conditions that cannot be told, names that are two cases'.
func (r *reader) checkPlan(c *Config, root *conf.Value) {
	fault := func(format string, args ...any) {
		r.Faults = append(r.Faults, root.At.Fault("", "", fmt.Sprintf(format, args...)))
	}
	if n := c.caseCount(); n > maxCases {
		fault("the config asks for %d cases, more than %d; shorten a list or repeats", n, maxCases)
		return
	}
	if c.variants == nil && len(c.include)+len(c.exclude) == 0 {
		return // names differ by their numbers
	}
	cases, err := c.cases()
	if f, isFault := err.(conf.Fault); isFault {
		r.Faults = append(r.Faults, f)
		return
	}
	if len(cases) == 0 {
		fault("include and exclude leave no case of %d; loosen one", c.caseCount())
	}
	seen := make(map[string]*Case, len(cases))
	for i := range cases {
		name := strings.ToLower(cases[i].Name) // some file systems make no difference
		if other := seen[name]; other != nil {
			fault("two cases would have the name %s: one with %v and one with %v; change one of the values", cases[i].Name, other.Axes.More, cases[i].Axes.More)
			return
		}
		seen[name] = &cases[i]
		if len(name) > maxName {
			fault("case %s: a name of %d bytes is too long for a file; vary fewer keys at once, or shorter values", cases[i].Name, len(name))
			return
		}
	}
}

// all is every variant; of a config without axes, itself.
func (c *Config) all() []variant {
	if c.variants == nil {
		return []variant{{config: c}}
	}
	return c.variants
}

// Variants are the configs that cases are run by: one for each combination of the
// axes' values; of a config without axes, itself.
func (c *Config) Variants() []*Config {
	variants := c.all()
	configs := make([]*Config, len(variants))
	for i, v := range variants {
		configs[i] = v.config
	}
	return configs
}

// AxisValues are, of each of the Variants, the values of the axes by their keys.
func (c *Config) AxisValues() map[*Config]map[string]any {
	values := map[*Config]map[string]any{}
	for _, v := range c.all() {
		values[v.config] = v.values
	}
	return values
}

// SetSeed makes the seed that of all cases.
func (c *Config) SetSeed(seed uint64) {
	c.Seed = seed
	for _, v := range c.variants {
		v.config.Seed = seed
	}
}
