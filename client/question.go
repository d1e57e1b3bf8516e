package client

import (
	"slices"

	"llmsweep/dataset"
)

// A question is one request as a shape's frame sees it.
type question struct {
	model    string
	r        dataset.Request
	exact    bool     // the answer is to have the length asked for
	optional []string // of the shape
	without  []string // of them, those left out
	sampling map[string]any
}

// sends reports whether an optional field goes out.
func (a *question) sends(field string) bool {
	return slices.Contains(a.optional, field) && !slices.Contains(a.without, field)
}

// insists reports whether a field that fixes the length goes out.
func (a *question) insists(field string) bool { return a.exact && a.sends(field) }

// least is the value of a field for the fewest tokens; 0 = it is left out.
func (a *question) least(field string) int {
	if a.insists(field) {
		return a.r.MaxTokens
	}
	return 0
}

// parameters is the object with sampling parameters: our own fields, where they
// are set, and those of the config and the request over them; null removes one.
func (a *question) parameters(own map[string]any) map[string]any {
	all := map[string]any{}
	for k, v := range own {
		if v != 0 && v != false {
			all[k] = v
		}
	}
	for k, v := range a.sampling {
		if all[k] = v; v == nil {
			delete(all, k)
		}
	}
	return all
}
