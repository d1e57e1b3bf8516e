// Package sweep runs a plan case by case: order, resume, servers. What a config says,
// and which cases it asks for, is plan's, a folder of it.
package sweep

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/launch"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/redact"
	"llmsweep/sweep/selftest"
	"llmsweep/telemetry"
)

// A Runner runs a config's plan in its results folder: what is missing of a run
// that was broken off, else all of it.
type Runner struct {
	Config     *plan.Config
	Version    string // of this tool
	Executable string // starts the simulator: this program's own file
	Getenv     func(string) string
	Now        func() time.Time
	Progress   Progress

	// Fold makes the tables of the results folder from its case files. It comes
	// before the run is marked complete, so that no kill leaves a complete run
	// without them.
	Fold func(dir string) error

	Fresh      bool   // start anew even where a run could go on
	OnlyFailed bool   // only cases that failed before or are invalid, of a complete run too
	Only       string // only cases whose name matches this glob; "" = all

	SelfTest *selftest.Result // the host's last one: a case beyond it is suspect; nil = none was made

	plan     []plan.Case
	inputs   *inputSet
	hashed   map[*plan.Config]hashedConfig
	growth   *growth // what is added to the plan
	strict   bool    // a doubt about the server is an error
	sims     map[simKey]*launch.Sim
	launches map[string]*launched // servers of the run's own, by launchOf's key
	up       *launched            // the one that runs; nil = none
	run      runlog.Run
	dir      *runlog.Dir // the results folder
	begun    time.Time   // instants count from here

	facts     map[served]map[string]any     // what each server told of itself
	last      map[string]telemetry.Counters // by address, at the end of the case before
	unsettled map[string]share              // by address, of the case before: what the server may count in the next one
	warnings  []string                      // for the manifest
	hooks     hooks
	unreset   map[string]bool // by address: the user was told that its cache is not emptied
	cooled    bool            // a case has run: the next one waits for cooldown
	leave     leaveOut
}

// An Outcome is what a sweep came to.
type Outcome struct {
	Dir     string   // the results folder
	Names   []string // the plan's cases, in order
	Missing int      // cases of the plan without a measured result
	LeftOut int      // of Missing: those that --only or --only-failed left out
	Skipped []Skip   // those that rules of the config left out for good; not Missing

	Searches []SearchResult // in the plan's order; those that have not ended say so
	Knees    []KneeResult   // of the curves that were to be refined
	Rates    []RatesResult  // of the sweeps of rates
}

// A ConfigError says that the config, or what it names, cannot be run.
type ConfigError struct{ Err error }

func (e *ConfigError) Error() string { return e.Err.Error() }
func (e *ConfigError) Unwrap() error { return e.Err }

// Run runs the sweep. A *ConfigError is returned before anything was sent; when
// ctx ends, its cause is returned, the case at work is whole and marked
// interrupted, and another Run goes on from there.
func (r *Runner) Run(ctx context.Context) (out Outcome, err error) {
	out.Dir = r.Config.ResultsDir
	defer r.close()
	if err := r.read(ctx); err != nil {
		return out, err
	}
	dir, err := runlog.Open(r.Config.ResultsDir)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	r.dir = dir
	r.endLeftovers(ctx, dir.Path())
	before, err := r.past(dir)
	if err != nil {
		return out, err
	}
	r.hooks = newHooks(r.Config, dir.Path())
	defer func() { r.warn(r.hooks.afterSweep(ctx, sweepStatus(ctx, &out, err))) }()
	defer r.stopServer(ctx)
	if err := r.hooks.beforeSweep(ctx); err != nil {
		return out, err
	}
	if err := r.ask(ctx); err != nil {
		return out, err
	}
	toRun, err := r.begin(ctx, dir, before)
	if err != nil {
		return out, err
	}
	if err := r.hooks.settle(); err != nil {
		return out, err
	}
	r.Progress.SweepStarted(toRun, len(r.plan))
	err = r.work(ctx, dir, r.agenda(toRun))
	r.Progress.SweepEnded()
	for _, pc := range r.plan {
		out.Names = append(out.Names, pc.Name)
	}
	grown := r.growth.results()
	out.Searches, out.Knees, out.Rates = grown.Searches, grown.Knees, grown.Rates
	if _, gone := errors.AsType[*runlog.GoneError](err); gone {
		return out, err // there is nothing to be added to, and no table to be made
	}
	err = errors.Join(err, r.growth.note(true), r.growth.write(grown), r.Fold(dir.Path()))
	return out, errors.Join(err, r.finish(dir, append(toRun, r.growth.added...), &out, err == nil && r.growth.over()))
}

// runCase runs one case and writes its files.
func (r *Runner) runCase(ctx context.Context, dir *runlog.Dir, pc plan.Case) (*runlog.CaseFile, error) {
	if err := r.coolDown(ctx); err != nil {
		return nil, err
	}
	w, err := dir.NewCase(pc.Case, runlog.RecordsMode(r.Config.Records))
	if err != nil {
		return nil, err
	}
	defer w.Close()
	r.Progress.CaseStarted(pc)
	res, caseErr := r.measure(ctx, pc, w.Append)
	f := r.caseFile(pc, res)
	r.Progress.CaseEnded(pc, seen(ctx, res, caseErr))
	err = errors.Join(caseErr, w.Finish(f))
	r.warn(r.hooks.afterCase(ctx, pc, res.Status))
	return f, err
}

