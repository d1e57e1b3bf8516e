package report

import (
	"slices"

	"llmsweep/aggregate"
	"llmsweep/metrics"
)

// isPooled reports whether no tokens are generated at any load of a curve, as by
// embeddings.
func isPooled(c *aggregate.Curve) bool {
	return !slices.ContainsFunc(c.Points, func(p aggregate.Point) bool { return *p.OutputThroughput > 0 })
}

// byRequests is a pooled curve with the points that stand out where work is
// requests/s; the knee has the most requests/s ÷ mean E2EL. Any other is itself.
func byRequests(c *aggregate.Curve) *aggregate.Curve {
	if !isPooled(c) {
		return c
	}
	by := *c
	by.Peak = mostOf(c, func(p *aggregate.Point) *float64 { return p.RequestThroughput })
	by.Knee = mostOf(c, func(p *aggregate.Point) *float64 {
		if p.RequestThroughput == nil || p.MeanE2EL == nil || *p.MeanE2EL <= 0 {
			return nil
		}
		power := *p.RequestThroughput / *p.MeanE2EL
		return &power
	})
	by.BestSLO = mostOf(c, func(p *aggregate.Point) *float64 {
		if !p.MeetsSLO {
			return nil
		}
		return p.RequestThroughput
	})
	return &by
}

// mostOf is the point with the most of something, of those that are not invalid; the
// lower load at equal ones; -1 = none has it.
func mostOf(c *aggregate.Curve, of func(*aggregate.Point) *float64) int {
	best, at := 0.0, -1
	for i := range c.Points {
		if x := of(&c.Points[i]); x != nil && *x > best && c.Points[i].Verdict != metrics.Invalid {
			best, at = *x, i
		}
	}
	return at
}

// pooledAnswer is answer where no tokens are generated.
func pooledAnswer(p *aggregate.Point) string {
	text := Figure(p.RequestThroughput) + " requests/s"
	if p.P99E2EL != nil {
		text += ", p99 E2EL " + Figure(p.P99E2EL) + " ms"
	}
	if p.MeanE2EL != nil {
		text += ", mean E2EL " + Figure(p.MeanE2EL) + " ms"
	}
	return text
}
