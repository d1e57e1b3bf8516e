package plan

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"llmsweep/dataset"
	"llmsweep/loadgen"
	"llmsweep/sweep/conf"
	"llmsweep/sweep/wording"
)

// The kinds of Ramp.
const (
	rampLinear      = "linear"
	rampExponential = "exponential"
	rampSteps       = "steps"
)

// A Ramp is a rate that changes while a case runs, in place of request_rate.
// Linear and exponential ones go over the case's duration where it has one, else
// over its number of sessions, as vLLM's --ramp-up-strategy.
type Ramp struct {
	Kind  string        `yaml:"kind" json:"kind"`           // linear, exponential or steps
	From  float64       `yaml:"from" json:"from,omitempty"` // sessions/s
	To    float64       `yaml:"to" json:"to,omitempty"`
	Rates []float64     `yaml:"rates" json:"rates,omitempty"`    // of steps, sessions/s
	Every time.Duration `yaml:"every" json:"every_ns,omitempty"` // how long each step takes; the last one goes on
}

// String is the ramp for tables and CSV: linear 1 to 20; steps 1, 2, 4 every 30s.
func (r *Ramp) String() string {
	if r.Kind != rampSteps {
		return fmt.Sprintf("%s %s to %s", r.Kind, wording.Rate(r.From), wording.Rate(r.To))
	}
	rates := make([]string, len(r.Rates))
	for i, rate := range r.Rates {
		rates[i] = wording.Rate(rate)
	}
	return fmt.Sprintf("steps %s every %s", strings.Join(rates, ", "), wording.Span(r.Every))
}

// First is the rate at which the ramp begins, and the warm-up is sent, sessions/s.
func (r *Ramp) First() float64 {
	if r.Kind == rampSteps {
		return r.Rates[0]
	}
	return r.From
}

// Pacer is the ramp's schedule for n sessions; over is the case's duration, 0 =
// as long as they take.
func (r *Ramp) Pacer(n int, over time.Duration, burstiness float64, seed uint64) loadgen.Pacer {
	if r.Kind == rampSteps {
		return loadgen.Steps{Rates: r.Rates, Every: r.Every, N: n, Burstiness: burstiness, Seed: seed}
	}
	return loadgen.Ramp{
		From: r.From, To: r.To, Exponential: r.Kind == rampExponential,
		N: n, Over: over, Burstiness: burstiness, Seed: seed,
	}
}

// span is how long the ramp takes to send n requests, s: n × the mean gap. Over
// requests in equal steps of a linear ramp the mean of 1/rate is ln(to/from) ÷
// (to−from), of an exponential one (1/from − 1/to) ÷ ln(to/from).
func (r *Ramp) span(n int) float64 {
	if r.Kind == rampSteps {
		at, left := 0.0, float64(n)
		for i, rate := range r.Rates {
			in := rate * r.Every.Seconds()
			if i == len(r.Rates)-1 || left <= in {
				return at + left/rate
			}
			at, left = at+r.Every.Seconds(), left-in
		}
	}
	k := math.Log(r.To / r.From)
	switch {
	case k == 0:
		return float64(n) / r.From
	case r.Kind == rampExponential:
		return float64(n) * (1/r.From - 1/r.To) / k
	}
	return float64(n) * k / (r.To - r.From)
}

// Abort is when a case ends before its time.
type Abort struct {
	ErrorShare     float64 `yaml:"error_share" json:"error_share,omitempty"`         // of the requests ended, from 20 on; 0 = never
	OverSaturation bool    `yaml:"over_saturation" json:"over_saturation,omitempty"` // open loop: in-flight and TTFT both keep rising
}

// readRamp reads none, or a mapping whose keys depend on its kind.
func readRamp(c *Config) func(*conf.Reader, string, *conf.Value) {
	const want = "none, {kind: linear, from: 1, to: 20}, {kind: exponential, from: 1, to: 20} or {kind: steps, rates: [1, 2, 4], every: 30s}"
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind == conf.KindScalar && v.Text == "none" {
			c.Ramp = nil
			return
		}
		if v.Kind != conf.KindMapping || v.Find("kind") < 0 {
			r.Complain(key, v, want)
			return
		}
		ramp, before := &Ramp{}, len(r.Faults)
		kind := conf.Key("kind", conf.ReadOneOf(&ramp.Kind, rampLinear, rampExponential, rampSteps))
		i := v.Find("kind")
		kind.Read(r, conf.Join(key, "kind"), v.Entries[i].Value)
		if len(r.Faults) > before {
			return
		}
		kind.Read = func(*conf.Reader, string, *conf.Value) {} // read already
		fields := []conf.Field{kind, conf.Key("from", readRate(&ramp.From)), conf.Key("to", readRate(&ramp.To))}
		if ramp.Kind == rampSteps {
			fields = []conf.Field{kind, conf.Key("rates", readSteps(&ramp.Rates)), conf.Key("every", readSpan(&ramp.Every))}
		}
		r.Mapping(v, key, fields)
		for _, f := range fields {
			r.Require(v, key, want, f.Name)
		}
		if len(r.Faults) == before {
			c.Ramp = ramp
		}
	}
}