// seen is the result for those who watch: an error that ends the run is said by
// its end, and not by its last case as well.
func seen(ctx context.Context, res *Result, err error) *Result {
	if err == nil || ctx.Err() != nil {
		return res
	}
	shown := *res
	shown.Failure, shown.Summary.FirstError = "", ""
	return &shown
}

// measure runs the case on its server, once its hook has had its say. The Result
// is whole even where there is an error.
func (r *Runner) measure(ctx context.Context, pc plan.Case, keep func(*metrics.Record) error) (*Result, error) {
	if err := r.serve(ctx, pc); err != nil {
		return r.driver(pc.Config, "").notRun(ctx, pc, err)
	}
	if err := r.hooks.beforeCase(ctx, pc); err != nil {
		return r.driver(pc.Config, "").notRun(ctx, pc, err)
	}
	base, err := r.baseURL(ctx, pc.Config)
	if err != nil {
		res, _ := r.driver(pc.Config, "").notRun(ctx, pc, err)
		return res, err
	}
	doubt := r.prepareServer(ctx, base, pc)
	res, err := r.driver(pc.Config, base).Run(ctx, pc, keep)
	r.noticeRestart(ctx, pc.Config, res)
	r.SelfTest.Judge(&res.Summary, res.Records)
	r.judgeTraffic(pc.Config, res)
	if why := r.died(ctx, res); why != "" {
		res.Notes = append(res.Notes, why)
	}
	for _, why := range []string{doubt, r.inputs.of(pc.Config).recounted} {
		if why != "" {
			res.Summary.Validity.Add(metrics.Suspect, why)
		}
	}
	return res, err
}

// warn tells the user of an error that ends nothing.
func (r *Runner) warn(err error) {
	if err != nil {
		r.Progress.Warn(err.Error())
	}
}

func (r *Runner) driver(c *plan.Config, base string) *Driver {
	in := r.inputs.of(c)
	return &Driver{
		Config: c, BaseURL: base, APIKey: r.apiKey(c), Tokenizer: in.tok, Source: in.source,
		Start: r.begun, Progress: r.Progress,
	}
}

// close lets go of the servers that the run asked or started.
func (r *Runner) close() {
	if r.inputs != nil {
		r.inputs.close()
	}
	r.stopSims()
}

// finish counts what is missing, and marks the run complete when that is nothing
// and all went well.
func (r *Runner) finish(dir *runlog.Dir, toRun []plan.Case, out *Outcome, ok bool) error {
	entries, err := dir.Entries()
	if err != nil {
		return err
	}
	chosen := make(map[string]bool, len(toRun))
	for _, pc := range toRun {
		chosen[pc.Name] = true
	}
	for _, pc := range r.plan {
		e := entries[pc.Name]
		if measured(pc, e) {
			continue
		}
		if r.staysOut(pc, e) {
			out.Skipped = append(out.Skipped, Skip{pc.Name, e.Why, r.leave.takes(pc)})
			continue
		}
		out.Missing++
		if !chosen[pc.Name] {
			out.LeftOut++
		}
	}
	if out.Missing > 0 || !ok {
		return nil
	}
	r.run.Complete = true
	return dir.Update(r.run)
}

func (r *Runner) apiKey(c *plan.Config) string { return r.Getenv(c.APIKeyEnv) }

// caseFile is the case's JSON.
func (r *Runner) caseFile(pc plan.Case, res *Result) *runlog.CaseFile {
	c, in := pc.Config, r.inputs.of(pc.Config)
	around, by := in.overhead()
	f := runlog.NewCaseFile(pc.Case, res.Summary, runlog.Info{
		Date: r.Now(), StartUnixNS: r.run.StartUnixNS,
		EndpointType: c.Backend, Backend: c.Backend, Labels: redact.Words(c.Labels),
		Model: c.Model, TokenizerID: in.tokenizerID(), Burstiness: c.Burstiness,
		Status: res.Status, Notes: in.notes(res.Notes), SLO: c.Goodput,
		OverheadTokens: around, OverheadSource: by, TokenizerHash: in.knownTokenizer(),
		Cost: c.CaseCost(&pc), Environment: r.run.Host, Server: r.serverObject(&pc, res),
	})
	if c.SaveDetailed {
		f.Detailed(res.Records)
	}
	return f
}

// simLog is the simulator's log in a results folder. It is beside the run's logs,
// not among them: the simulator is up before an earlier run's files are moved.
func simLog(dir string) string { return filepath.Join(dir, ".run", "simulator.log") }

// allSimulated reports whether no case has a real server.
func allSimulated(c *plan.Config) bool {
	return !slices.ContainsFunc(c.Variants(), func(v *plan.Config) bool {
		_, sim := v.Preset()
		return !sim
	})
}
