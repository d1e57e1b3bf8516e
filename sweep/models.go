package sweep

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"llmsweep/sweep/conf"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/redact"
)

// maxListed is how many of a server's models an error names.
const maxListed = 8

// checkModels says that the server does not list a model that the config's requests
// are for; nil = it lists them all, or tells nothing.
func checkModels(ctx context.Context, c *plan.Config, server pageReader) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	served, err := server.client.Models(ctx)
	if err != nil || len(served.IDs) == 0 || served.AnyName {
		return nil
	}
	for _, name := range append([]string{c.Model}, slices.Sorted(maps.Keys(c.LoRA))...) {
		// Ollama lists a model with its tag, and takes it without one for the latest.
		if !slices.Contains(served.IDs, name) && !slices.Contains(served.IDs, name+":latest") {
			return fmt.Errorf("model: %s is not served at %s, which lists %s%s; a server that answers to other names too wants model_check: false",
				name, redact.URL(server.base), listed(served.IDs), didYouMean(name, served.IDs))
		}
	}
	return nil
}

// listed are the first of some names, and how many more there are.
func listed(names []string) string {
	if len(names) <= maxListed {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:maxListed], ", "), len(names)-maxListed)
}

// didYouMean is a question after the name nearest to what was written, where one is
// near, or is the same but for what stands before its last /.
func didYouMean(written string, names []string) string {
	last := func(s string) string { return strings.ToLower(s[strings.LastIndexByte(s, '/')+1:]) }
	for _, name := range names {
		if last(written) == last(name) {
			return "; did you mean " + name + "?"
		}
	}
	return conf.DidYouMean(written, names)
}
