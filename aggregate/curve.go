package aggregate

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"llmsweep/metrics"
)

// A curveRows is a curve's rows, by index.
type curveRows struct {
	over string
	held string // the rate of a curve over concurrency, or the cap of one over rates; "" = rows have one rate, or no cap
	rows []int
}

// sameCurve is what the rows of a curve share, but for what the rates decide.
type sameCurve struct {
	model, server, dataset, axes, definitions, backend string
	input, output                                      int
}

// curvesOf sorts rows into curves, in the order of first sight. Where a curve's
// rows have several rates, it goes over those, one curve a cap, unless a search went over
// the cap: then each rate has a curve. Else it goes over the cap.
func curvesOf(rows []Row, of []int, by map[int]judged) (curves []curveRows) {
	var order []sameCurve
	groups := map[sameCurve][]int{}
	for _, i := range of {
		r := &rows[i]
		k := sameCurve{r.Model, r.Server, r.Dataset, r.Axes, r.Definitions, r.Backend, orZero(r.InputLen), orZero(r.OutputLen)}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], i)
	}
	for _, k := range order {
		group := groups[k]
		switch over := searchedOver(group, by); {
		case over == OverRate, over == "" && !sameRate(rows, group):
			curves = append(curves, parted(group, OverRate, func(i int) string { return cell(rows[i].MaxConcurrency) })...)
		case !sameRate(rows, group):
			curves = append(curves, parted(group, OverConcurrency, func(i int) string { return rows[i].RequestRate })...)
		default:
			curves = append(curves, curveRows{over: OverConcurrency, rows: group})
		}
	}
	return curves
}

func sameRate(rows []Row, of []int) bool {
	return !slices.ContainsFunc(of, func(i int) bool { return rows[i].RequestRate != rows[of[0]].RequestRate })
}

// parted is a curve over a load for each of what is held along it.
func parted(group []int, over string, heldAt func(int) string) (curves []curveRows) {
	at := map[string]int{}
	for _, i := range group {
		held := heldAt(i)
		n, ok := at[held]
		if !ok {
			n = len(curves)
			at[held] = n
			curves = append(curves, curveRows{over: over, held: held})
		}
		curves[n].rows = append(curves[n].rows, i)
	}
	return curves
}

// curve folds repeats, sorts by load, and finds what stands out.
func (g curveRows) curve(rows []Row, o ReadOptions, by map[int]judged) Curve {
	first := &rows[g.rows[0]]
	c := Curve{
		Model: first.Model, Server: first.Server, Dataset: first.Dataset, Axes: first.Axes,
		InputLen: orZero(first.InputLen), OutputLen: orZero(first.OutputLen), Over: g.over, Held: g.held,
		Backend: first.Backend,
	}
	var settings []string
	members := map[string][]int{}
	for _, i := range g.rows {
		s := rows[i].setting()
		if members[s] == nil {
			settings = append(settings, s)
		}
		members[s] = append(members[s], i)
	}
	for _, s := range settings {
		p := pointOf(rows, members[s])
		p.Load = loadOf(&rows[members[s][0]], g.over)
		c.Points = append(c.Points, p)
	}
	slices.SortStableFunc(c.Points, func(a, b Point) int {
		return cmp.Or(cmp.Compare(a.Load, b.Load), cmp.Compare(rows[a.Rows[0]].NumPrompts, rows[b.Rows[0]].NumPrompts))
	})
	c.Pooled = !slices.ContainsFunc(c.Points, func(p Point) bool { return c.Throughput(&p) > 0 })
	c.scale()
	c.find()
	if !c.answer(rows, g.rows, by, o.SLO) {
		c.meet(rows, o.limits(rows, g.rows))
	}
	return c
}

// loadOf is where a row is on its curve.
func loadOf(r *Row, over string) float64 {
	if over == OverConcurrency {
		if r.MaxConcurrency == nil {
			return math.Inf(1)
		}
		return float64(*r.MaxConcurrency)
	}
	rate, err := strconv.ParseFloat(r.RequestRate, 64)
	if err != nil {
		return math.Inf(1)
	}
	return rate
}

// scale sets how much of c times the throughput of one request in flight there is
// at c of them: T(c) ÷ (c · T(1)), parallel efficiency. Without a point at 1 it is
// undefined.
func (c *Curve) scale() {
	if c.Over != OverConcurrency {
		return
	}
	one := slices.IndexFunc(c.Points, func(p Point) bool { return p.Load == 1 && p.believable() })
	if one < 0 || c.Throughput(&c.Points[one]) <= 0 {
		return
	}
	alone := c.Throughput(&c.Points[one])
	for i := range c.Points {
		if p := &c.Points[i]; !math.IsInf(p.Load, 1) {
			share := c.Throughput(p) / (p.Load * alone)
			p.Efficiency = &share
		}
	}
}

// find sets the points that stand out whatever was asked.
func (c *Curve) find() {
	c.Peak = c.most(c.Throughput)
	c.Knee = -1
	if len(c.Points) > 1 {
		c.Knee = c.most(c.power)
	}
	c.Cheapest = c.most(func(p *Point) float64 {
		if cost := c.PerMillion(p); cost > 0 {
			return 1 / cost
		}
		return 0
	})
}

// meet holds the points' means to limits.
func (c *Curve) meet(rows []Row, l limits) {
	c.SLO, c.Limits = l.String(), l.of
	for i := range c.Points {
		p := &c.Points[i]
		p.MeetsSLO = p.believable() && l.met(rows, p)
	}
	c.BestSLO = c.most(func(p *Point) float64 {
		if !p.MeetsSLO {
			return 0
		}
		return c.Throughput(p)
	})
}

// power is throughput ÷ mean latency, whose maximum is the knee (Kleinrock, "Power
// and deterministic rules of thumb for probabilistic problems in computer
// communications", ICC 1979); 0 where it is undefined.
func (c *Curve) power(p *Point) float64 {
	if p.MeanE2EL == nil || *p.MeanE2EL <= 0 {
		return 0
	}
	return c.Throughput(p) / *p.MeanE2EL
}

// most is the believable point with work done and the most of something; the lower
// load at equal ones; -1 = none has any.
func (c *Curve) most(of func(*Point) float64) int {
	best, at := 0.0, -1
	for i := range c.Points {
		p := &c.Points[i]
		if x := of(p); x > best && p.believable() && c.Throughput(p) > 0 {
			best, at = x, i
		}
	}
	return at
}

func orZero(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// worse orders verdicts; "" is from elsewhere.
func worse(a, b string) bool {
	order := []string{"", metrics.Valid, metrics.Suspect, metrics.Invalid}
	return slices.Index(order, a) > slices.Index(order, b)
}
