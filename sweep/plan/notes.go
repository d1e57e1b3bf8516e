package plan

import (
	"fmt"
	"slices"

	"llmsweep/sweep/wording"
)

// Notes are what is odd about a config, but not wrong.
func (c *Config) Notes() []string {
	var notes []string
	add := func(note string) {
		if !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	for _, v := range c.all() {
		for _, l := range v.config.ConcurrencyPrompts {
			if l.NumPrompts < l.MaxConcurrency {
				add(fmt.Sprintf("concurrency_prompts [%d, %d]: with %s no more than %d are ever in flight",
					l.MaxConcurrency, l.NumPrompts, wording.Plural(l.NumPrompts, "prompt"), l.NumPrompts))
			}
		}
		if v.config.Abort.OverSaturation && !v.config.open() {
			add("abort.over_saturation: without a request_rate, a ramp or a trace's times the load waits for the server, and is never too much")
		}
	}
	return notes
}
