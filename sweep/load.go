package sweep

import (
	"context"
	"math"
	"sync/atomic"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/loadgen"
)

// load is the case's schedule: a closed loop, or arrivals at a rate, a ramp or a
// trace's times under a cap. A warm-up goes at the case's own rate, a ramp's
// first; before a trace's times it is a closed loop.
func (d *Driver) load(pc PlannedCase, prompts *dataset.Prompts) loadgen.Plan {
	plan := loadgen.Plan{
		Measured:       loadgen.Phase{Source: prompts, Requests: pc.NumPrompts, For: pc.Duration},
		MaxConcurrency: pc.MaxConcurrency,
		Drain:          d.Config.WarmupDrain,
		Epoch:          d.Start,
	}
	switch {
	case pc.WarmupFor > 0:
		plan.Warmup = loadgen.Phase{Source: prompts.Endless(), For: pc.WarmupFor}
	case pc.Warmup > 0:
		plan.Warmup = loadgen.Phase{Source: prompts.Warmup(), Requests: pc.Warmup}
	}
	burstiness := d.Config.Burstiness
	rate := pc.Rate
	switch {
	case prompts.Times() != nil:
		plan.Measured.Pacer = loadgen.Times(prompts.Times())
		return plan
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

// open reports whether the case's requests come by a schedule, not by slots.
func (d *Driver) open(pc *PlannedCase) bool { return pc.open() || replaysTimes(&d.Config.Dataset) }

// replaysTimes reports whether requests are sent when a trace says.
func replaysTimes(s *dataset.Spec) bool {
	return s.Type == dataset.TypeTrace && s.Replay == replayTimes
}

// A gauge is a backend that counts its requests in flight.
type gauge struct {
	*client.Client
	inFlight atomic.Int64
}

func (g *gauge) Do(ctx context.Context, r dataset.Request) client.Trace {
	g.inFlight.Add(1)
	defer g.inFlight.Add(-1)
	return g.Client.Do(ctx, r)
}

// now is how many are in flight. Any goroutine may ask.
func (g *gauge) now() int { return int(g.inFlight.Load()) }
