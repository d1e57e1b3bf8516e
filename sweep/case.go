package sweep

import (
	"context"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/loadgen"
	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/plan"
	"llmsweep/tokenizer"
)

// A Driver runs single cases against one server.
type Driver struct {
	Config    *plan.Config
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
	Failure string           // why there is no result, one of Notes or its first line; "" = the requests' own errors say it

	interrupted string // by what

	late       int      // prompts that were not made when they were due
	eosIgnored bool     // the server took ignore_eos, so a short answer is a fault
	suspect    []string // what its end says against the figures
	base       string   // where the server was; "" = the case did not get that far
	counted    serverCounts
}

// Run makes the case's prompts, sends them, and sums up. Each request's record is
// given to keep as it ends; an error from keep stops the load. A request that
// failed is data, in the Result. The error is one of this program, or the
// context's cause; the Result is whole even then.
func (d *Driver) Run(ctx context.Context, pc plan.Case, keep func(*metrics.Record) error) (*Result, error) {
	res := &Result{Status: runlog.StatusFailed, base: d.BaseURL}
	defer func() {
		res.Summary = metrics.Summarize(res.Records, d.options(pc, res))
		res.judge(pc.NumPrompts)
	}()

	prompts, err := d.prompts(ctx, pc)
	switch {
	case ctx.Err() != nil:
		return d.ended(ctx, res, err)
	case err != nil: // this case's alone: the next may have prompts
		res.fail(err.Error())
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
	loads, err := d.loads(pc, prompts)
	if err != nil {
		return res, err
	}
	res.Notes = append(res.Notes, d.loadNotes(&pc, prompts)...)
	sent := &gauge{Client: c}
	d.Progress.Sending(sent.now)
	rule := newStopRule(d.Config.Abort, d.open(&pc))
	var backend loadgen.Backend = sent
	lora := newAdapters(d.Config.LoRA, pc.Seed)
	if lora != nil {
		backend = &adapting{sent, lora}
	}
	pages := pagesOfEach(c, d.BaseURL)
	res.counted = countBefore(ctx, pages)
	res.Records = make([]metrics.Record, 0, recordsAhead(&pc))
	stillness := feelPulse()
	err = loadgen.RunLanes(loadCtx, backend, loads, func(t client.Trace) error {
		r := metrics.FromTrace(t, func(text string) (int, error) { return d.Tokenizer.Count(text, false) })
		if cutOff(t) {
			r.Censor()
		}
		if d.Config.SaveDetailed {
			r.Text = t.Text
		}
		res.Records = append(res.Records, r)
		kept := &res.Records[len(res.Records)-1]
		d.Progress.RequestEnded(kept)
		if err := keep(kept); err != nil {
			return err
		}
		return rule.add(kept, sent.now())
	})
	res.doubt(stillness())
	res.counted.countAfter(ctx, pages)
	res.Notes = append(res.Notes, c.Notes()...)
	res.Notes = append(res.Notes, cutWarmups(loads)...)
	res.Notes = append(res.Notes, adapterNotes(lora, res.Records)...)
	res.eosIgnored = c.EOSIgnored()
	res.late = prompts.Late()
	res, err = d.ended(ctx, res, err)
	if why := d.gone(ctx, c, res); why != "" && err == nil {
		res.fail(why)
	}
	if res.Status == runlog.StatusMeasured {
		res.doubt(apart(prompts.Lanes(), res.Records))
	}
	return res, err
}

// recordsAhead is how many records there is room for from the start: as many as will
// come, where that is known and no lot of memory.
func recordsAhead(pc *plan.Case) int {
	if pc.Duration > 0 || pc.WarmupFor > 0 {
		return 1 << 10
	}
	return min(pc.Warmup+pc.NumPrompts, 1<<16)
}

// openAhead is how many connections stand before the clock starts: one a request
// in flight. Without a cap that is anyone's guess, and the rest open on demand.
func openAhead(pc plan.Case) int {
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
		IgnoreEOS: c.IgnoreEOS, Proxy: c.Proxy, Timeouts: c.Timeouts, SessionHeader: c.SessionHeader,
		TLS: c.TLS, Protocol: c.Protocol,
		KeepText: c.SaveDetailed || needsAnswers(&c.Dataset), Start: d.Start,
	}
}

// prompts makes the warm-up's and the measured requests, before the clock starts:
// as many as the buffer holds.
func (d *Driver) prompts(ctx context.Context, pc plan.Case) (*dataset.Prompts, error) {
	p, err := d.Source.Case(datasetCase(d.Config, &pc))
	if err != nil {
		return nil, err
	}
	return p, p.Prepare(ctx, d.Progress.Preparing)
}

// caseContext bounds the load by timeouts.case: its requests then fail as
// timeout_case.
func (d *Driver) caseContext(ctx context.Context) (context.Context, context.CancelFunc) {
	if d.Config.CaseTimeout <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, d.Config.CaseTimeout, client.ErrCaseTimeout)
}

func (d *Driver) options(pc plan.Case, res *Result) metrics.Options {
	c := d.Config
	asked := askedLengths(&c.Dataset, &pc)
	return metrics.Options{
		Percentiles: c.Percentiles, SLO: c.Goodput, Scenarios: scenariosOf(c, &pc),
		MaxConcurrency: pc.MaxConcurrency, RequestRate: pc.Rate, NumPrompts: pc.NumPrompts,
		Ramp:     pc.Ramp != nil || plan.ReplaysTimes(&c.Dataset),
		InputLen: asked.Input, OutputLen: asked.Output,
		IgnoreEOS:       res.eosIgnored,
		FailuresAllowed: c.FailuresAllowed,
		UniquePrompts:   !c.Dataset.Repeats(),
		SharedPrefixes:  c.Dataset.SharesPrefixes(),
	}
}
