package sweep

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/loadgen"
	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/tokenizer"
)

// A Driver runs single cases against one server.
type Driver struct {
	Config    *Config
	BaseURL   string // of the server: http(s)://…
	APIKey    string // secret
	Tokenizer tokenizer.Tokenizer
	Source    *dataset.Source // the dataset, read and fitted to the tokenizer
	Start     time.Time       // the run's start: instants count from here
	Progress  Progress
}

// A Result is what a case came to.
type Result struct {
	Status  string // runlog.StatusMeasured, StatusFailed or StatusInterrupted
	Summary metrics.Summary
	Records []metrics.Record // warm-up included, as they ended
	Notes   []string         // what a reader of the figures should know

	eosIgnored bool   // the server took ignore_eos, so a short answer is a fault
	suspect    string // what its end says against the figures; "" = nothing
}

// Run makes the case's prompts, sends them, and sums up. Each request's record is
// given to keep as it ends; an error from keep stops the load. A request that
// failed is data, in the Result. The error is one of this program, or the
// context's cause; the Result is whole even then.
func (d *Driver) Run(ctx context.Context, pc PlannedCase, keep func(*metrics.Record) error) (*Result, error) {
	res := &Result{Status: runlog.StatusFailed}
	defer func() {
		res.Summary = metrics.Summarize(res.Records, d.options(pc, res))
		if res.suspect != "" {
			res.Summary.Validity.Add(metrics.Suspect, res.suspect)
		}
	}()

	source, err := d.prompts(ctx, pc)
	switch {
	case ctx.Err() != nil:
		return d.ended(ctx, res, err)
	case err != nil: // this case's alone: the next may have prompts
		res.Notes = append(res.Notes, err.Error())
		return res, nil
	}
	c, err := client.New(d.clientConfig())
	if err != nil {
		return res, err
	}
	defer c.Close()
	// A server that refuses connections fails the requests, each with its class.
	_ = c.Open(ctx, openAhead(pc))

	loadCtx, cancel := d.caseContext(ctx)
	defer cancel()
	sent := &gauge{backend: c}
	rule := newStopRule(d.Config.Abort, &pc)
	err = loadgen.Run(loadCtx, sent, d.load(pc, source), func(t client.Trace) error {
		r := metrics.FromTrace(t, func(text string) (int, error) { return d.Tokenizer.Count(text, false) })
		if cutOff(t) {
			r.Censor()
		}
		if d.Config.SaveDetailed {
			r.Text = t.Text
		}
		res.Records = append(res.Records, r)
		d.Progress.RequestEnded(&res.Records[len(res.Records)-1])
		if err := keep(&r); err != nil {
			return err
		}
		return rule.add(&r, int(sent.inFlight.Load()))
	})
	res.Notes = append(res.Notes, c.Notes()...)
	res.eosIgnored = c.EOSIgnored()
	res, err = d.ended(ctx, res, err)
	if why := d.gone(ctx, c, res); why != "" && err == nil {
		res.Status = runlog.StatusFailed
		res.Notes = append(res.Notes, why)
	}
	return res, err
}

// gone says that the server died during the case: connections of measured
// requests broke, and it takes none any more. What had completed before is no
// result of the case that was asked for. "" = no.
func (d *Driver) gone(ctx context.Context, c *client.Client, res *Result) string {
	broke := slices.ContainsFunc(res.Records, func(r metrics.Record) bool {
		switch client.Class(r.ErrorClass) {
		case client.Connect, client.TimeoutConnect, client.Reset, client.Truncated:
			return !r.Warmup
		}
		return false
	})
	if !broke || ctx.Err() != nil {
		return ""
	}
	within, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	if err := c.Open(within, 1); err != nil {
		return fmt.Sprintf("the server died during the case: %v", err)
	}
	return ""
}

// ended gives the result its status.
func (d *Driver) ended(ctx context.Context, res *Result, err error) (*Result, error) {
	switch {
	case ctx.Err() != nil:
		res.Status = runlog.StatusInterrupted
		return res, context.Cause(ctx)
	case errors.Is(err, client.ErrCaseTimeout):
		res.Notes = append(res.Notes, fmt.Sprintf("ended by timeouts.case, after %s", shortSpan(d.Config.CaseTimeout)))
		return res, nil
	}
	if end, ok := errors.AsType[*earlyEnd](err); ok {
		res.Notes = append(res.Notes, end.why)
		if end.status == runlog.StatusFailed {
			return res, nil
		}
		res.suspect = end.why
		err = nil
	}
	if err != nil {
		res.Notes = append(res.Notes, err.Error())
		return res, err
	}
	censored := 0
	for i := range res.Records {
		r := &res.Records[i]
		if !r.Warmup && r.Completed() {
			res.Status = runlog.StatusMeasured
			return res, nil
		}
		if !r.Warmup && r.Censored {
			censored++
		}
	}
	if censored > 0 {
		res.Notes = append(res.Notes, fmt.Sprintf("no request had completed when the case ended; %d were cut off in flight: give it a longer duration", censored))
	}
	return res, nil
}

