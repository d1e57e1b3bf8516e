package sweep

import (
	"context"

	"llmsweep/metrics"
	"llmsweep/runlog"
	"llmsweep/sweep/plan"
)

// One runs a single case without a run's files: adjust, if not nil, has the last
// word on the plan's first case. The Result and its case JSON are whole even
// where there is an error.
func (r *Runner) One(ctx context.Context, adjust func(*plan.Case)) (*Result, *runlog.CaseFile, error) {
	defer r.close()
	if err := r.read(ctx); err != nil {
		return nil, nil, err
	}
	if adjust != nil {
		adjust(&r.plan[0])
	}
	r.plan = r.plan[:1]
	r.inputs.plan(r.plan)
	if err := r.ask(ctx); err != nil {
		return nil, nil, err
	}
	pc := r.plan[0]
	base, err := r.baseURL(ctx, pc.Config)
	if err != nil {
		return nil, nil, err
	}
	r.begun = r.Now()
	r.run = runlog.Run{StartUnixNS: r.begun.UnixNano(), Host: r.environment(ctx)}
	r.Progress.SweepStarted(r.plan, 1)
	r.Progress.CaseStarted(pc)
	res, err := r.driver(pc.Config, base).Run(ctx, pc, func(*metrics.Record) error { return nil })
	r.SelfTest.Judge(&res.Summary, res.Records)
	r.judgeTraffic(pc.Config, res)
	r.Progress.CaseEnded(pc, res)
	r.Progress.SweepEnded()
	return res, r.caseFile(pc, res), err
}
