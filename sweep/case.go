package sweep

import (
	"context"
	"fmt"
	"math"
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
	Config     *Config
	BaseURL    string // of the server: http(s)://…
	APIKey     string // secret
	Tokenizer  tokenizer.Tokenizer
	Vocabulary *dataset.Vocabulary // the tokenizer's words, found once
	Start      time.Time           // the run's start: instants count from here
	Progress   Progress
}

// A Result is what a case came to.
type Result struct {
	Status  string // runlog.StatusMeasured, StatusFailed or StatusInterrupted
	Summary metrics.Summary
	Records []metrics.Record // warm-up included, as they ended
	Notes   []string         // what a reader of the figures should know

	eosIgnored bool // the server took ignore_eos, so a short answer is a fault
}

// Run makes the case's prompts, sends them, and sums up. Each request's record is
// given to keep as it ends; an error from keep stops the load. A request that
// failed is data, in the Result. The error is one of this program, or the
// context's cause; the Result is whole even then.
func (d *Driver) Run(ctx context.Context, pc PlannedCase, keep func(*metrics.Record) error) (*Result, error) {
	res := &Result{Status: runlog.StatusFailed}
	defer func() { res.Summary = metrics.Summarize(res.Records, d.options(pc, res)) }()

	source, err := d.prompts(ctx, pc)
	if err != nil {
		return d.ended(ctx, res, err)
	}
	c, err := client.New(d.clientConfig())
	if err != nil {
		return res, err
	}
	defer c.Close()
	// A server that refuses connections fails the requests, each with its class.
	_ = c.Open(ctx, openAhead(pc))

	err = loadgen.Run(ctx, c, d.load(pc, source), func(t client.Trace) error {
		r := metrics.FromTrace(t, func(text string) (int, error) { return d.Tokenizer.Count(text, false) })
		if d.Config.SaveDetailed {
			r.Text = t.Text
		}
		res.Records = append(res.Records, r)
		d.Progress.RequestEnded(&res.Records[len(res.Records)-1])
		return keep(&r)
	})
	res.Notes = append(res.Notes, c.Notes()...)
	res.eosIgnored = c.EOSIgnored()
	return d.ended(ctx, res, err)
}

// ended gives the result its status.
func (d *Driver) ended(ctx context.Context, res *Result, err error) (*Result, error) {
	switch {
	case ctx.Err() != nil:
		res.Status = runlog.StatusInterrupted
		return res, context.Cause(ctx)
	case err != nil:
		res.Notes = append(res.Notes, err.Error())
		return res, err
	}
	for i := range res.Records {
		if r := &res.Records[i]; !r.Warmup && r.Completed() {
			res.Status = runlog.StatusMeasured
			break
		}
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
func (d *Driver) prompts(ctx context.Context, pc PlannedCase) (*dataset.Random, error) {
	source, err := dataset.NewRandom(dataset.RandomConfig{
		Vocabulary: d.Vocabulary, Chat: d.Config.chat(),
		InputLen: pc.Input, OutputLen: pc.Output, Requests: pc.NumPrompts, Warmups: pc.Warmup,
		Seed: pc.Seed, IDPrefix: fmt.Sprintf("%s.%d-", pc.Name, pc.Attempt),
	})
	if err != nil {
		return nil, err
	}
	return source, source.Prepare(ctx, d.Progress.Preparing)
}

// load is the case's schedule: a closed loop, or arrivals at a rate under a cap.
func (d *Driver) load(pc PlannedCase, source *dataset.Random) loadgen.Plan {
	plan := loadgen.Plan{
		Measured:       loadgen.Phase{Source: source, Requests: pc.NumPrompts},
		MaxConcurrency: pc.MaxConcurrency,
		Drain:          d.Config.WarmupDrain,
		Epoch:          d.Start,
	}
	if pc.Warmup > 0 {
		plan.Warmup = loadgen.Phase{Source: source.Warmup(), Requests: pc.Warmup}
	}
	if !math.IsInf(pc.Rate, 1) {
		plan.Measured.Pacer = d.pacer(pc.Rate, pc.NumPrompts, pc.Seed)
		plan.Warmup.Pacer = d.pacer(pc.Rate, pc.Warmup, ^pc.Seed)
	}
	return plan
}

func (d *Driver) pacer(rate float64, n int, seed uint64) loadgen.Pacer {
	return loadgen.Gamma{Rate: rate, Burstiness: d.Config.Burstiness, N: n, Seed: seed}
}

func (d *Driver) options(pc PlannedCase, res *Result) metrics.Options {
	c := d.Config
	return metrics.Options{
		Percentiles: c.Percentiles, SLO: c.Goodput,
		MaxConcurrency: pc.MaxConcurrency, RequestRate: pc.Rate, NumPrompts: pc.NumPrompts,
		InputLen: pc.Input, OutputLen: pc.Output,
		IgnoreEOS:       res.eosIgnored,
		FailuresAllowed: c.FailuresAllowed,
		UniquePrompts:   true,
	}
}
