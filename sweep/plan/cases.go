package plan

import (
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"llmsweep/dataset"
	"llmsweep/runlog"
	"llmsweep/sweep/wording"
)

// A Case is one case of a plan and what it takes to run it. Its Hash is
// empty until the Runner knows the tokenizer's content: see Config.CaseHash.
type Case struct {
	runlog.Case
	Config *Config // what it is run by: with the values of its axes

	Input, Output  int     // tokens; 0 = the dataset's own
	Typical        IOLen   // of a request whose lengths are the dataset's own, for estimates alone; else {0, 0}
	MaxConcurrency int     // cap on requests in flight
	NumPrompts     int     // measured requests
	Rate           float64 // requests/s; +Inf = as fast as the cap allows
	Warmup         int     // requests before the measured ones

	Ramp     *Ramp         // in place of Rate, which is +Inf then; nil = none
	Replay   float64       // how many times faster than recorded a trace's times are replayed, in place of Rate; 0 = none
	Duration time.Duration // ends the case though prompts are left; 0 = no limit
	Place    int           // in the plan before it is shuffled, from 1

	WarmupFor time.Duration // sends warm-up requests for so long, in place of a count; 0 = by count
}

// OpenLoop reports whether requests come by a schedule, not by slots.
func (p *Case) OpenLoop() bool {
	return p.Ramp != nil || p.Replay > 0 || !math.IsInf(p.Rate, 1)
}

// The values of order.
const (
	OrderPlan        = "plan"
	OrderShuffled    = "shuffled"
	OrderInterleaved = "interleaved"
)

// Cases is every case in running order: repeats outermost, so that a server that
// drifts drifts across every setting alike; then servers, zip, matrix, datasets and
// sampling, input_output, concurrency_prompts and request_rate. Within a repeat
// they may be shuffled, by the seed; with a budget, each curve's loads are in
// bisecting order. It is pure: the same config gives the same
// cases. Attempt is 1.
func (c *Config) Cases() []Case {
	cases, _ := c.cases() // its faults were told when the config was read
	return cases
}

// cases is Plan; an error is a Fault of include or exclude.
func (c *Config) cases() ([]Case, error) {
	cases := make([]Case, 0, c.caseCount())
	variants := c.all()
	severalRates := c.severalRates()
	mores := make([]map[string]string, len(variants))
	for i := range variants {
		mores[i] = variants[i].moreAxes()
	}
	place := 0
	for repeat := 1; repeat <= c.Repeats; repeat++ {
		first := len(cases)
		for i := range variants {
			v := &variants[i]
			for _, at := range v.config.points() {
				place++
				p := v.config.plannedCase(at, repeat)
				p.Place, p.Axes.More = place, mores[i]
				p.Name = v.caseName(at, severalRates, repeat, c.Repeats)
				p.Seed = dataset.CaseSeed(c.Seed, p.Name, 1)
				keep, err := c.keeps(&p, v)
				if err != nil {
					return nil, err
				}
				if keep {
					cases = append(cases, p)
				}
			}
		}
		c.Arrange(cases[first:], repeat)
	}
	return cases, nil
}

// Arrange puts cases of one repeat, which are as the plan has them, in running order.
func (c *Config) Arrange(cases []Case, repeat int) {
	if c.Order == OrderShuffled {
		rng := rand.New(rand.NewPCG(c.Seed, uint64(repeat)))
		for _, block := range ByServer(cases) {
			rng.Shuffle(len(block), func(i, j int) { block[i], block[j] = block[j], block[i] })
		}
	}
	if c.Budget > 0 {
		c.mostNeededFirst(cases)
	}
	if c.Order == OrderInterleaved {
		interleave(cases, repeat)
	}
}

// ByServer cuts the cases where the server changes that the run starts for them: it
// is started once, in whatever order they are.
func ByServer(cases []Case) (blocks [][]Case) {
	same := func(a, b *Config) bool {
		return a.Server.Launch == b.Server.Launch && (a.Server.Launch == "" || a.Server.Name == b.Server.Name && maps.Equal(a.vars, b.vars))
	}
	for from, i := 0, 1; i <= len(cases); i++ {
		if i == len(cases) || !same(cases[from].Config, cases[i].Config) {
			blocks = append(blocks, cases[from:i])
			from = i
		}
	}
	return blocks
}

// severalRates reports whether the cases' rates differ.
func (c *Config) severalRates() bool {
	variants := c.all()
	if c.Search.Over(OverRate) || c.SweepsRates() {
		return true
	}
	first := variants[0].config.RequestRate
	for _, v := range variants {
		if rates := v.config.RequestRate; len(rates) > 1 || !slices.Equal(rates, first) {
			return true
		}
	}
	return false
}

// plannedCase is a case without what the plan as a whole decides: its name and
// seed, its place and axes.
func (c *Config) plannedCase(at Point, repeat int) Case {
	lengths, load, rate := at.Lengths, at.Load, at.Rate
	replay := 0.0
	if ReplaysTimes(&c.Dataset) {
		replay = c.Dataset.Speed
	}
	return Case{
		Case: runlog.Case{
			Axes: runlog.Axes{
				InputLen:       lengths.Input,
				OutputLen:      lengths.Output,
				MaxConcurrency: load.MaxConcurrency,
				NumPrompts:     load.NumPrompts,
				RequestRate:    runlog.Rate(rate),
				Dataset:        c.Dataset.Type,
				Server:         c.Server.Name,
				Repeat:         repeat,
			},
			Attempt: 1,
		},
		Config:         c,
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

// moreAxes are what sets the variant's cases apart beside their lists: nil for
// most.
func (v *variant) moreAxes() map[string]string {
	c, more := v.config, maps.Clone(v.more)
	if more == nil {
		more = map[string]string{}
	}
	if c.Ramp != nil {
		more["ramp"] = c.Ramp.String()
	}
	if ReplaysTimes(&c.Dataset) {
		more["replay"] = "times x" + wording.Rate(c.Dataset.Speed)
	}
	if c.Duration > 0 {
		more["duration"] = wording.Span(c.Duration)
	}
	if len(more) == 0 {
		return nil
	}
	return more
}

// caseName is what the case's files are called. Rate and repeat are part of it
// only where there is more than one, as are the values of axes. Where lengths are
// the dataset's own, its type stands in their place.
func (v *variant) caseName(at Point, severalRates bool, repeat, repeats int) string {
	what := "io" + strconv.Itoa(at.Lengths.Input) + "x" + strconv.Itoa(at.Lengths.Output)
	if at.Lengths == (IOLen{}) {
		what = v.config.Dataset.Type
	}
	name := "bench_" + what + "_mc" + strconv.Itoa(at.Load.MaxConcurrency) + "_np" + strconv.Itoa(at.Load.NumPrompts)
	if severalRates {
		name += "_rate" + wording.Rate(at.Rate)
	}
	name += v.part
	if repeats > 1 {
		name += "_run" + strconv.Itoa(repeat)
	}
	return name
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

// caseCount is how many cases the lists and axes ask for, before include and
// exclude; at most 10^15.
func (c *Config) caseCount() int {
	n := 0
	for _, v := range c.all() {
		n = min(n+v.config.ownCount(), 1e15/maxCases)
	}
	return c.Repeats * n
}

// ownCount is how many cases the config's own lists make in a repeat.
func (c *Config) ownCount() int {
	return len(c.InputOutput) * len(c.loads()) * len(c.RequestRate)
}
