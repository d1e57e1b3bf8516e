package plan

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"llmsweep/runlog"
	"llmsweep/sweep/conf"
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
func (r *reader) servers(root *conf.Value) []axis {
	v, ok := root.Get("servers")
	if !ok {
		return nil
	}
	if v.Kind == conf.KindList && len(v.Items) == 0 {
		return nil
	}
	if v.Kind != conf.KindList {
		r.Complain("servers", v, "a list of servers, as in [{name: a, base_url: http://localhost:8010}]")
		return nil
	}
	names := map[string]conf.Position{}
	for i, entry := range v.Items {
		key := fmt.Sprintf("servers[%d]", i)
		name, named := entry.Get("name")
		switch {
		case entry.Kind != conf.KindMapping:
			r.Complain(key, entry, "a mapping, as in {name: a, base_url: http://localhost:8010}")
			return nil
		case !named:
			r.Faults = append(r.Faults, entry.At.Fault(key+".name", "", "missing, want what the server is called in file names and tables"))
		default:
			if at, twice := names[strings.ToLower(name.Text)]; twice {
				r.Complain(key+".name", name, "each name once"+at.AlreadyThere())
			}
			names[strings.ToLower(name.Text)] = name.At
		}
	}
	return []axis{{keys: []axisKey{{path: "servers", at: v.At, values: v.Items, labels: make([]string, len(v.Items))}}}}
}

// checkOverrides faults a key that servers set and that varies beside them.
func (r *reader) checkOverrides(axes []axis) {
	for _, a := range axes {
		for _, k := range a.keys {
			if !slices.Contains(entryOverrides, k.path) {
				continue
			}
			for _, entry := range axes[0].keys[0].values { // servers, where there are any
				if v, ok := entry.Get(k.path); ok && axes[0].keys[0].path == "servers" {
					r.Faults = append(r.Faults, k.at.Fault(k.path, "", "varies twice, by servers"+v.At.AlreadyThere()+"; keep one"))
					break
				}
			}
		}
	}
}

// onServer is the root as it is for one entry of servers.
func (r *reader) onServer(root, entry *conf.Value, lookup func(string) (string, bool)) *conf.Value {
	put := func(v *conf.Value, path ...string) {
		if v, ok := r.expandText("servers."+path[len(path)-1], v, lookup); ok {
			root, _ = root.With(path, v, v.At)
		}
	}
	for _, key := range entryOverrides {
		if v, ok := entry.Get(key); ok && expandedLater(key) {
			root, _ = root.With([]string{key}, v, v.At)
		} else if ok {
			put(v, key)
		}
	}
	if labels, ok := entry.Get("labels"); ok {
		for _, e := range labels.Entries {
			put(e.Value, "labels", e.Key)
		}
	}
	root, _ = root.With([]string{"servers"}, entry, entry.At)
	if v, ok := entry.Get("name"); ok {
		put(v, "servers", "name")
	}
	return root
}

// ofServer gives the faults of what an entry of servers says, or lacks, its place
// in the list.
func (r *reader) ofServer(nth int, entry *conf.Value) {
	place := fmt.Sprintf("servers[%d]", nth)
	for i, f := range r.Faults {
		key, rest, _ := strings.Cut(f.Key, ".")
		own, _, _ := strings.Cut(key, "[")
		_, says := entry.Get(own)
		switch {
		case key == "servers":
			r.Faults[i].Key = conf.Join(place, rest)
		case says && slices.Contains(entryOverrides, own):
			r.Faults[i].Key = conf.Join(place, f.Key)
		case f.Key == "base_url" && f.Value == "": // neither here nor for all
			r.Faults[i] = entry.At.Fault(conf.Join(place, f.Key), "", f.Want)
		}
	}
}

// expandText is a text with its variables expanded, or a list or a mapping with
// those of its texts.
func (r *reader) expandText(key string, v *conf.Value, lookup func(string) (string, bool)) (*conf.Value, bool) {
	ok := true
	within := func(v *conf.Value) *conf.Value {
		expanded, sound := r.expandText(key, v, lookup)
		ok = ok && sound
		return expanded
	}
	changed := *v
	switch v.Kind {
	case conf.KindList:
		changed.Items = slices.Clone(v.Items)
		for i, item := range v.Items {
			changed.Items[i] = within(item)
		}
		return &changed, ok
	case conf.KindMapping:
		changed.Entries = slices.Clone(v.Entries)
		for i, e := range v.Entries {
			changed.Entries[i].Value = within(e.Value)
		}
		return &changed, ok
	}
	if v.Kind != conf.KindScalar || !strings.Contains(v.Text, "${") {
		return v, true
	}
	text, err := conf.Expand(v.Text, lookup)
	if err != nil {
		r.Faults = append(r.Faults, v.At.Fault(key, "", err.Error()))
		return nil, false
	}
	changed.Text = text
	return &changed, true
}

