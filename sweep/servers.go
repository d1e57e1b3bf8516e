package sweep

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"llmsweep/runlog"
)

// A ServerEntry is the entry of `servers` that a config's cases are on; without a
// Name, the config has none. What an entry says of model, base_url and the like
// is the config's own.
type ServerEntry struct {
	Name string

	// As written: their variables are the case's.
	Launch, Stop string // commands for sh -c; without Launch the server is there already
	Ready        string // a page of the server, or a URL, that answers once it is ready; "" = /v1/models, else /health
	Env          map[string]string

	StopWait time.Duration // 0 = launchStopWait
	GPUs     string        // for the reader of the figures; a number is how many
	Cost     runlog.Cost   // in place of the config's; zero = the config's
}

// entryOverrides are the keys of an entry that stand in place of the config's own.
var entryOverrides = []string{"model", "base_url", "tokenizer", "backend", "api_key_env", "reset", "ready_timeout", "tls", "protocol", "lora", "model_check"}

// servers reads the entries as an axis: each is a value.
func (r *configReader) servers(root *value) []axis {
	v, ok := root.get("servers")
	if !ok {
		return nil
	}
	if v.kind == kindList && len(v.items) == 0 {
		return nil
	}
	if v.kind != kindList {
		r.complain("servers", v, "a list of servers, as in [{name: a, base_url: http://localhost:8010}]")
		return nil
	}
	names := map[string]position{}
	for i, entry := range v.items {
		key := fmt.Sprintf("servers[%d]", i)
		name, named := entry.get("name")
		switch {
		case entry.kind != kindMapping:
			r.complain(key, entry, "a mapping, as in {name: a, base_url: http://localhost:8010}")
			return nil
		case !named:
			r.faults = append(r.faults, entry.at.fault(key+".name", "", "missing, want what the server is called in file names and tables"))
		default:
			if at, twice := names[strings.ToLower(name.text)]; twice {
				r.complain(key+".name", name, "each name once"+at.alreadyThere())
			}
			names[strings.ToLower(name.text)] = name.at
		}
	}
	return []axis{{keys: []axisKey{{path: "servers", at: v.at, values: v.items, labels: make([]string, len(v.items))}}}}
}

// checkOverrides faults a key that servers set and that varies beside them.
func (r *configReader) checkOverrides(axes []axis) {
	for _, a := range axes {
		for _, k := range a.keys {
			if !slices.Contains(entryOverrides, k.path) {
				continue
			}
			for _, entry := range axes[0].keys[0].values { // servers, where there are any
				if v, ok := entry.get(k.path); ok && axes[0].keys[0].path == "servers" {
					r.faults = append(r.faults, k.at.fault(k.path, "", "varies twice, by servers"+v.at.alreadyThere()+"; keep one"))
					break
				}
			}
		}
	}
}

// onServer is the root as it is for one entry of servers.
func (r *configReader) onServer(root, entry *value, lookup func(string) (string, bool)) *value {
	put := func(v *value, path ...string) {
		if v, ok := r.expandText("servers."+path[len(path)-1], v, lookup); ok {
			root, _ = root.with(path, v, v.at)
		}
	}
	for _, key := range entryOverrides {
		if v, ok := entry.get(key); ok && expandedLater(key) {
			root, _ = root.with([]string{key}, v, v.at)
		} else if ok {
			put(v, key)
		}
	}
	if labels, ok := entry.get("labels"); ok {
		for _, e := range labels.entries {
			put(e.value, "labels", e.key)
		}
	}
	root, _ = root.with([]string{"servers"}, entry, entry.at)
	if v, ok := entry.get("name"); ok {
		put(v, "servers", "name")
	}
	return root
}

// expandText is a text with its variables expanded, or a list or a mapping with
// those of its texts.
func (r *configReader) expandText(key string, v *value, lookup func(string) (string, bool)) (*value, bool) {
	ok := true
	within := func(v *value) *value {
		expanded, sound := r.expandText(key, v, lookup)
		ok = ok && sound
		return expanded
	}
	changed := *v
	switch v.kind {
	case kindList:
		changed.items = slices.Clone(v.items)
		for i, item := range v.items {
			changed.items[i] = within(item)
		}
		return &changed, ok
	case kindMapping:
		changed.entries = slices.Clone(v.entries)
		for i, e := range v.entries {
			changed.entries[i].value = within(e.value)
		}
		return &changed, ok
	}
	if v.kind != kindScalar || !strings.Contains(v.text, "${") {
		return v, true
	}
	text, err := expand(v.text, lookup)
	if err != nil {
		r.faults = append(r.faults, v.at.fault(key, "", err.Error()))
		return nil, false
	}
	changed.text = text
	return &changed, true
}

