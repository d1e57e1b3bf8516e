package plan

import (
	"fmt"
	"math"
	"slices"

	"llmsweep/sweep/conf"
)

const maxRates = 100 // of a sweep of rates

// readRates reads one request rate or a list of them, requests/s; inf is unbounded. Or
// a sweep of rates, {sweep: N}, of which the plan has the ends alone.
func readRates(c *Config) conf.Read {
	const want = "requests/s from 0.001 to 1000000, or inf"
	list := conf.ReadNumbers(&c.RequestRate, want, true, func(v *conf.Value) (float64, string, bool) {
		if isInf(v) {
			return unbounded, "", true
		}
		x, hint, ok := conf.Number(v)
		return x, hint, ok && (math.IsInf(x, 1) || x >= 0.001 && x <= 1e6)
	})
	return func(r *conf.Reader, key string, v *conf.Value) {
		if v.Kind != conf.KindMapping {
			list(r, key, v)
			return
		}
		r.Mapping(v, key, []conf.Field{conf.Key("sweep", conf.ReadWhole(&c.RateSweep, 1, maxRates))})
		r.Require(v, key, "how many rates between one at a time and unbounded, as in {sweep: 8}", "sweep")
	}
}

// checkRateSweep faults what does not go with a sweep of rates.
func (r *reader) checkRateSweep(c *Config, root *conf.Value) {
	if c.RateSweep == 0 {
		return
	}
	const beside = "stands beside request_rate: {sweep: N}, which chooses its loads itself; keep one"
	if c.Refine != nil {
		refine, _ := root.Get("refine")
		r.Faults = append(r.Faults, refine.At.Fault("refine", "", beside))
	}
	if c.Search.Over(OverConcurrency) {
		r.Faults = append(r.Faults, c.searchAt.At.Fault("search", "", beside))
		return
	}
	loads, written := root.Get("concurrency_prompts")
	if !written || len(loads.Items) != len(c.ConcurrencyPrompts) { // a fault that was told
		return
	}
	for i, l := range c.ConcurrencyPrompts {
		if l.MaxConcurrency < 2 {
			r.Complain(fmt.Sprintf("concurrency_prompts[%d]", i), loads.Items[i],
				"a max concurrency of 2 or more: beside request_rate: {sweep: N} it is the upper end, and one at a time the lower")
		}
	}
}

// loads are the caps with their numbers of prompts. For a sweep of rates each has as
// many prompts one at a time before it; two may share these.
func (c *Config) loads() []Load {
	if c.RateSweep == 0 {
		return c.ConcurrencyPrompts
	}
	var loads []Load
	seen := map[Load]bool{}
	for _, most := range c.ConcurrencyPrompts {
		for _, l := range []Load{{1, most.NumPrompts}, most} {
			if !seen[l] {
				seen[l] = true
				loads = append(loads, l)
			}
		}
	}
	return loads
}

// SweepsRates reports whether some of the cases are the ends of a sweep of rates.
func (c *Config) SweepsRates() bool {
	return slices.ContainsFunc(c.all(), func(v variant) bool { return v.config.RateSweep > 0 })
}

func (p *Case) sweepsRates() bool { return p.Config != nil && p.Config.RateSweep > 0 }

// SessionsPerRequest is what requests/s are to be multiplied by for a rate: below 1 for
// conversations, of which a rate counts the sessions.
func (p *Case) SessionsPerRequest() float64 { return p.sessions() / float64(max(p.NumPrompts, 1)) }

// ratesValue are the rates as the YAML has them.
func (c *Config) ratesValue() any {
	if c.RateSweep > 0 {
		return map[string]any{"sweep": c.RateSweep}
	}
	rates := make([]any, len(c.RequestRate))
	for i, r := range c.RequestRate {
		rates[i] = rateValue(r)
	}
	return rates
}
