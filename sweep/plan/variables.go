package plan

import (
	"strconv"

	"llmsweep/sweep/wording"
)

// CaseVariables are what a command may name of a case: its axes, then what a
// config may name.
func (c *Config) CaseVariables(pc *Case) func(name string) (string, bool) {
	return func(name string) (string, bool) {
		if text, ok := pc.variable(name); ok {
			return text, true
		}
		return c.Variables(name)
	}
}

// variable is what a name stands for in the case: its axes, what a matrix varies,
// by the last part of the key, and what its config says of the server.
func (pc *Case) variable(name string) (string, bool) {
	a := &pc.Axes
	switch name {
	case "case":
		return pc.Name, true
	case "input_len":
		return strconv.Itoa(a.InputLen), true
	case "output_len":
		return strconv.Itoa(a.OutputLen), true
	case "max_concurrency":
		return strconv.Itoa(a.MaxConcurrency), true
	case "num_prompts":
		return strconv.Itoa(a.NumPrompts), true
	case "request_rate":
		return wording.Rate(float64(a.RequestRate)), true
	case "dataset":
		return a.Dataset, true
	case "server":
		return a.Server, true
	case "repeat":
		return strconv.Itoa(a.Repeat), true
	}
	if pc.Config != nil {
		switch name {
		case "model":
			return pc.Config.Model, true
		case "base_url":
			return pc.Config.BaseURL, true
		case "port":
			return pc.Config.port()
		}
		if text, ok := pc.Config.vars[name]; ok {
			return text, true
		}
	}
	for key, text := range a.More {
		if lastPart(key) == name {
			return text, true
		}
	}
	return "", false
}

// Variables are what a config's text may name; see Env.
func (c *Config) Variables(name string) (string, bool) {
	if c.lookup == nil {
		return "", false
	}
	return c.lookup(name)
}
