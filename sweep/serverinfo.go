package sweep

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"sync"

	"llmsweep/client"
	"llmsweep/sweep/host"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/redact"
	"llmsweep/telemetry"
)

// maxFact is the longest text of a server's that is kept, bytes: chat templates
// are longer.
const maxFact = 512

// questions are the pages on which servers tell what they are, in the order in
// which the later ones have the last word.
var questions = []struct {
	path string
	read func(answer map[string]any, model string) map[string]any
}{
	{"/version", func(a map[string]any, _ string) map[string]any { return map[string]any{"version": a["version"]} }}, // vLLM
	{"/v1/models", modelFacts},
	{"/server_info", argsFacts},     // SGLang
	{"/get_server_info", argsFacts}, // its earlier name
	{"/props", propsFacts},          // llama.cpp
}

// askFacts asks a server what it is: version, arguments, model, cache
// configuration, as far as it tells. All pages are asked at once, each is waited
// for no longer than 2 s, and what fails is left out. Secrets are masked.
func askFacts(ctx context.Context, pages pageReader, model string) map[string]any {
	told := make([]map[string]any, len(questions))
	var cache map[string]string
	var asked sync.WaitGroup
	for i, q := range questions {
		asked.Go(func() {
			var answer map[string]any
			if body, err := pages.do(ctx, http.MethodGet, q.path); err == nil && json.Unmarshal(body, &answer) == nil {
				told[i] = q.read(answer, model)
			}
		})
	}
	asked.Go(func() {
		if page, err := pages.metrics(ctx); err == nil {
			cache = page.Config
		}
	})
	asked.Wait()
	facts := map[string]any{}
	for _, t := range told {
		maps.Copy(facts, t)
	}
	if len(cache) > 0 {
		facts["cache_config"] = cache
	}
	return plainFacts("", facts, pages.client).(map[string]any)
}

// modelFacts are the entry of /v1/models for the model, or the only one's.
func modelFacts(answer map[string]any, model string) map[string]any {
	list, _ := answer["data"].([]any)
	for _, item := range list {
		entry, _ := item.(map[string]any)
		if entry == nil || entry["id"] != model && len(list) > 1 {
			continue
		}
		facts := scalars(entry)
		if meta, ok := entry["meta"].(map[string]any); ok { // llama.cpp
			maps.Copy(facts, scalars(meta))
		}
		delete(facts, "object")
		delete(facts, "created")
		return map[string]any{"model": facts}
	}
	return nil
}

func argsFacts(answer map[string]any, _ string) map[string]any {
	facts := map[string]any{"args": scalars(answer)}
	if v, ok := answer["version"].(string); ok {
		facts["version"] = v
	}
	return facts
}

func propsFacts(answer map[string]any, _ string) map[string]any {
	args := scalars(answer)
	if settings, ok := answer["default_generation_settings"].(map[string]any); ok {
		if n, ok := settings["n_ctx"]; ok {
			args["n_ctx"] = n
		}
	}
	facts := map[string]any{"args": args}
	if v, ok := answer["build_info"].(string); ok {
		facts["version"] = v
	}
	return facts
}

// scalars are the entries that are texts, numbers or flags.
func scalars(m map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range m {
		switch v := v.(type) {
		case bool, float64:
			out[name] = v
		case string:
			if len(v) <= maxFact {
				out[name] = v
			}
		}
	}
	return out
}

// plainFacts is v as a file may keep it: without nulls, without what this client
// keeps secret, and without what stands under a secret's name or looks like one.
func plainFacts(name string, v any, c *client.Client) any {
	switch v := v.(type) {
	case string:
		if v == "" {
			return nil
		}
		return c.Redact(redact.Command(redact.Text(name, v)))
	case map[string]string:
		m := map[string]any{}
		for k, text := range v {
			m[k] = text
		}
		return plainFacts(name, m, c)
	case map[string]any:
		m := map[string]any{}
		for k := range v {
			if fact := plainFacts(k, v[k], c); fact != nil {
				m[k] = fact
			}
		}
		if len(m) == 0 && name != "" {
			return nil
		}
		return m
	}
	return v
}

// entryFacts are what the case's entry of servers says of it, with the case's
// values and secrets masked: a launched server's arguments are in its command.
func (r *Runner) entryFacts(pc *plan.Case) map[string]any {
	facts := map[string]any{}
	put := func(name, text string) {
		if text != "" {
			facts[name] = text
		}
	}
	put("name", pc.Config.Server.Name)
	if e, err := pc.Config.ExpandServer(pc, pc.Config.CaseVariables(pc)); err == nil {
		put("gpus", e.GPUs)
	}
	if key, l, err := r.launchOf(pc); err == nil && key != "" {
		put("launch", l.Mask(l.Command))
	}
	return facts
}

// serverObject is the case JSON's server: its address, its entry, what it told of
// itself, what it counted during the case.
func (r *Runner) serverObject(pc *plan.Case, res *Result) map[string]any {
	c := pc.Config
	server := map[string]any{"base_url": plan.BaseURLValue(c.BaseURL)}
	if c.Protocol != client.HTTP1 {
		server["protocol"] = c.Protocol
	}
	maps.Copy(server, r.entryFacts(pc))
	maps.Copy(server, r.facts[served{res.base, c.Model}])
	if counted := res.counted.facts(c.SeveralServers()); counted != nil {
		server["server_counters"] = counted
	}
	return server
}

// A served is a model at a server's address. A simulator that is started anew has
// another address.
type served struct{ base, model string }

// learned reports whether the server at base told already what it is.
func (r *Runner) learned(base string, c *plan.Config) bool {
	_, ok := r.facts[served{base, c.Model}]
	return ok
}

// learn asks the server what it is, once; of several, each, which stand under each
// then, in the order of base_url.
func (r *Runner) learn(ctx context.Context, server *client.Client, base string, c *plan.Config) {
	if r.learned(base, c) {
		return
	}
	if r.facts == nil {
		r.facts = map[served]map[string]any{}
	}
	servers := pagesOfEach(server, base)
	if len(servers) == 1 {
		r.facts[served{base, c.Model}] = askFacts(ctx, servers[0], c.Model)
		return
	}
	var told []any
	for _, pages := range servers {
		facts := askFacts(ctx, pages, c.Model)
		facts["base_url"] = redact.URL(pages.base)
		told = append(told, facts)
	}
	r.facts[served{base, c.Model}] = map[string]any{"each": told}
}

// serverFacts is the manifest's server: what it told of itself; of several, each
// with its address and the model asked for, under servers.
func (r *Runner) serverFacts() map[string]any {
	var all []any
	asked := map[*plan.Config]bool{}
	seen := map[served]bool{}
	for i := range r.plan {
		c := r.plan[i].Config
		if asked[c] {
			continue
		}
		asked[c] = true
		base := r.address(c)
		facts := r.facts[served{base, c.Model}]
		if facts == nil || seen[served{base, c.Model}] {
			continue
		}
		seen[served{base, c.Model}] = true
		if len(r.facts) == 1 {
			return facts
		}
		one := map[string]any{"base_url": redact.URL(c.BaseURL), "model_asked": c.Model}
		maps.Copy(one, facts)
		all = append(all, one)
	}
	if len(all) == 0 {
		return nil
	}
	return map[string]any{"servers": all}
}

// environment is where the load comes from, and with what tool.
func (r *Runner) environment(ctx context.Context) map[string]any {
	env := host.Facts()
	env["tool"] = "llmsweep " + r.Version
	if gpus := telemetry.GPUs(ctx); len(gpus) > 0 {
		env["gpus"] = gpus
	}
	return env
}
