package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"llmsweep/aggregate"
	"llmsweep/metrics"
)

// mostRivals is how many curves a comparison names, and points a front.
const mostRivals = 6

// nearTie is the ratio below which one does as much as the other.
const nearTie = 1.01

// A rival is a curve's point in a comparison.
type rival struct {
	curve *aggregate.Curve
	point *aggregate.Point
}

// work is what the curve is judged by.
func (r rival) work() float64 { return r.curve.Throughput(r.point) }

// Comparisons says, where several models, servers or settings had the same work, which
// does most, and how much more: each at its best under the SLO where all have one, else
// at its knee, else at its peak.
func Comparisons(r *aggregate.Reading, rows []aggregate.Row) (lines []Sentence) {
	var order []string
	same := map[string][]*aggregate.Curve{}
	for i := range r.Curves {
		c := &r.Curves[i]
		if same[c.Work] == nil {
			order = append(order, c.Work)
		}
		same[c.Work] = append(same[c.Work], c)
	}
	for _, work := range order {
		if line := comparison(work, same[work], rows); line.Text != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) > mostCurves {
		lines = append(lines[:mostCurves], Sentence{Text: fmt.Sprintf("and %d more such comparisons in the table", len(lines)-mostCurves)})
	}
	return lines
}

func comparison(work string, curves []*aggregate.Curve, rows []aggregate.Row) (s Sentence) {
	names := map[string]bool{}
	for _, c := range curves {
		names[c.Chosen] = true
	}
	if len(curves) < 2 || len(names) < len(curves) {
		return s // nothing but how they were measured sets them apart
	}
	stage, rivals := stageOf(curves)
	if rivals == nil {
		return s
	}
	slices.SortStableFunc(rivals, func(a, b rival) int { return cmp.Compare(b.work(), a.work()) })
	top := rivals[0]
	ties := 1 // those that do as much, the top one with them
	for ties < len(rivals) && rivals[ties].work() >= top.work()/nearTie {
		ties++
	}
	if ties > 1 {
		return tied(work, stage, rivals, ties, rows)
	}
	var than []string
	for _, o := range rivals[1:] {
		than = append(than, fmt.Sprintf("%s × %s, %s", amount(top.work()/o.work()), o.curve.Chosen, told(o, rows)))
	}
	text := fmt.Sprintf("%s, each at its %s: %s does most, %s", work, stage, top.curve.Chosen, told(top, rows))
	s.Text, s.More = strings.TrimPrefix(text, ", ")+cheaper(rivals), "that is "+listed(than, mostRivals-1)
	return s
}

// tied is a comparison whose first rivals do as much as each other.
func tied(work, stage string, rivals []rival, ties int, rows []aggregate.Row) (s Sentence) {
	var names, doing, than []string
	for i, o := range rivals {
		if i < ties {
			names, doing = append(names, o.curve.Chosen), append(doing, told(o, rows))
		} else {
			than = append(than, fmt.Sprintf("%s × %s, %s", amount(rivals[0].work()/o.work()), o.curve.Chosen, told(o, rows)))
		}
	}
	text := fmt.Sprintf("%s, each at its %s: %s do as much as each other, within 1 %%: %s", work, stage, and(names), listed(doing, mostRivals))
	s.Text = strings.TrimPrefix(text, ", ") + cheaper(rivals)
	if len(than) > 0 {
		s.More = "that is " + listed(than, mostRivals-1)
	}
	return s
}

// told is a rival's throughput and load, and what is to be doubted, of higher loads
// that are invalid, too. What is told of its curve names the case; of a single point,
// nothing else does.
func told(r rival, rows []aggregate.Row) string {
	text := workText(r.curve, r.point) + " at " + r.curve.LoadText(r.point)
	if len(r.curve.Points) == 1 {
		return text + " (" + source(r.curve, r.point, rows) + ")"
	}
	var doubts []string
	if doubtful(r.point) {
		doubts = append(doubts, r.point.Verdict)
	}
	higher := 0
	for i := range r.curve.Points {
		if p := &r.curve.Points[i]; p.Load > r.point.Load && p.Verdict == metrics.Invalid {
			higher++
		}
	}
	if higher > 0 {
		doubts = append(doubts, counted(higher, "higher load")+" invalid")
	}
	if len(doubts) > 0 {
		text += " (" + strings.Join(doubts, ", ") + ")"
	}
	return text
}

// stageOf is where on their curves all can be compared.
func stageOf(curves []*aggregate.Curve) (stage string, rivals []rival) {
	for _, s := range []struct {
		name string
		at   func(*aggregate.Curve) int
	}{
		{"best under SLO", func(c *aggregate.Curve) int { return c.BestSLO }},
		{"knee", func(c *aggregate.Curve) int { return c.Knee }},
		{"peak", func(c *aggregate.Curve) int { return c.Peak }},
	} {
		rivals = nil
		for _, c := range curves {
			if p := c.At(s.at(c)); p != nil && c.Throughput(p) > 0 {
				rivals = append(rivals, rival{c, p})
			}
		}
		if len(rivals) == len(curves) {
			return s.name, rivals
		}
	}
	return "", nil
}

// cheaper names the rival whose work costs least, where all have a price
// in one currency.
func cheaper(rivals []rival) string {
	least := rivals[0]
	for _, r := range rivals {
		cost := r.curve.PerMillion(r.point)
		if cost <= 0 || r.point.Cost.Currency != least.point.Cost.Currency {
			return ""
		}
		if cost < least.curve.PerMillion(least.point) {
			least = r
		}
	}
	return "; cheapest is " + least.curve.Chosen + ", " + costText(least.curve, least.point)
}

// perUnit is what a sweep's tokens/s are divided by.
func perUnit(perGPU bool) string {
	if perGPU {
		return "GPU"
	}
	return "server"
}

// fronts says for each work which points are on the Pareto front, by tokens/s per
// user, falling; of a curve alone nothing.
func fronts(r *aggregate.Reading) (lines []Sentence) {
	var order []string
	front, curves := map[string][]rival{}, map[string]int{}
	for i := range r.Curves {
		c := &r.Curves[i]
		if curves[c.Work]++; curves[c.Work] == 1 {
			order = append(order, c.Work)
		}
		for j := range c.Points {
			if p := &c.Points[j]; p.Pareto {
				front[c.Work] = append(front[c.Work], rival{c, p})
			}
		}
	}
	per := perUnit(r.PerGPU)
	for _, work := range order {
		if curves[work] < 2 || len(front[work]) == 0 || len(lines) == mostCurves {
			continue
		}
		slices.SortStableFunc(front[work], func(a, b rival) int { return cmp.Compare(*b.point.TokensPerUser, *a.point.TokensPerUser) })
		var points []string
		for _, f := range front[work] {
			points = append(points, fmt.Sprintf("%s at %s (%s, %s)", f.curve.Chosen, f.curve.LoadText(f.point), Figure(f.point.TokensPerUser), Figure(f.point.TokensPerGPU)))
		}
		text := fmt.Sprintf("%s, Pareto front (tok/s a user, tok/s a %s): %s", work, per, listed(points, mostRivals))
		lines = append(lines, Sentence{Text: strings.TrimPrefix(text, ", ")})
	}
	return lines
}
