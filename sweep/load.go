package sweep

import (
	"context"
	"fmt"
	"iter"
	"math"
	"sync/atomic"
	"time"

	"llmsweep/client"
	"llmsweep/dataset"
	"llmsweep/loadgen"
	"llmsweep/sweep/plan"
	"llmsweep/sweep/wording"
)

// load is the case's schedule: a closed loop, or arrivals at a rate, a ramp or a
// trace's times under a cap. A warm-up goes at the case's own rate, a ramp's
// first; before a trace's times it is a closed loop. What a schedule counts is
// sessions.
func (d *Driver) load(pc plan.Case, prompts *dataset.Prompts) loadgen.Plan {
	plan := loadgen.Plan{
		Measured:       loadgen.Phase{Source: prompts, Requests: pc.NumPrompts, For: pc.Duration},
		MaxConcurrency: pc.MaxConcurrency,
		Drain:          d.Config.WarmupDrain,
		Epoch:          d.Start,
	}
	switch {
	case pc.WarmupFor > 0:
		plan.Warmup = loadgen.Phase{Source: &timedWarmup{source: prompts.Endless(), length: pc.WarmupFor}, For: pc.WarmupFor}
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
		rate = pc.Ramp.First() // of the warm-up
		plan.Measured.Pacer = pc.Ramp.Pacer(prompts.Count(), pc.Duration, burstiness, pc.Seed)
	case pc.OpenLoop():
		plan.Measured.Pacer = loadgen.Gamma{Rate: rate, Burstiness: burstiness, N: prompts.Count(), Seed: pc.Seed}
	default:
		return plan
	}
	if pc.WarmupFor > 0 { // as many as that takes: one step that goes on
		plan.Warmup.Pacer = loadgen.Steps{Rates: []float64{rate}, Every: pc.WarmupFor, N: math.MaxInt, Burstiness: burstiness, Seed: ^pc.Seed}
	} else {
		plan.Warmup.Pacer = loadgen.Gamma{Rate: rate, Burstiness: burstiness, N: prompts.Warmup().Len(), Seed: ^pc.Seed}
	}
	return plan
}

// A timedWarmup is the source of a warm-up that ends by time. Where prompts run
// out before, the warm-up ends there: that is worth a note, and no failure.
type timedWarmup struct {
	source loadgen.Source
	length time.Duration
	ended  string // why it ended early; "" = it did not
}

func (w *timedWarmup) Sessions() iter.Seq2[dataset.Session, error] {
	return func(yield func(dataset.Session, error) bool) {
		n := 0
		for s, err := range w.source.Sessions() {
			if err != nil {
				w.ended = fmt.Sprintf("the warm-up ended before its %s, after %d sessions: %v", wording.Span(w.length), n, err)
				return
			}
			if !yield(s, nil) {
				return
			}
			n++
		}
	}
}

// cutWarmups are the notes on warm-ups by time that ended early; the loads have
// ended.
func cutWarmups(loads []loadgen.Plan) (notes []string) {
	for _, l := range loads {
		if w, ok := l.Warmup.Source.(*timedWarmup); ok && w.ended != "" {
			notes = append(notes, w.ended)
		}
	}
	return notes
}

// loadNotes are what is odd about the case's load, but not wrong.
func (d *Driver) loadNotes(pc *plan.Case, prompts *dataset.Prompts) []string {
	notes := unsent(&d.Config.Dataset, pc.NumPrompts)
	if pc.OpenLoop() && pc.Replay == 0 && prompts.Count() < pc.NumPrompts {
		key := "request_rate"
		if pc.Ramp != nil {
			key = "ramp"
		}
		notes = append(notes, fmt.Sprintf("%s counts sessions: %d sessions of %d requests", key, prompts.Count(), pc.NumPrompts))
	}
	return notes
}

// open reports whether the case's requests come by a schedule, not by slots.
func (d *Driver) open(pc *plan.Case) bool {
	return pc.OpenLoop() || plan.ReplaysTimes(&d.Config.Dataset)
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
