package sweep

import (
	"cmp"
	"slices"

	"llmsweep/dataset"
	"llmsweep/runlog"
)

// A point is one setting of the config's lists.
type point struct {
	lengths IOLen
	load    Load
	rate    float64
}

// points are the product of the config's lists.
func (c *Config) points() []point {
	points := make([]point, 0, c.ownCount())
	for _, lengths := range c.InputOutput {
		for _, load := range c.ConcurrencyPrompts {
			for _, rate := range c.RequestRate {
				points = append(points, point{lengths, load, rate})
			}
		}
	}
	return points
}

// grown is a case at another point of the config's space, beside one that was
// planned; its attempt is the first.
func (c *Config) grown(like *PlannedCase, at point, repeat, repeats int) PlannedCase {
	variants := c.all()
	v := &variants[max(0, slices.IndexFunc(variants, func(v variant) bool { return v.config == like.Config }))]
	p := v.config.plannedCase(at, repeat)
	p.place, p.Axes.More = like.place, like.Axes.More
	p.Name = v.caseName(at, c.severalRates(), repeat, repeats)
	p.Seed = dataset.CaseSeed(c.Seed, p.Name, 1)
	return p
}

// point is where the case is among its config's lists.
func (p *PlannedCase) point() point {
	return point{IOLen{p.Input, p.Output}, Load{p.MaxConcurrency, p.NumPrompts}, p.Rate}
}

// casesOf is the plan's cases for the manifest, and so the tables: as they are
// before they are shuffled. Cases that were added stand with the one that they were
// added for, by load.
func casesOf(plan []PlannedCase) []runlog.Case {
	cases := make([]runlog.Case, len(plan))
	inPlace := slices.SortedFunc(slices.Values(plan), func(a, b PlannedCase) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.MaxConcurrency, b.MaxConcurrency), cmp.Compare(a.Rate, b.Rate), cmp.Compare(a.Axes.Repeat, b.Axes.Repeat))
	})
	for i, pc := range inPlace {
		cases[i] = pc.Case
	}
	return cases
}