// readServer reads one entry; the list of them is read as an axis.
func readServer(c *Config) func(*configReader, string, *value) {
	return func(r *configReader, key string, v *value) {
		if v.kind != kindMapping {
			return
		}
		s := &c.Server
		anything := func(string) (string, bool) { return "", true }
		fields := []configField{
			{"name", readText(&s.Name, notEmpty, "what the server is called in file names and tables")},
			{"launch", readCommand(&s.Launch)},
			{"stop", readCommand(&s.Stop)},
			{"ready", readText(&s.Ready, anything, "a path of the server, or a URL")},
			{"env", readLabels(&s.Env)},
			{"stop_wait", readDuration(&s.StopWait)},
			{"gpus", func(r *configReader, key string, v *value) {
				if s.GPUs = v.text; v.kind != kindScalar {
					r.complain(key, v, "how many GPUs, or which")
				}
			}},
			{"cost", readCost(&s.Cost)},
			{"labels", readBefore},
		}
		for _, name := range entryOverrides {
			fields = append(fields, configField{name, readBefore})
		}
		r.mapping(v, key, fields)
	}
}

// checkServer faults what an entry and the rest of the config say together.
func (r *configReader) checkServer(c *Config, root *value) {
	v, _ := root.get("base_url")
	_, sim := c.preset()
	switch {
	case c.Server.Launch == "":
	case sim:
		r.complain("base_url", v, "http://host:port, where the server that is launched listens; a simulator of the sweep's own needs no launch")
	case c.severalServers() || strings.HasPrefix(c.BaseURL, "unix:"):
		r.complain("base_url", v, "http://host:port, where the one server that is launched listens")
	}
}

// expansions are the texts of the case's server with their variables expanded.
func (c *Config) expandServer(pc *PlannedCase, lookup func(string) (string, bool)) (e ServerEntry, err error) {
	e = c.Server
	e.Env = maps.Clone(c.Server.Env)
	texts := map[string]*string{"launch": &e.Launch, "stop": &e.Stop, "ready": &e.Ready, "gpus": &e.GPUs}
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		if *texts[key], err = expand(*texts[key], lookup); err != nil {
			return e, fmt.Errorf("server %s: %s: %w", e.Name, key, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Env)) {
		if e.Env[name], err = expand(e.Env[name], lookup); err != nil {
			return e, fmt.Errorf("server %s: env.%s: %w", e.Name, name, err)
		}
	}
	return e, nil
}

var variableUse = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)`)

// namesVariable reports whether the servers or a command name a variable: then a
// matrix may give it values though it is no key of the config.
func namesVariable(root *value, name string) bool {
	for _, key := range append([]string{"servers"}, commandKeys...) {
		if v, ok := root.get(key); ok && v.uses(name) {
			return true
		}
	}
	return false
}

func (v *value) uses(name string) bool {
	switch v.kind {
	case kindList:
		return slices.ContainsFunc(v.items, func(item *value) bool { return item.uses(name) })
	case kindMapping:
		return slices.ContainsFunc(v.entries, func(e entry) bool { return e.value.uses(name) })
	}
	return slices.ContainsFunc(variableUse.FindAllStringSubmatch(v.written, -1), func(m []string) bool { return m[1] == name })
}

// part is what the server adds to a case's name where there are several.
func (e *ServerEntry) part() string {
	return "_srv" + strings.Trim(notInLabels.ReplaceAllString(e.Name, "-"), "-")
}

// hashed is the server as a case's hash has it: how it is started, with the values
// of axes; what the environment holds is not looked at. nil = it is not launched.
func (e *ServerEntry) hashed(pc *PlannedCase) map[string]any {
	if e.Launch == "" {
		return nil
	}
	asWritten := func(name string) (string, bool) {
		if text, ok := pc.variable(name); ok {
			return text, true
		}
		return "${" + name + "}", true
	}
	launch, err := expand(e.Launch, asWritten)
	if err != nil { // told when the config was read
		launch = e.Launch
	}
	env := map[string]string{}
	for name, text := range e.Env {
		if env[name], err = expand(text, asWritten); err != nil {
			env[name] = text
		}
	}
	return map[string]any{"name": e.Name, "launch": launch, "env": env}
}

// port is where base_url listens, as text.
func (c *Config) port() (string, bool) {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Port() == "" {
		return "", false
	}
	return u.Port(), true
}
