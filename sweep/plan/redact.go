package plan

import (
	"maps"
	"math"
	"slices"

	"llmsweep/metrics"
	"llmsweep/sweep/redact"
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
		"model": c.Model, "base_url": BaseURLValue(c.BaseURL), "endpoint": c.Endpoint, "backend": c.Backend,
		"tokenizer": c.Tokenizer, "api_key_env": c.APIKeyEnv, "proxy": redact.URL(c.Proxy),
		"headers": redact.Words(orElse(c.written.headers, c.Headers)), "session_header": c.SessionHeader,
		"tls": tlsValue(c.TLS), "protocol": c.Protocol, "ready": redact.URL(c.Ready), "model_check": c.ModelCheck, "lora": c.LoRA,

		"dataset":          datasetValue(&c.Dataset, &c.ScenarioSLO),
		"prompt_token_ids": c.PromptTokenIDs, "prompt_overhead": c.PromptOverhead, "prompt_buffer": c.PromptBuffer,
		"input_output": inputOutput, "concurrency_prompts": loads,
		"request_rate": c.ratesValue(), "ramp": c.Ramp.redacted(), "burstiness": rateValue(c.Burstiness), "repeats": c.Repeats, "order": c.Order,
		"search": c.Search.redacted(), "refine": c.Refine.redacted(),
		"duration": c.Duration.String(), "budget": c.Budget.String(), "cooldown": c.Cooldown.String(), "reset": redact.Command(c.Reset),
		"before_sweep": redact.Command(c.BeforeSweep), "before_case": redact.Command(c.BeforeCase),
		"after_case": redact.Command(c.AfterCase), "after_sweep": redact.Command(c.AfterSweep), "hook_timeout": c.HookTimeout.String(),
		"abort": map[string]any{"error_share": c.Abort.ErrorShare, "over_saturation": c.Abort.OverSaturation},

		"sampling":   redact.Free("", orElse(c.written.sampling, c.Sampling)),
		"extra_body": redact.Free("", orElse(c.written.extraBody, c.ExtraBody)),
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
		"labels": redact.Words(c.Labels),
	}
	maps.Copy(m, c.axesWritten)
	for name, list := range map[string][]Condition{"include": c.include, "exclude": c.exclude} {
		if len(list) > 0 {
			m[name] = conditionTexts(list)
		}
	}
	if len(c.stopWhen) > 0 {
		m["stop_when"] = c.StopTexts()
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
