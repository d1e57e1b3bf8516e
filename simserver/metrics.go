package simserver

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are vLLM's, by its names, labels, units and buckets.
type metrics struct {
	handler http.Handler

	promptTokens, generationTokens                          prometheus.Counter
	success                                                 *prometheus.CounterVec
	iteration, promptLength, generationLength, maxTokens    prometheus.Histogram
	ttft, itl, tpot, e2e, queue, inference, prefill, decode prometheus.Histogram
}

func newMetrics(model string, l *load, kvTokens int) *metrics {
	reg := prometheus.NewRegistry()
	labels := prometheus.Labels{"model_name": model, "engine": "0"}
	gauge := func(name, help string, value func() float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "vllm:" + name, Help: help, ConstLabels: labels}, value))
	}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "vllm:" + name, Help: help, ConstLabels: labels})
		reg.MustRegister(c)
		return c
	}
	histogram := func(name, help string, buckets []float64) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "vllm:" + name, Help: help, ConstLabels: labels, Buckets: buckets})
		reg.MustRegister(h)
		return h
	}
	gauge("num_requests_running", "Number of requests in model execution batches.", func() float64 { return float64(l.running.Load()) })
	gauge("num_requests_waiting", "Number of requests waiting to be processed.", func() float64 { return float64(l.waiting.Load()) })
	gauge("kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", func() float64 { return float64(l.context.Load()) / float64(kvTokens) })

	m := &metrics{
		handler:          promhttp.HandlerFor(reg, promhttp.HandlerOpts{}),
		promptTokens:     counter("prompt_tokens_total", "Number of prefill tokens processed."),
		generationTokens: counter("generation_tokens_total", "Number of generation tokens processed."),
		success: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "vllm:request_success_total",
			Help: "Count of successfully processed requests.", ConstLabels: labels}, []string{"finished_reason"}),
		iteration:        histogram("iteration_tokens_total", "Histogram of number of tokens per engine_step.", iterationBuckets()),
		promptLength:     histogram("request_prompt_tokens", "Number of prefill tokens processed.", lengthBuckets()),
		generationLength: histogram("request_generation_tokens", "Number of generation tokens processed.", lengthBuckets()),
		maxTokens:        histogram("request_params_max_tokens", "Histogram of the max_tokens request parameter.", lengthBuckets()),
		ttft:             histogram("time_to_first_token_seconds", "Histogram of time to first token in seconds.", firstTokenBuckets()),
		itl:              histogram("inter_token_latency_seconds", "Histogram of inter-token latency in seconds.", tokenBuckets()),
		tpot:             histogram("request_time_per_output_token_seconds", "Histogram of time_per_output_token_seconds per request.", tokenBuckets()),
		e2e:              histogram("e2e_request_latency_seconds", "Histogram of e2e request latency in seconds.", requestBuckets()),
		queue:            histogram("request_queue_time_seconds", "Histogram of time spent in WAITING phase for request.", requestBuckets()),
		inference:        histogram("request_inference_time_seconds", "Histogram of time spent in RUNNING phase for request.", requestBuckets()),
		prefill:          histogram("request_prefill_time_seconds", "Histogram of time spent in PREFILL phase for request.", requestBuckets()),
		decode:           histogram("request_decode_time_seconds", "Histogram of time spent in DECODE phase for request.", requestBuckets()),
	}
	reg.MustRegister(m.success)
	for _, reason := range []string{"stop", "length", "abort", "error"} {
		m.success.WithLabelValues(reason) // vLLM shows them from the start
	}
	return m
}

func firstTokenBuckets() []float64 {
	return []float64{.001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560}
}

func tokenBuckets() []float64 {
	return []float64{.01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80}
}

func requestBuckets() []float64 {
	return []float64{.3, .5, .8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680}
}

func iterationBuckets() []float64 {
	return []float64{1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384}
}

func lengthBuckets() []float64 {
	return []float64{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000}
}

// step counts an engine step: prompt tokens, and one for each sequence that works
// in it without prompt tokens: it decodes.
func (m *metrics) step(s step) {
	tokens := s.prefill + s.seqs
	for _, grant := range s.grants {
		if grant > 0 {
			tokens--
		}
	}
	m.iteration.Observe(float64(tokens))
}

// token counts token i (from 0) of a sequence, written at now.
func (m *metrics) token(s *sequence, i int, now time.Time) {
	m.generationTokens.Inc()
	if i == 0 {
		m.promptTokens.Add(float64(s.prompt))
		m.ttft.Observe(now.Sub(s.received).Seconds())
	} else {
		m.itl.Observe(now.Sub(s.lastToken).Seconds())
	}
	s.lastToken = now
	if i == 0 {
		s.firstToken = now
	}
}

// finished counts a request. Its times are between the instants of its truth.
func (m *metrics) finished(j *job, s *sequence, t Truth) {
	switch t.Outcome {
	case aborted:
		m.success.WithLabelValues("abort").Inc()
		return
	case faulted:
		m.success.WithLabelValues("error").Inc()
		return
	}
	m.success.WithLabelValues(t.FinishReason).Inc()
	m.promptLength.Observe(float64(t.PromptTokens))
	m.generationLength.Observe(float64(t.CompletionTokens))
	m.maxTokens.Observe(float64(j.maxTokens))
	m.e2e.Observe(seconds(t.Received, t.End))
	m.queue.Observe(seconds(t.Queued, t.Started))
	m.inference.Observe(seconds(t.Started, s.lastToken.UnixNano()))
	m.prefill.Observe(seconds(t.Started, s.firstToken.UnixNano()))
	decode := s.lastToken.Sub(s.firstToken).Seconds()
	m.decode.Observe(decode)
	if t.CompletionTokens > 1 {
		m.tpot.Observe(decode / float64(t.CompletionTokens-1))
	}
}

func seconds(from, to int64) float64 { return time.Duration(to - from).Seconds() }
