package main

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"llmsweep/metrics"
	"llmsweep/sweep"
	"llmsweep/sweep/plan"
)

// An exporter serves Prometheus metrics while a sweep runs; docs/events.md has them.
// Counters are of measured requests over all cases of this process.
type exporter struct {
	sweep.Silent
	url    string
	server *http.Server
	served chan struct{} // closed when it has ended

	toRun, planned, requestsPlanned prometheus.Gauge
	cases, requests, errors         *prometheus.CounterVec
	info                            *prometheus.GaugeVec
	completed, failed, censored     prometheus.Counter // of requests
	warmups, outputTokens           prometheus.Counter
	ttft, tpot, e2el                prometheus.Histogram
}

// newExporter listens at addr at once, so that one in use is known before anything
// is sent.
func newExporter(addr string, l *live) (*exporter, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--metrics-addr %s: %w; want a host:port that is free, e.g. 127.0.0.1:0 for any", addr, err)
	}
	e := &exporter{
		url:    "http://" + listener.Addr().String() + "/metrics",
		served: make(chan struct{}),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(e.register(l), promhttp.HandlerOpts{}))
	e.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(e.served)
		_ = e.server.Serve(listener) // until close
	}()
	return e, nil
}

// close lets a scrape that has begun end.
func (e *exporter) close() {
	within, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if e.server.Shutdown(within) != nil {
		e.server.Close()
	}
	<-e.served
}

// register makes the metrics. What changes by itself is asked of l at each scrape.
func (e *exporter) register(l *live) *prometheus.Registry {
	reg := prometheus.NewRegistry()
	gauge := func(name, help string) prometheus.Gauge {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: "llmsweep_" + name, Help: help})
		reg.MustRegister(g)
		return g
	}
	asked := func(name, help string, value func(s snapshot) float64) {
		reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "llmsweep_" + name, Help: help},
			func() float64 { return value(l.look()) }))
	}
	counter := func(name, help string) prometheus.Counter {
		c := prometheus.NewCounter(prometheus.CounterOpts{Name: "llmsweep_" + name, Help: help})
		reg.MustRegister(c)
		return c
	}
	counters := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "llmsweep_" + name, Help: help}, labels)
		reg.MustRegister(c)
		return c
	}
	histogram := func(name, help string, first float64) prometheus.Histogram {
		h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "llmsweep_" + name, Help: help, Buckets: buckets(first)})
		reg.MustRegister(h)
		return h
	}
	e.toRun = gauge("cases_to_run", "Cases that this run is to measure.")
	e.planned = gauge("cases_planned", "Cases of the plan, those measured before included.")
	e.cases = counters("cases_total", "Cases that ended, by status and verdict.", "status", "validity")
	e.requestsPlanned = gauge("case_requests_planned", "Requests to measure in the case at work.")
	e.info = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "llmsweep_case_info", Help: "1 for the case at work."},
		[]string{"case", "model", "input_len", "output_len", "max_concurrency", "num_prompts", "request_rate", "dataset", "server", "repeat"})
	reg.MustRegister(e.info)
	e.requests = counters("requests_total", "Measured requests that ended, by outcome; warm-up excluded.", "outcome")
	e.completed, e.failed, e.censored = e.requests.WithLabelValues("completed"), e.requests.WithLabelValues("failed"), e.requests.WithLabelValues("censored")
	e.errors = counters("errors_total", "Measured requests that failed, by class.", "class")
	e.warmups = counter("warmup_requests_total", "Warm-up requests that ended.")
	e.outputTokens = counter("output_tokens_total", "Output tokens of completed measured requests.")
	e.ttft = histogram("ttft_seconds", "Time to first token of completed measured requests.", 0.001)
	e.tpot = histogram("tpot_seconds", "Time per output token after the first, of completed measured requests.", 0.001)
	e.e2el = histogram("e2el_seconds", "End-to-end latency of completed measured requests.", 0.01)
	asked("requests_in_flight", "Requests in flight, warm-up included.", func(s snapshot) float64 { return float64(s.inFlight) })
	asked("sweep_elapsed_seconds", "Time since the command began.", func(s snapshot) float64 { return s.elapsed.Seconds() })
	asked("sweep_eta_seconds", "How long the sweep still takes; NaN as long as nothing is known.", func(s snapshot) float64 { return float64(s.eta()) })
	return reg
}

// buckets are 1, 2 and 5 times each power of ten from first, 18 of them.
func buckets(first float64) []float64 {
	var limits []float64
	for i := range 6 {
		for _, step := range []float64{1, 2, 5} {
			limits = append(limits, math.Round(step*first*math.Pow10(i)*1e6)/1e6)
		}
	}
	return limits
}

func (e *exporter) SweepStarted(toRun []plan.Case, planned int) {
	e.toRun.Set(float64(len(toRun)))
	e.planned.Set(float64(planned))
}

func (e *exporter) CaseStarted(c plan.Case) {
	a := c.Axes
	e.info.Reset()
	e.info.WithLabelValues(c.Name, c.Config.Model, strconv.Itoa(a.InputLen), strconv.Itoa(a.OutputLen), strconv.Itoa(a.MaxConcurrency),
		strconv.Itoa(a.NumPrompts), a.RequestRate.String(), a.Dataset, a.Server, strconv.Itoa(a.Repeat)).Set(1)
	e.requestsPlanned.Set(float64(c.NumPrompts))
}

func (e *exporter) RequestEnded(r *metrics.Record) {
	switch {
	case r.Warmup:
		e.warmups.Inc()
		return
	case r.Failed():
		e.failed.Inc()
		e.errors.WithLabelValues(r.ErrorClass).Inc()
		return
	case !r.Completed():
		e.censored.Inc()
		return
	}
	e.completed.Inc()
	e.outputTokens.Add(float64(r.OutputTokens))
	observe := func(h prometheus.Histogram, ms float64, ok bool) {
		if ok {
			h.Observe(ms / 1e3)
		}
	}
	ms, ok := metrics.TTFT(r)
	observe(e.ttft, ms, ok)
	ms, ok = metrics.TPOT(r)
	observe(e.tpot, ms, ok)
	ms, ok = metrics.E2EL(r)
	observe(e.e2el, ms, ok)
}

func (e *exporter) CaseEnded(_ plan.Case, r *sweep.Result) {
	e.info.Reset()
	e.requestsPlanned.Set(0)
	e.cases.WithLabelValues(r.Status, r.Summary.Validity.Verdict).Inc()
}
