// Package telemetry reads what a server and the machine tell of themselves beside
// the answers to requests: the server's /metrics page, nvidia-smi. In comes text,
// out come plain values; no server is asked here.
package telemetry

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// Counters are a server's own: counted since its start and summed over its
// engines, but for Running and Waiting, which are of the moment. NaN = it does not
// tell.
type Counters struct {
	Finished         float64 // requests answered to their end
	Aborted          float64 // requests that the client, or an error, broke off
	PromptTokens     float64
	GenerationTokens float64
	CacheQueries     float64 // prompt tokens looked for in the prefix cache
	CacheHits        float64 // prompt tokens found there
	Preemptions      float64 // requests put back because the KV cache was full
	Running, Waiting float64 // requests
	Started          float64 // the server process's start, s since 1970
}

// A source is a counter under the name that a server gives it.
type source struct {
	name   string                 // as exported; its _total may be missing
	counts func(*dto.Metric) bool // which of its series; nil = all
}

// brokenOff tells vLLM's series of requests that were not answered to their end.
func brokenOff(m *dto.Metric) bool {
	return slices.ContainsFunc(m.GetLabel(), func(l *dto.LabelPair) bool {
		return l.GetName() == "finished_reason" && (l.GetValue() == "abort" || l.GetValue() == "error")
	})
}

func answered(m *dto.Metric) bool { return !brokenOff(m) }

// field is one of the counters and where servers have it: vLLM, SGLang, llama.cpp.
type field struct {
	key     string // as the case JSON has it
	value   *float64
	sources []source
}

func (c *Counters) fields() []field {
	return []field{
		{"requests_finished", &c.Finished, []source{{"vllm:request_success_total", answered}, {"sglang:num_requests_total", nil}}},
		{"requests_aborted", &c.Aborted, []source{{"vllm:request_success_total", brokenOff}, {"sglang:num_aborted_requests_total", nil}}},
		{"prompt_tokens", &c.PromptTokens, []source{{"vllm:prompt_tokens_total", nil}, {"sglang:prompt_tokens_total", nil}, {"llamacpp:prompt_tokens_total", nil}}},
		{"generation_tokens", &c.GenerationTokens, []source{{"vllm:generation_tokens_total", nil}, {"sglang:generation_tokens_total", nil}, {"llamacpp:tokens_predicted_total", nil}}},
		{"prefix_cache_queries", &c.CacheQueries, []source{{"vllm:prefix_cache_queries_total", nil}, {"vllm:gpu_prefix_cache_queries_total", nil}}},
		{"prefix_cache_hits", &c.CacheHits, []source{{"vllm:prefix_cache_hits_total", nil}, {"vllm:gpu_prefix_cache_hits_total", nil},
			{"sglang:cached_tokens_total", nil}, {"llamacpp:prompt_tokens_cached_total", nil}}},
		{"preemptions", &c.Preemptions, []source{{"vllm:num_preemptions_total", nil}}},
		{"running", &c.Running, []source{{"vllm:num_requests_running", nil}, {"sglang:num_running_reqs", nil}, {"llamacpp:requests_processing", nil}}},
		{"waiting", &c.Waiting, []source{{"vllm:num_requests_waiting", nil}, {"sglang:num_queue_reqs", nil}, {"llamacpp:requests_deferred", nil}}},
		{"started", &c.Started, []source{{"process_start_time_seconds", nil}}},
	}
}

// A Page is what a /metrics page says that we have a use for.
type Page struct {
	Counters Counters
	Config   map[string]string // vLLM's cache configuration, by its own names; nil = none told
}

// maxPage bounds what is read of a page, bytes: far above any server's.
const maxPage = 16 << 20

// ReadPage reads a /metrics page in Prometheus' text format. A page without any
// of the counters known here is an error.
func ReadPage(r io.Reader) (Page, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(io.LimitReader(r, maxPage))
	if err != nil {
		return Page{}, fmt.Errorf("not a page of metrics in Prometheus' text format: %w", err)
	}
	var p Page
	known := false
	for _, f := range p.Counters.fields() {
		*f.value = math.NaN()
		for _, s := range f.sources {
			if family := familyOf(families, s.name); family != nil {
				*f.value = sum(family, s.counts)
				known = known || f.key != "started"
				break
			}
		}
	}
	if !known {
		return Page{}, fmt.Errorf("none of its %d metrics is one of vLLM's, SGLang's or llama.cpp's counters", len(families))
	}
	if family := families["vllm:cache_config_info"]; family != nil && len(family.GetMetric()) > 0 {
		p.Config = labels(family.GetMetric()[0])
	}
	return p, nil
}

// familyOf finds a metric with or without _total at its end: OpenMetrics drops it.
func familyOf(families map[string]*dto.MetricFamily, name string) *dto.MetricFamily {
	if f := families[name]; f != nil {
		return f
	}
	return families[strings.TrimSuffix(name, "_total")]
}

// sum adds up the series that count.
func sum(family *dto.MetricFamily, counts func(*dto.Metric) bool) float64 {
	total := 0.0
	for _, m := range family.GetMetric() {
		if counts == nil || counts(m) {
			total += m.GetCounter().GetValue() + m.GetGauge().GetValue() + m.GetUntyped().GetValue()
		}
	}
	return total
}

// labels are a series' labels that say something.
func labels(m *dto.Metric) map[string]string {
	said := map[string]string{}
	for _, pair := range m.GetLabel() {
		if v := pair.GetValue(); v != "None" && v != "" {
			said[pair.GetName()] = v
		}
	}
	return said
}

// Since is what was counted between an earlier page and this one, the moment's
// figures and the start being the earlier's. ok is false where the two are not of
// one run of one server: a counter went back, is gone (some are only there once
// something was counted), or the process started anew.
func (c Counters) Since(earlier Counters) (d Counters, ok bool) {
	d, ok = earlier, true
	before, between := earlier.fields(), d.fields()
	for i, now := range c.fields() {
		switch now.key {
		case "running", "waiting":
		case "started":
			ok = ok && !(math.Abs(*now.value-*before[i].value) > 1) // NaN is no doubt
		default:
			*between[i].value = *now.value - *before[i].value
			gone := math.IsNaN(*now.value) && !math.IsNaN(*before[i].value)
			ok = ok && !gone && !(*between[i].value < 0)
		}
	}
	return d, ok
}

// Map is what is told, by the names of the case JSON.
func (c Counters) Map() map[string]any {
	m := map[string]any{}
	for _, f := range c.fields() {
		if !math.IsNaN(*f.value) && f.key != "started" {
			m[f.key] = *f.value
		}
	}
	return m
}
