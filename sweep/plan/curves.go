package plan

import (
	"fmt"
	"maps"
)

// A CurveKey names a curve of a plan: cases that differ in their load, their number
// of prompts and their repeat alone.
type CurveKey struct {
	model, server, dataset string
	input, output          int
	more                   string  // axes beside the lists
	inFlight               int     // where the load is the rate; else 0
	rate                   float64 // where the load is the concurrency; else 0
}

// Curves are the curves of a plan. A curve goes over what a search varies; else
// over the rate where that varies, else over the concurrency.
type Curves struct {
	search   *Search           // nil = none
	overRate map[CurveKey]bool // by the key without any load
}

// NewCurves finds the curves of a plan; search is its config's.
func NewCurves(plan []Case, search *Search) *Curves {
	c := &Curves{search: search, overRate: map[CurveKey]bool{}}
	rates := map[CurveKey]float64{}
	for i := range plan {
		key := loadless(&plan[i])
		rate, seen := rates[key]
		rates[key] = plan[i].Rate
		if seen && rate != plan[i].Rate || plan[i].sweepsRates() { // its plan is the ends alone
			c.overRate[key] = true
		}
	}
	return c
}

// loadless is the case's key without its load.
func loadless(pc *Case) CurveKey {
	more := maps.Clone(pc.Axes.More)
	for _, load := range []string{"concurrency_prompts", "request_rate"} {
		delete(more, load)
	}
	key := CurveKey{server: pc.Axes.Server, dataset: pc.Axes.Dataset, input: pc.Input, output: pc.Output, more: fmt.Sprint(more)}
	if pc.Config != nil {
		key.model = pc.Config.Model
	}
	return key
}

// Of is the case's curve, and its load there: requests/s or requests in flight.
func (c *Curves) Of(pc *Case) (key CurveKey, load float64) {
	key = loadless(pc)
	byRate := c.overRate[key]
	if c.search != nil { // its plan is the first cases alone
		byRate = c.search.Over(OverRate)
	}
	if byRate {
		key.inFlight = pc.MaxConcurrency
		return key, pc.Rate
	}
	key.rate = pc.Rate
	return key, float64(pc.MaxConcurrency)
}
