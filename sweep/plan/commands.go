package plan

import (
	"slices"
	"strings"

	"llmsweep/sweep/conf"
)

// commandKeys are the keys whose variables are a case's, too: they are expanded
// when the command runs.
var commandKeys = []string{"reset", "before_sweep", "before_case", "after_case", "after_sweep"}

// expandedLater reports whether the value of a key keeps its ${NAME} as written.
// What is within servers may name axes.
func expandedLater(key string) bool {
	return slices.Contains(commandKeys, key) || key == "servers" || strings.HasPrefix(key, "servers[")
}

// readCommand reads a command, or a page's path; "" = none.
func readCommand(dst *string) conf.Read {
	return conf.ReadText(dst, func(string) (string, bool) { return "", true }, "a command for sh -c")
}

// checkCommands faults a command that names an unknown variable, as a first case
// would find it.
func (r *reader) checkCommands(c *Config, root *conf.Value) {
	r.checkLaunches(c, root)
	texts := []string{c.Reset, c.BeforeSweep, c.BeforeCase, c.AfterCase, c.AfterSweep}
	if !slices.ContainsFunc(texts, func(s string) bool { return s != "" }) {
		return
	}
	first := c.Cases()[0]
	for i, key := range commandKeys {
		lookup := c.CaseVariables(&first)
		if key == "before_sweep" || key == "after_sweep" {
			lookup = c.Variables
		}
		v, there := root.Get(key)
		if _, err := conf.Expand(texts[i], lookup); err != nil && there {
			r.Faults = append(r.Faults, v.At.Fault(key, "", err.Error()))
		}
	}
}

// checkLaunches faults an entry of servers that names an unknown variable.
func (r *reader) checkLaunches(c *Config, root *conf.Value) {
	v, ok := root.Get("servers")
	if !ok {
		return
	}
	seen := map[string]bool{}
	for _, pc := range c.Cases() {
		if seen[pc.Config.Server.Name] {
			continue
		}
		seen[pc.Config.Server.Name] = true
		if _, err := pc.Config.ExpandServer(&pc, pc.Config.CaseVariables(&pc)); err != nil {
			r.Faults = append(r.Faults, v.At.Fault("servers", "", err.Error()))
		}
	}
}
