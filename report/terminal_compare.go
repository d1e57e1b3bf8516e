package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"llmsweep/aggregate"
)

// mostRivals is how many servers a comparison names.
const mostRivals = 6

// A rival is a curve's point in a comparison.
type rival struct {
	curve *aggregate.Curve
	point *aggregate.Point
}

// Comparisons says, where models or servers had the same work, how much more the
// best of them does: each at its best under the SLO where all have one, else at
// its knee, else at its peak.
func Comparisons(r *aggregate.Reading, rows []aggregate.Row) (lines []string) {
	var order []string
	same := map[string][]*aggregate.Curve{}
	for i := range r.Curves {
		c := &r.Curves[i]
		if same[c.Setting] == nil {
			order = append(order, c.Setting)
		}
		same[c.Setting] = append(same[c.Setting], c)
	}
	for _, setting := range order {
		if line := comparison(setting, same[setting], rows); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) > mostCurves {
		lines = append(lines[:mostCurves], fmt.Sprintf("and %d more such comparisons in the table", len(lines)-mostCurves))
	}
	return lines
}

func comparison(setting string, curves []*aggregate.Curve, rows []aggregate.Row) string {
	names := map[string]bool{}
	for _, c := range curves {
		names[who(c)] = true
	}
	if len(curves) < 2 || len(names) < len(curves) {
		return "" // nothing but how they were measured sets them apart
	}
	stage, rivals := stageOf(curves)
	if rivals == nil {
		return ""
	}
	slices.SortStableFunc(rivals, func(a, b rival) int { return cmp.Compare(*b.point.OutputThroughput, *a.point.OutputThroughput) })
	top := rivals[0]
	var than []string
	for _, o := range rivals[1:] {
		than = append(than, fmt.Sprintf("%s × %s (%s)", ratio(*top.point.OutputThroughput, *o.point.OutputThroughput), who(o.curve), told(o, rows)))
	}
	text := fmt.Sprintf("%s: %s, %s gives the most tok/s (%s): %s", setting, stage, who(top.curve), told(top, rows), listed(than, mostRivals-1))
	return strings.TrimPrefix(text, ": ") + cheaper(rivals)
}

// told is a rival's load, figures and doubt.
func told(r rival, rows []aggregate.Row) string {
	return fmt.Sprintf("%s at %s; %s", Figure(r.point.OutputThroughput), r.curve.LoadText(r.point), source(r.point, rows))
}

// stageOf is where on their curves all can be compared.
func stageOf(curves []*aggregate.Curve) (stage string, rivals []rival) {
	for _, s := range []struct {
		name string
		at   func(*aggregate.Curve) int
	}{
		{"each at its best under the SLO", func(c *aggregate.Curve) int { return c.BestSLO }},
		{"each at its knee", func(c *aggregate.Curve) int { return c.Knee }},
		{"each at its peak", func(c *aggregate.Curve) int { return c.Peak }},
	} {
		rivals = nil
		for _, c := range curves {
			if p := c.At(s.at(c)); p != nil && *p.OutputThroughput > 0 {
				rivals = append(rivals, rival{c, p})
			}
		}
		if len(rivals) == len(curves) {
			return s.name, rivals
		}
	}
	return "", nil
}

// cheaper names the rival whose output tokens cost least, where all have a price
// in one currency.
func cheaper(rivals []rival) string {
	least := rivals[0]
	for _, r := range rivals {
		c := r.point.Cost
		if c == nil || c.PerMillionOutput <= 0 || c.Currency != rivals[0].point.Cost.Currency {
			return ""
		}
		if c.PerMillionOutput < least.point.Cost.PerMillionOutput {
			least = r
		}
	}
	cost := least.point.Cost
	return fmt.Sprintf("; cheapest there is %s, %s %s per 1M output tokens", who(least.curve), money(cost.PerMillionOutput), cost.Currency)
}

// who is the part of a curve's title that is not the setting.
func who(c *aggregate.Curve) string {
	return strings.TrimSuffix(strings.TrimSuffix(c.Title, c.Setting), ", ")
}

func ratio(a, b float64) string { return fmt.Sprintf("%.2f", a/b) }

// fronts says for each work which points are on the Pareto front, by tokens/s per
// user, falling; of a curve alone, or of more work than a screen takes, nothing.
func fronts(r *aggregate.Reading) (lines []string) {
	type work struct {
		dataset       string
		input, output int
	}
	var order []work
	of, curves := map[work][]rival{}, map[work]int{}
	for i := range r.Curves {
		c := &r.Curves[i]
		w := work{c.Dataset, c.InputLen, c.OutputLen}
		if curves[w]++; curves[w] == 1 {
			order = append(order, w)
		}
		for j := range c.Points {
			if p := &c.Points[j]; p.Pareto {
				of[w] = append(of[w], rival{c, p})
			}
		}
	}
	per := "server"
	if r.PerGPU {
		per = "GPU"
	}
	for _, w := range order {
		front := of[w]
		if curves[w] < 2 || len(front) == 0 || len(lines) == mostCurves {
			continue
		}
		slices.SortStableFunc(front, func(a, b rival) int { return cmp.Compare(*b.point.TokensPerUser, *a.point.TokensPerUser) })
		var points []string
		for _, f := range front {
			points = append(points, fmt.Sprintf("%s at %s (%s, %s)", f.curve.Title, f.curve.LoadText(f.point), Figure(f.point.TokensPerUser), Figure(f.point.TokensPerGPU)))
		}
		lines = append(lines, fmt.Sprintf("Pareto front (tok/s a user, tok/s a %s): %s", per, listed(points, mostRivals)))
	}
	return lines
}