// readServer reads one entry; the list of them is read as an axis.
func readServer(c *Config) conf.Read {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindMapping {
			return
		}
		s := &c.Server
		anything := func(string) (string, bool) { return "", true }
		fields := []conf.Field{
			conf.Key("name", conf.ReadText(&s.Name, notEmpty, "what the server is called in file names and tables")),
			conf.Key("launch", readCommand(&s.Launch)),
			conf.Key("stop", readCommand(&s.Stop)),
			conf.Key("ready", conf.ReadText(&s.Ready, anything, "a path of the server, or a URL")),
			conf.Key("env", readLabels(&s.Env)),
			conf.Key("stop_wait", conf.ReadDuration(&s.StopWait)),
			conf.Key("gpus", func(r *conf.Reader, key string, v *conf.Value) {
				if s.GPUs = v.Text; v.Kind != conf.KindScalar {
					r.Complain(key, v, "how many GPUs, or which")
				}
			}),
			conf.Key("cost", readCost(&s.Cost)),
			conf.Key("labels", readBefore),
		}
		for _, name := range entryOverrides {
			fields = append(fields, conf.Key(name, readBefore))
		}
		r.Mapping(v, key, fields)
	}
}

// checkServer faults what an entry and the rest of the config say together.
func (r *reader) checkServer(c *Config, root *conf.Value) {
	v, _ := root.Get("base_url")
	_, sim := c.Preset()
	switch {
	case c.Server.Launch == "":
	case sim:
		r.Complain("base_url", v, "http://host:port, where the server that is launched listens; a simulator of the sweep's own needs no launch")
	case c.SeveralServers() || strings.HasPrefix(c.BaseURL, "unix:"):
		r.Complain("base_url", v, "http://host:port, where the one server that is launched listens")
	}
}

// ExpandServer is the case's server with the variables of its texts expanded.
func (c *Config) ExpandServer(pc *Case, lookup func(string) (string, bool)) (e ServerEntry, err error) {
	e = c.Server
	e.Env = maps.Clone(c.Server.Env)
	texts := map[string]*string{"launch": &e.Launch, "stop": &e.Stop, "ready": &e.Ready, "gpus": &e.GPUs}
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		if *texts[key], err = conf.Expand(*texts[key], lookup); err != nil {
			return e, fmt.Errorf("server %s: %s: %w", e.Name, key, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e.Env)) {
		if e.Env[name], err = conf.Expand(e.Env[name], lookup); err != nil {
			return e, fmt.Errorf("server %s: env.%s: %w", e.Name, name, err)
		}
	}
	return e, nil
}

// namesVariable reports whether the servers or a command name a variable: then a
// matrix may give it values though it is no key of the config.
func namesVariable(root *conf.Value, name string) bool {
	for _, key := range append([]string{"servers"}, commandKeys...) {
		if v, ok := root.Get(key); ok && conf.Uses(v, name) {
			return true
		}
	}
	return false
}

// part is what the server adds to a case's name where there are several.
func (e *ServerEntry) part() string {
	return "_srv" + strings.Trim(notInLabels.ReplaceAllString(e.Name, "-"), "-")
}

// hashed is the server as a case's hash has it: how it is started, with the values
// of axes; what the environment holds is not looked at. nil = it is not launched.
func (e *ServerEntry) hashed(pc *Case) map[string]any {
	if e.Launch == "" {
		return nil
	}
	asWritten := func(name string) (string, bool) {
		if text, ok := pc.variable(name); ok {
			return text, true
		}
		return "${" + name + "}", true
	}
	launch, err := conf.Expand(e.Launch, asWritten)
	if err != nil { // told when the config was read
		launch = e.Launch
	}
	env := map[string]string{}
	for name, text := range e.Env {
		if env[name], err = conf.Expand(text, asWritten); err != nil {
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