// openAhead is how many connections stand before the clock starts: one a request
// in flight. Without a cap that is anyone's guess, and the rest open on demand.
func openAhead(pc PlannedCase) int {
	if pc.MaxConcurrency == 0 {
		return min(pc.NumPrompts, 256)
	}
	return min(pc.MaxConcurrency, max(pc.NumPrompts, pc.Warmup))
}

func (d *Driver) clientConfig() client.Config {
	c := d.Config
	return client.Config{
		Backend: c.Backend, BaseURL: d.BaseURL, Endpoint: c.Endpoint, Model: c.Model,
		APIKey: d.APIKey, Headers: c.Headers, ExtraBody: c.ExtraBody, Sampling: c.Sampling,
		IgnoreEOS: c.IgnoreEOS, Proxy: c.Proxy, Timeouts: c.Timeouts,
		KeepText: c.SaveDetailed, Start: d.Start,
	}
}

// prompts makes the warm-up's and the measured requests, before the clock starts.
func (d *Driver) prompts(ctx context.Context, pc PlannedCase) (*dataset.Prompts, error) {
	source, err := d.Source.Case(pc.prompts())
	if err != nil {
		return nil, err
	}
	return source, source.Prepare(ctx, d.Progress.Preparing)
}

// prompts is what the case asks of the dataset.
func (p *PlannedCase) prompts() dataset.Case {
	return dataset.Case{
		InputLen: p.Input, OutputLen: p.Output, Requests: p.NumPrompts, Warmups: p.Warmup,
		Name: p.Name, Attempt: p.Attempt, Seed: p.Seed, IDPrefix: fmt.Sprintf("%s.%d-", p.Name, p.Attempt),
	}
}

// load is the case's schedule: a closed loop, or arrivals at a rate or a ramp
// under a cap. A warm-up goes at the case's own rate, a ramp's first.
func (d *Driver) load(pc PlannedCase, source *dataset.Prompts) loadgen.Plan {
	plan := loadgen.Plan{
		Measured:       loadgen.Phase{Source: source, Requests: pc.NumPrompts, For: pc.Duration},
		MaxConcurrency: pc.MaxConcurrency,
		Drain:          d.Config.WarmupDrain,
		Epoch:          d.Start,
	}
	switch {
	case pc.WarmupFor > 0:
		plan.Warmup = loadgen.Phase{Source: source.Endless(), For: pc.WarmupFor}
	case pc.Warmup > 0:
		plan.Warmup = loadgen.Phase{Source: source.Warmup(), Requests: pc.Warmup}
	}
	burstiness := d.Config.Burstiness
	rate := pc.Rate
	switch {
	case pc.Ramp != nil:
		rate = pc.Ramp.first() // of the warm-up
		plan.Measured.Pacer = pc.Ramp.pacer(pc.NumPrompts, pc.Duration, burstiness, pc.Seed)
	case pc.open():
		plan.Measured.Pacer = loadgen.Gamma{Rate: rate, Burstiness: burstiness, N: pc.NumPrompts, Seed: pc.Seed}
	default:
		return plan
	}
	if pc.WarmupFor > 0 { // as many as that takes: one step that goes on
		plan.Warmup.Pacer = loadgen.Steps{Rates: []float64{rate}, Every: pc.WarmupFor, N: math.MaxInt, Burstiness: burstiness, Seed: ^pc.Seed}
	} else {
		plan.Warmup.Pacer = loadgen.Gamma{Rate: rate, Burstiness: burstiness, N: pc.Warmup, Seed: ^pc.Seed}
	}
	return plan
}

// caseContext bounds the load by timeouts.case: its requests then fail as
// timeout_case.
func (d *Driver) caseContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if d.Config.CaseTimeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, d.Config.CaseTimeout, client.ErrCaseTimeout)
}

// cutOff reports whether the request was ended by us on purpose: by the case's
// time or by a rule. One that a user or timeouts.case ended has failed.
func cutOff(t client.Trace) bool {
	if t.Err == nil {
		return false
	}
	_, byRule := errors.AsType[*earlyEnd](t.Err)
	return byRule || errors.Is(t.Err, loadgen.ErrTimeUp)
}

// A gauge is a backend that counts its requests in flight.
type gauge struct {
	backend  loadgen.Backend
	inFlight atomic.Int64
}

func (g *gauge) Do(ctx context.Context, r dataset.Request) client.Trace {
	g.inFlight.Add(1)
	defer g.inFlight.Add(-1)
	return g.backend.Do(ctx, r)
}

func (d *Driver) options(pc PlannedCase, res *Result) metrics.Options {
	c := d.Config
	return metrics.Options{
		Percentiles: c.Percentiles, SLO: c.Goodput,
		MaxConcurrency: pc.MaxConcurrency, RequestRate: pc.Rate, Ramp: pc.Ramp != nil, NumPrompts: pc.NumPrompts,
		InputLen: pc.Input, OutputLen: pc.Output,
		IgnoreEOS:       res.eosIgnored,
		FailuresAllowed: c.FailuresAllowed,
		UniquePrompts:   true,
	}
}
