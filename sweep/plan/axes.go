package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"llmsweep/sweep/conf"
	"llmsweep/sweep/redact"
	"llmsweep/sweep/wording"
)

// An axis varies keys of the config over a plan, beside the lists that the config
// has anyway: one key, or those of a zip group together.
type axis struct {
	keys   []axisKey // each with as many values
	values []axisValue
}

// An axisValue is what one value of an axis makes of the cases that have it.
type axisValue struct {
	part  string            // of their names
	more  map[string]string // of their coordinates: by key, as text
	plain map[string]any    // the same for conditions: by key, as it is
}

// An axisKey is a key of the config, and the values that it takes one after the
// other.
type axisKey struct {
	path   string        // sampling.temperature
	at     conf.Position // of the key, where it is varied
	values []*conf.Value
	free   bool     // a variable of servers and commands, no key of the config
	labels []string // of the values, for file names; distinct where the values are
}

// runKeys are the first parts of keys that say how a run goes, not what its cases
// are.
var runKeys = []string{"results_dir", "history", "records", "resume_within", "servers", "repeats", "search", "refine", "seed", "order", "slo", "gate", "matrix", "zip", "include", "exclude",
	"cooldown", "reset", "before_sweep", "before_case", "after_case", "after_sweep", "hook_timeout", "stop_when", "budget", "http"}

// axes reads what varies: servers first, with the variables that they are started
// by, so that each is started once; then zip groups, whose values change most rarely, then
// the matrix, and lists of datasets and of sampling.
func (r *reader) axes(root *conf.Value) []axis {
	axes := append(r.zip(root), r.matrix(root)...)
	slices.SortStableFunc(axes, func(a, b axis) int { return cmp.Compare(b.variables(), a.variables()) }) // those of servers vary rarely
	axes = append(r.servers(root), axes...)
	for _, name := range []string{"dataset", "sampling"} {
		if v, ok := root.Get(name); ok && v.Kind == conf.KindList && len(v.Items) > 0 {
			axes = append(axes, axis{keys: []axisKey{r.axisKey(name, v.At, v)}})
		}
	}
	r.checkAxes(axes)
	r.checkOverrides(axes)
	for i := range axes {
		axes[i].describe()
	}
	return axes
}

// matrix reads any key's list of values.
func (r *reader) matrix(root *conf.Value) (axes []axis) {
	v, ok := root.Get("matrix")
	if !ok {
		return nil
	}
	if v.Kind != conf.KindMapping {
		r.Complain("matrix", v, "a mapping of keys to lists of values, as in {sampling.temperature: [0, 0.7]}")
		return nil
	}
	for _, e := range v.Entries {
		if k, ok := r.varied("matrix", e); ok {
			axes = append(axes, axis{keys: []axisKey{k}})
		}
	}
	return axes
}

// zip reads groups of keys whose values change together.
func (r *reader) zip(root *conf.Value) (axes []axis) {
	const want = "a list of mappings of keys to lists of values, as in [{model: [a, b], tokenizer: [ta, tb]}]"
	v, ok := root.Get("zip")
	if !ok {
		return nil
	}
	if v.Kind != conf.KindList {
		r.Complain("zip", v, want)
		return nil
	}
	for i, group := range v.Items {
		key := fmt.Sprintf("zip[%d]", i)
		if group.Kind != conf.KindMapping || len(group.Entries) == 0 {
			r.Complain(key, group, "a mapping of keys to lists of values, as in {model: [a, b], tokenizer: [ta, tb]}")
			continue
		}
		if a, ok := r.zipGroup(key, group); ok {
			axes = append(axes, a)
		}
	}
	return axes
}

func (r *reader) zipGroup(key string, group *conf.Value) (a axis, ok bool) {
	ok = true
	for _, e := range group.Entries {
		k, read := r.varied(key, e)
		switch {
		case !read:
			ok = false
		case len(a.keys) > 0 && len(k.values) != len(a.keys[0].values):
			ok = false
			r.Faults = append(r.Faults, e.Value.At.Fault(conf.Join(key, e.Key), wording.Plural(len(k.values), "value"),
				fmt.Sprintf("%d, as %s has", len(a.keys[0].values), a.keys[0].path)))
		default:
			a.keys = append(a.keys, k)
		}
	}
	return a, ok
}

