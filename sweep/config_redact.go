package sweep

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"llmsweep/metrics"
	"llmsweep/sweep/wording"
)

// written holds parts of a config with their variables as they stand in the
// file.
type written struct {
	headers             map[string]string
	sampling, extraBody map[string]any
}

// Redacted is the resolved config as files may keep it: keys as in the YAML,
// spans as Go durations, an unbounded rate as "inf". Values that variables
// brought into headers, sampling and extra_body stay ${NAME}; what is written
// there, or among the labels, under a secret's name, or looks like a key, is
// "***". It is canonical: encoding/json orders the keys.
func (c *Config) Redacted() map[string]any {
	rates := make([]any, len(c.RequestRate))
	for i, r := range c.RequestRate {
		rates[i] = rateValue(r)
	}
	inputOutput := make([][2]int, len(c.InputOutput))
	for i, p := range c.InputOutput {
		inputOutput[i] = [2]int{p.Input, p.Output}
	}
	loads := make([][2]int, len(c.ConcurrencyPrompts))
	for i, p := range c.ConcurrencyPrompts {
		loads[i] = [2]int{p.MaxConcurrency, p.NumPrompts}
	}
	var warmup any = "auto"
	switch {
	case c.Warmup.For > 0:
		warmup = c.Warmup.For.String()
	case !c.Warmup.Auto:
		warmup = c.Warmup.Requests
	}
	m := map[string]any{
		"model": c.Model, "base_url": baseURLValue(c.BaseURL), "endpoint": c.Endpoint, "backend": c.Backend,
		"tokenizer": c.Tokenizer, "api_key_env": c.APIKeyEnv, "proxy": maskURL(c.Proxy),
		"headers": maskWords(orElse(c.written.headers, c.Headers)), "session_header": c.SessionHeader,
		"tls": tlsValue(c.TLS), "protocol": c.Protocol, "ready": maskURL(c.Ready), "model_check": c.ModelCheck, "lora": c.LoRA,

		"dataset":          datasetValue(&c.Dataset, &c.ScenarioSLO),
		"prompt_token_ids": c.PromptTokenIDs, "prompt_overhead": c.PromptOverhead, "prompt_buffer": c.PromptBuffer,
		"input_output": inputOutput, "concurrency_prompts": loads,
		"request_rate": rates, "ramp": c.Ramp.redacted(), "burstiness": rateValue(c.Burstiness), "repeats": c.Repeats, "order": c.Order,
		"search": c.Search.redacted(), "refine": c.Refine.redacted(),
		"duration": c.Duration.String(), "budget": c.Budget.String(), "cooldown": c.Cooldown.String(), "reset": maskCommand(c.Reset),
		"before_sweep": maskCommand(c.BeforeSweep), "before_case": maskCommand(c.BeforeCase),
		"after_case": maskCommand(c.AfterCase), "after_sweep": maskCommand(c.AfterSweep), "hook_timeout": c.HookTimeout.String(),
		"abort": map[string]any{"error_share": c.Abort.ErrorShare, "over_saturation": c.Abort.OverSaturation},

		"sampling":   maskFree("", orElse(c.written.sampling, c.Sampling)),
		"extra_body": maskFree("", orElse(c.written.extraBody, c.ExtraBody)),
		"ignore_eos": c.IgnoreEOS, "goodput": sloValue(c.Goodput), "percentiles": slices.Clone(c.Percentiles),
		"slo": orElse(c.SLO, map[string]float64{}), "cost": costValue(c.Cost),

		"seed": c.Seed, "warmup": warmup, "warmup_drain": c.WarmupDrain,
		"timeouts": map[string]any{
			"connect": c.Timeouts.Connect.String(), "first_token": c.Timeouts.FirstToken.String(),
			"idle": c.Timeouts.Idle.String(), "request": c.Timeouts.Request.String(), "case": c.CaseTimeout.String(),
		},
		"ready_timeout": c.ReadyTimeout.String(), "failures_allowed": c.FailuresAllowed, "gate": append([]string{}, c.Gate...),

		"results_dir": c.ResultsDir, "records": c.Records, "save_detailed": c.SaveDetailed,
		"history": map[string]any{"keep": c.History.Keep}, "resume_within": c.ResumeWithin.String(),
		"labels": maskWords(c.Labels),
	}
	maps.Copy(m, c.axesWritten)
	for name, list := range map[string][]condition{"include": c.include, "exclude": c.exclude} {
		if len(list) > 0 {
			m[name] = conditionTexts(list)
		}
	}
	if len(c.stopWhen) > 0 {
		m["stop_when"] = stopTexts(c.stopWhen)
	}
	c.withoutSearched(m)
	if c.Endpoint == "" {
		delete(m, "endpoint") // the backend's own
	}
	if c.ownLengths() {
		delete(m, "input_output") // the dataset's own
	}
	return m
}