const wantRate = "requests/s from 0.001 to 1000000"

func isRate(x float64) bool { return x >= 0.001 && x <= 1e6 }

func readRate(dst *float64) func(*conf.Reader, string, *conf.Value) {
	return conf.ReadNumber(dst, isRate, wantRate)
}

// readSteps reads a list of rates in order; one may come again.
func readSteps(dst *[]float64) func(*conf.Reader, string, *conf.Value) {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindList || len(v.Items) == 0 {
			r.Complain(key, v, "a list of "+wantRate+", at least one")
			return
		}
		rates := make([]float64, len(v.Items))
		for i, item := range v.Items {
			readRate(&rates[i])(r, fmt.Sprintf("%s[%d]", key, i), item)
		}
		*dst = rates
	}
}

// readSpan is readDuration for one that cannot be 0.
func readSpan(dst *time.Duration) func(*conf.Reader, string, *conf.Value) {
	return func(r *conf.Reader, key string, v *conf.Value) {
		before := len(r.Faults)
		conf.ReadDuration(dst)(r, key, v)
		if len(r.Faults) == before && *dst < time.Millisecond {
			r.Complain(key, v, "a duration of 1ms or more: 30s, 5m, 1h, or a number of seconds")
		}
	}
}

func readBurstiness(dst *float64) func(*conf.Reader, string, *conf.Value) {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if isInf(v) {
			*dst = unbounded
			return
		}
		conf.ReadNumber(dst, func(x float64) bool { return x > 0 && (x <= 1e6 || math.IsInf(x, 1)) },
			"a number above 0, or inf; 1 = Poisson arrivals, inf = even ones")(r, key, v)
	}
}

// isInf is inf without YAML's point before it.
func isInf(v *conf.Value) bool {
	return v.Kind == conf.KindScalar && strings.EqualFold(strings.TrimPrefix(v.Text, "+"), "inf")
}

// readWarmup reads auto, a number of requests, or how long to send some. A
// bare number is a count, though seconds elsewhere.
func readWarmup(dst *Warmup) func(*conf.Reader, string, *conf.Value) {
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind == conf.KindScalar && v.Text == "auto" {
			*dst = Warmup{Auto: true}
			return
		}
		if s, isText := conf.Text(v); isText && v.Tag == "!!str" {
			if d, err := time.ParseDuration(s); err == nil && d >= time.Millisecond && d <= conf.MaxSpan {
				*dst = Warmup{For: d}
				return
			}
		}
		n, hint, ok := conf.Whole(v)
		if !ok || n < 0 || n > maxCount {
			r.Complain(key, v, "auto, a number of requests, 0 or more, or a time such as 30s"+hint)
			return
		}
		*dst = Warmup{Requests: int(n)}
	}
}

// checkLoad faults a ramp beside a rate: one of them would be without effect. An
// unbounded rate is what a ramp has anyway.
func (r *reader) checkLoad(c *Config, root *conf.Value) {
	i := root.Find("ramp")
	if _, written := root.Get("request_rate"); c.Ramp != nil && written && (c.RateSweep > 0 || !slices.Equal(c.RequestRate, []float64{unbounded})) {
		r.Faults = append(r.Faults, root.Entries[i].At.Fault("ramp", "", "stands beside request_rate, whose place it takes; keep one"))
	}
}

// open reports whether some case's requests come by a schedule, not by slots.
func (c *Config) open() bool { return c.paced() || ReplaysTimes(&c.Dataset) }

// paced reports whether the config itself has a schedule: a rate or a ramp.
func (c *Config) paced() bool {
	return c.Ramp != nil || c.RateSweep > 0 || slices.ContainsFunc(c.RequestRate, func(rate float64) bool { return !math.IsInf(rate, 1) })
}

// ReplaysTimes reports whether requests are sent when a trace says.
func ReplaysTimes(s *dataset.Spec) bool {
	return s.Type == dataset.TypeTrace && s.Replay == replayTimes
}