// varied reads one key of matrix or zip.
func (r *reader) varied(within string, e conf.Entry) (k axisKey, ok bool) {
	key := conf.Join(within, e.Key)
	path := strings.Split(e.Key, ".")
	switch {
	case slices.Contains(path, ""):
		r.Faults = append(r.Faults, e.At.Fault(key, "", "not a key of the config; write it with its path, as in sampling.temperature"))
	case slices.Contains(runKeys, path[0]):
		r.Faults = append(r.Faults, e.At.Fault(key, "", "belongs to the whole run and cannot vary within it; set it once, outside of "+strings.TrimRight(within, "[]0123456789")))
	case e.Value.Kind == conf.KindMapping:
		r.Complain(key, e.Value, "a list of values; a key within another is written with its path, as in sampling.temperature: [0, 0.7]")
	case e.Value.Kind != conf.KindList || len(e.Value.Items) == 0:
		r.Complain(key, e.Value, "a list of values, at least one")
	default:
		return r.axisKey(e.Key, e.At, e.Value), true
	}
	return k, false
}

func (r *reader) axisKey(path string, at conf.Position, list *conf.Value) axisKey {
	k := axisKey{path: path, at: at, values: slices.Clone(list.Items), free: r.isVariable(path)}
	if path == "input_output" || path == "concurrency_prompts" { // lists themselves: a value is one pair
		for i, v := range k.values {
			if isFlat(v) {
				k.values[i] = &conf.Value{At: v.At, Kind: conf.KindList, Items: []*conf.Value{v}, Size: v.Size + 1}
			}
		}
	}
	k.labels = k.label()
	return k
}

// checkAxes faults a key that is varied twice, or within another, and values
// that stand there twice.
func (r *reader) checkAxes(axes []axis) {
	var before []axisKey
	for _, a := range axes {
		for _, k := range a.keys {
			i := slices.IndexFunc(before, func(b axisKey) bool {
				return strings.HasPrefix(k.path+".", b.path+".") || strings.HasPrefix(b.path+".", k.path+".")
			})
			if i >= 0 {
				r.Faults = append(r.Faults, k.at.Fault(k.path, "", "varies twice, by "+before[i].path+before[i].at.AlreadyThere()+"; keep one"))
			}
			before = append(before, k)
		}
		seen := map[string]conf.Position{}
		for i := range a.size() {
			text := a.text(i)
			if at, twice := seen[text]; twice {
				r.Complain(a.keys[0].path, a.keys[0].values[i], "each value once"+at.AlreadyThere()+"; to measure it again, use repeats")
				continue
			}
			seen[text] = a.keys[0].values[i].At
		}
	}
}

// isVariable reports whether a varied key is none of the config, but named by a
// server or a command.
func (r *reader) isVariable(path string) bool {
	known := slices.ContainsFunc(configFields(&Config{}), func(f conf.Field) bool { return f.Name == path })
	return !known && conf.IsVariable(path) && namesVariable(r.root, path)
}

// variables is how many of the axis' keys are variables alone.
func (a *axis) variables() (n int) {
	for _, k := range a.keys {
		if k.free {
			n++
		}
	}
	return n
}

// size is how many values the axis has.
func (a *axis) size() int { return len(a.keys[0].values) }

// text is the axis' value i, for comparison.
func (a *axis) text(i int) string {
	text := ""
	for _, k := range a.keys {
		text += k.text(i) + ";"
	}
	return text
}

// text is the key's value i, for comparison.
func (k *axisKey) text(i int) string { return fmt.Sprintf("%#v", plainValue(k.values[i])) }

// describe sets the axis' values.
func (a *axis) describe() {
	needed := a.tellingKeys()
	for i := range a.size() {
		v := axisValue{plain: map[string]any{}, more: a.more(i)}
		if a.size() > 1 {
			v.part = a.part(i, needed)
		}
		for _, k := range a.keys {
			v.plain[k.path] = plainValue(k.values[i])
		}
		a.values = append(a.values, v)
	}
}

// plainValue is a value as JSON has it; ±Inf stays.
func plainValue(v *conf.Value) any { return (&conf.Reader{}).Free("", v, false) }

// axesWritten is what varies as files may keep it, by its top key: variables as
// they stand in the config, no secrets.
func axesWritten(root *conf.Value) map[string]any {
	m := map[string]any{}
	for _, name := range []string{"matrix", "zip", "dataset", "sampling", "servers"} {
		v, ok := root.Get(name)
		if !ok || v.Kind == conf.KindList && len(v.Items) == 0 || v.Kind == conf.KindMapping && (name != "matrix" || len(v.Entries) == 0) || v.Kind == conf.KindScalar {
			continue
		}
		m[name] = maskVaried((&conf.Reader{}).Free(name, v, true))
	}
	return m
}

// maskVaried masks secrets; the name of a varied key is the last part of its path.
func maskVaried(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = maskVaried(v[i])
		}
	case map[string]any:
		for key := range maps.Keys(v) {
			if text, ok := v[key].(string); ok && (key == "launch" || key == "stop") {
				v[key] = redact.Command(text)
				continue
			}
			v[key] = redact.Free(lastPart(key), v[key])
		}
	}
	return v
}

func lastPart(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
