package sweep

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/loadgen"
)

// loads are the case's schedules, which run at the same time: one, or one for each
// part of a mix that has slots of its own.
func (d *Driver) loads(pc PlannedCase, prompts *dataset.Prompts) ([]loadgen.Plan, error) {
	lanes := prompts.Lanes()
	if lanes == nil {
		return []loadgen.Plan{d.load(pc, prompts)}, nil
	}
	caps, err := dataset.LaneCaps(lanes, pc.MaxConcurrency)
	if err != nil {
		return nil, err
	}
	var loads []loadgen.Plan
	for i, l := range lanes {
		part := pc
		part.MaxConcurrency, part.NumPrompts, part.Warmup = caps[i], l.Requests, l.Warmups
		if l.Requests > 0 {
			loads = append(loads, d.load(part, l.Prompts))
		}
	}
	return loads, nil
}

// checkLanes faults cases with fewer slots than parts that are to have their own.
func checkLanes(c *Config, plan []PlannedCase) error {
	lanes := 0
	for i := range c.Dataset.Scenarios {
		if c.Dataset.Scenarios[i].Share > 0 {
			lanes++
		}
	}
	if lanes > 0 && lanes < len(c.Dataset.Scenarios) {
		lanes++ // the others together
	}
	var errs []error
	for i := range plan {
		if plan[i].MaxConcurrency < lanes {
			errs = append(errs, fmt.Errorf("%s: case %s: max concurrency %d, want at least %d: one for each scenario with a concurrency_share, and one for the others together",
				c.Path, plan[i].Name, plan[i].MaxConcurrency, lanes))
		}
	}
	return errors.Join(errs...)
}

// runLanes runs loads at the same time, each with slots of its own, on one
// backend. emit gets all their traces, one call at a time; the first load that
// fails ends the others, and its error is returned.
func runLanes(ctx context.Context, b loadgen.Backend, loads []loadgen.Plan, emit func(client.Trace) error) error {
	if len(loads) == 1 {
		return loadgen.Run(ctx, b, loads[0], emit)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		mu    sync.Mutex
		lanes sync.WaitGroup
		short = make([]error, len(loads))
	)
	for i, load := range loads {
		lanes.Go(func() {
			short[i] = loadgen.Run(ctx, b, load, func(t client.Trace) error {
				mu.Lock()
				defer mu.Unlock()
				return emit(t)
			})
			if short[i] != nil {
				cancel(short[i]) // the first cause is the one that is kept
			}
		})
	}
	lanes.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.Join(short...)
}
