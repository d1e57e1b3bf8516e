package sweep

import (
	"fmt"

	"llmsweep/sweep/plan"
	"llmsweep/sweep/redact"
)

// tellServers says what was learned of each server that was asked: what it is, which
// model it has, and by what its prompts are counted.
func (r *Runner) tellServers() {
	told := map[string]bool{}
	for i := range r.plan {
		c := r.plan[i].Config
		if c.Server.Launch != "" {
			continue
		}
		facts := r.facts[served{r.address(c), c.Model}]
		each, several := facts["each"].([]any)
		if !several {
			each = []any{facts}
		}
		for _, facts := range each {
			if text := r.serverText(c, facts.(map[string]any), several); !told[text] {
				told[text] = true
				r.Progress.Note(text)
			}
		}
	}
}

// serverText is a server in a line: "http://localhost:8010: version 0.11.0; model m, at
// most 32768 tokens; tokenizer m, 1 tokens around a prompt (special tokens)".
func (r *Runner) serverText(c *plan.Config, facts map[string]any, several bool) string {
	base := redact.URL(c.BaseURL)
	if several {
		base = fmt.Sprint(facts["base_url"])
	}
	is := "it does not tell its version"
	if v, ok := facts["version"].(string); ok {
		is = "version " + v
	}
	model := c.Model
	if m, ok := facts["model"].(map[string]any); ok {
		if root, ok := m["root"].(string); ok && root != "" && root != c.Model {
			model += " (" + root + ")"
		}
		if n, ok := m["max_model_len"].(float64); ok {
			model += fmt.Sprintf(", at most %.0f tokens", n)
		}
	}
	in := r.inputs.of(c)
	text := fmt.Sprintf("%s: %s; model %s; tokenizer %s", base, is, model, in.tokenizerID())
	if around, by := in.overhead(); by != "" {
		text += fmt.Sprintf(", %d tokens around a prompt (%s)", around, by)
	}
	return text
}
