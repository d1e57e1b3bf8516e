package sweep

import (
	"math"
	"strconv"
	"time"

	"llmsweep/dataset"
	"llmsweep/runlog"
)

// A PlannedCase is one case of a plan and what it takes to run it. Its Hash is
// empty until the Runner knows the tokenizer's content: see Config.CaseHash.
type PlannedCase struct {
	runlog.Case

	Input, Output  int     // tokens; 0 = the dataset's own
	Typical        IOLen   // of a request whose lengths are the dataset's own, for estimates alone; else {0, 0}
	MaxConcurrency int     // cap on requests in flight
	NumPrompts     int     // measured requests
	Rate           float64 // requests/s; +Inf = as fast as the cap allows
	Warmup         int     // requests before the measured ones

	Ramp      *Ramp         // in place of Rate, which is +Inf then; nil = none
	Replay    float64       // how many times faster than recorded a trace's times are replayed, in place of Rate; 0 = none
	Duration  time.Duration // ends the case though prompts are left; 0 = no limit
	WarmupFor time.Duration // sends warm-up requests for so long, in place of a count; 0 = by count
}

// open reports whether requests come by a schedule, not by slots.
func (p *PlannedCase) open() bool {
	return p.Ramp != nil || p.Replay > 0 || !math.IsInf(p.Rate, 1)
}

// Plan is every case in running order: repeats outermost, so that a server that
// drifts drifts across every setting alike; then input_output,
// concurrency_prompts and request_rate. It is pure: the same config gives the
// same cases. Attempt is 1.
func (c *Config) Plan() []PlannedCase {
	cases := make([]PlannedCase, 0, c.caseCount())
	for repeat := 1; repeat <= c.Repeats; repeat++ {
		for _, lengths := range c.InputOutput {
			for _, load := range c.ConcurrencyPrompts {
				for _, rate := range c.RequestRate {
					cases = append(cases, c.plannedCase(lengths, load, rate, repeat))
				}
			}
		}
	}
	return cases
}

func (c *Config) plannedCase(lengths IOLen, load Load, rate float64, repeat int) PlannedCase {
	name := c.caseName(lengths, load, rate, repeat)
	replay := 0.0
	if replaysTimes(&c.Dataset) {
		replay = c.Dataset.Speed
	}
	return PlannedCase{
		Case: runlog.Case{
			Name: name,
			Axes: runlog.Axes{
				InputLen:       lengths.Input,
				OutputLen:      lengths.Output,
				MaxConcurrency: load.MaxConcurrency,
				NumPrompts:     load.NumPrompts,
				RequestRate:    runlog.Rate(rate),
				Dataset:        c.Dataset.Type,
				Repeat:         repeat,
				More:           c.moreAxes(),
			},
			Seed:    dataset.CaseSeed(c.Seed, name, 1),
			Attempt: 1,
		},
		Typical:        c.typicalLengths(),
		Input:          lengths.Input,
		Output:         lengths.Output,
		MaxConcurrency: load.MaxConcurrency,
		NumPrompts:     load.NumPrompts,
		Rate:           rate,
		Warmup:         c.Warmup.count(load),
		Ramp:           c.Ramp,
		Replay:         replay,
		Duration:       c.Duration,
		WarmupFor:      c.Warmup.For,
	}
}

// moreAxes are what sets a case apart beside its lists: nil for most.
func (c *Config) moreAxes() map[string]string {
	var more map[string]string
	add := func(key, text string) {
		if more == nil {
			more = map[string]string{}
		}
		more[key] = text
	}
	if c.Ramp != nil {
		add("ramp", c.Ramp.String())
	}
	if replaysTimes(&c.Dataset) {
		add("replay", "times x"+rateText(c.Dataset.Speed))
	}
	if c.Duration > 0 {
		add("duration", shortSpan(c.Duration))
	}
	return more
}

// caseName is what the case's files are called. Rate and repeat are part of it
// only where there is more than one. Where lengths are the dataset's own, its type
// stands in their place.
func (c *Config) caseName(lengths IOLen, load Load, rate float64, repeat int) string {
	what := "io" + strconv.Itoa(lengths.Input) + "x" + strconv.Itoa(lengths.Output)
	if lengths == (IOLen{}) {
		what = c.Dataset.Type
	}
	name := "bench_" + what + "_mc" + strconv.Itoa(load.MaxConcurrency) + "_np" + strconv.Itoa(load.NumPrompts)
	if len(c.RequestRate) > 1 {
		name += "_rate" + rateText(rate)
	}
	if c.Repeats > 1 {
		name += "_run" + strconv.Itoa(repeat)
	}
	return name
}

// rateText is a rate without exponent: 4, 0.5, inf.
func rateText(r float64) string {
	if math.IsInf(r, 1) {
		return "inf"
	}
	return strconv.FormatFloat(r, 'f', -1, 64)
}

// count is the number of warm-up requests at a load.
func (w Warmup) count(load Load) int {
	if w.For > 0 {
		return 0
	}
	if w.Auto {
		return min(load.MaxConcurrency, load.NumPrompts, 256)
	}
	return w.Requests
}

func (c *Config) caseCount() int {
	return c.Repeats * len(c.InputOutput) * len(c.ConcurrencyPrompts) * len(c.RequestRate)
}