// sloValue is an SLO as the YAML has it: the limits that there are, ms.
func sloValue(slo metrics.SLO) map[string]any {
	m := map[string]any{}
	for name, ms := range map[string]float64{"ttft": slo.TTFT, "tpot": slo.TPOT, "itl": slo.ITL, "e2el": slo.E2EL} {
		if ms > 0 {
			m[name] = ms
		}
	}
	return m
}

func orElse[V any](m, other map[string]V) map[string]V {
	if m != nil {
		return m
	}
	return other
}

// redacted is the ramp as the YAML has it.
func (r *Ramp) redacted() any {
	switch {
	case r == nil:
		return "none"
	case r.Kind == rampSteps:
		return map[string]any{"kind": r.Kind, "rates": slices.Clone(r.Rates), "every": r.Every.String()}
	}
	return map[string]any{"kind": r.Kind, "from": r.From, "to": r.To}
}

// rateValue is a rate, or another number that may be inf, as JSON has it.
func rateValue(r float64) any {
	if math.IsInf(r, 1) {
		return "inf"
	}
	return r
}

func maskWords(m map[string]string) map[string]any {
	masked := map[string]any{}
	for name, text := range m {
		masked[name] = maskText(name, text)
	}
	return masked
}

// maskFree masks texts within a free-form value; name is the key it stands
// under.
func maskFree(name string, v any) any {
	switch v := v.(type) {
	case string:
		return maskText(name, v)
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = maskFree(name, v[i])
		}
		return items
	case map[string]any:
		m := map[string]any{}
		for k := range v {
			m[k] = maskFree(k, v[k])
		}
		return m
	}
	return v
}

// onlyVariable is a secret that the file itself does not hold.
var onlyVariable = regexp.MustCompile(`^(?i:(bearer|basic|token) +)?\$\{[A-Za-z_][A-Za-z0-9_]*\}$`)

// maskedLabels is the labels as they may be written down.
func (c *Config) maskedLabels() map[string]string {
	masked := make(map[string]string, len(c.Labels))
	for name, text := range c.Labels {
		masked[name] = maskText(name, text)
	}
	return masked
}

func maskText(name, text string) string {
	if (secretName(name) || secretText.MatchString(text)) && !onlyVariable.MatchString(text) {
		return "***"
	}
	return maskURL(text)
}

// secretText is what keys and tokens in wide use begin with.
var secretText = regexp.MustCompile(`^((?i:bearer|basic) +\S|sk-|hf_|ghp_|github_pat_|eyJ)`)

var (
	urlUser  = regexp.MustCompile(`://\S*@`)
	urlQuery = regexp.MustCompile(`(://\S*?)\?\S+`)
)

// maskURL hides what a URL can carry of secrets: user and password, and the
// query.
func maskURL(s string) string {
	return urlQuery.ReplaceAllString(urlUser.ReplaceAllString(s, "://***@"), "$1?***")
}

// secretName reports whether what stands under a name is to be kept out of
// files and errors: Authorization, X-API-Key, access_token, but not max_tokens.
func secretName(name string) bool {
	var spaced strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && !unicode.IsUpper(rune(name[i-1])) {
			spaced.WriteByte(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
	}
	for _, word := range strings.FieldsFunc(spaced.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		switch word {
		case "auth", "authorization", "bearer", "cookie", "cookies", "credential", "credentials", "key", "keys", "apikey",
			"passwd", "password", "secret", "secrets", "signature", "token":
			return true
		}
	}
	return false
}

// secretPath reports whether a key's value is not to be quoted: any header's,
// and what stands under a secret's name.
func secretPath(key string) bool {
	for i, part := range strings.FieldsFunc(key, func(r rune) bool { return r == '.' || r == '[' }) {
		if i == 0 && part == "headers" || secretName(part) && part != "prompt_token_ids" {
			return true
		}
	}
	return false
}

// quote is a value as it was written, shortly: variables stay ${NAME}.
func quote(v *value) string {
	switch v.kind {
	case kindMapping:
		return "a mapping"
	case kindList:
		return wording.Short(quoteList(v, 0))
	}
	switch {
	case v.isNull() && v.written == "":
		return "nothing"
	case v.quoted || v.written == "":
		return strconv.Quote(wording.Short(maskURL(v.written)))
	}
	return wording.Short(maskURL(v.written))
}

func quoteList(v *value, depth int) string {
	const most = 8 // the rest would be cut anyway
	var parts []string
	for i, item := range v.items {
		if i == most || depth == 3 {
			parts = append(parts, "…")
			break
		}
		if item.kind == kindList {
			parts = append(parts, quoteList(item, depth+1))
		} else {
			parts = append(parts, quote(item))
		}
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
