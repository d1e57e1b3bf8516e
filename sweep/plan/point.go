package plan

import (
	"cmp"
	"slices"

	"llmsweep/dataset"
	"llmsweep/runlog"
)

// A Point is one setting of the config's lists.
type Point struct {
	Lengths IOLen
	Load    Load
	Rate    float64
}

// points are the product of the config's lists.
func (c *Config) points() []Point {
	points := make([]Point, 0, c.ownCount())
	for _, lengths := range c.InputOutput {
		for _, load := range c.loads() {
			for _, rate := range c.RequestRate {
				points = append(points, Point{lengths, load, rate})
			}
		}
	}
	return points
}

// CaseAt is a case at another point of the config's space, beside one that was
// planned; its attempt is the first.
func (c *Config) CaseAt(like *Case, at Point, repeat, repeats int) Case {
	variants := c.all()
	v := &variants[max(0, slices.IndexFunc(variants, func(v variant) bool { return v.config == like.Config }))]
	p := v.config.plannedCase(at, repeat)
	p.Place, p.Axes.More = like.Place, like.Axes.More
	p.Name = v.caseName(at, c.severalRates(), repeat, repeats)
	p.Seed = dataset.CaseSeed(c.Seed, p.Name, 1)
	return p
}

// Point is where the case is among its config's lists.
func (p *Case) Point() Point {
	return Point{IOLen{p.Input, p.Output}, Load{p.MaxConcurrency, p.NumPrompts}, p.Rate}
}

// Listed is the plan's cases for the manifest, and so the tables: as they are
// before they are shuffled. Cases that were added stand with the one that they were
// added for, by load.
func Listed(plan []Case) []runlog.Case {
	cases := make([]runlog.Case, len(plan))
	inPlace := slices.SortedFunc(slices.Values(plan), func(a, b Case) int {
		return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.MaxConcurrency, b.MaxConcurrency), cmp.Compare(a.Rate, b.Rate), cmp.Compare(a.Axes.Repeat, b.Axes.Repeat))
	})
	for i, pc := range inPlace {
		cases[i] = pc.Case
	}
	return cases
}
