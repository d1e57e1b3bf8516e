package report

import (
	"fmt"
	"math"
	"slices"

	"llmsweep/aggregate"
)

// An htmlFinding is a sentence with the case files that its figures come from.
type htmlFinding struct {
	Text  string
	Doubt string // "" = none
	Cases []htmlLink
}

// An htmlSummary is a line of the table of curves.
type htmlSummary struct {
	Title string
	Over  string // what its points are called: "concurrency" or "rate"
	Spots []htmlSpot
}

// An htmlSpot is a point of a curve that somebody asks for: its knee.
type htmlSpot struct {
	Name  string // "peak", "knee", "best under SLO", "cheapest", or several
	Load  string
	Point *aggregate.Point
	Cases []htmlLink
}

func htmlLoad(load float64) string {
	if math.IsInf(load, 1) {
		return "unbounded"
	}
	return htmlFigure(load)
}

func htmlOver(c *aggregate.Curve) string {
	if c.Over == aggregate.OverRate {
		return "request rate"
	}
	return "concurrency"
}

func htmlLinks(rows []aggregate.Row, p *aggregate.Point, link func(string) string) []htmlLink {
	var out []htmlLink
	for _, i := range p.Rows {
		out = append(out, htmlLink{rows[i].Case, link(rows[i].Case)})
	}
	return out
}

// htmlSummaries are the curves with the points that count.
func htmlSummaries(rows []aggregate.Row, rd aggregate.Reading, link func(string) string) []htmlSummary {
	var out []htmlSummary
	for k := range rd.Curves {
		c := &rd.Curves[k]
		s := htmlSummary{Title: c.Title, Over: htmlOver(c)}
		for _, spot := range []struct {
			name string
			at   int
		}{{"peak", c.Peak}, {"knee", c.Knee}, {"best under SLO", c.BestSLO}, {"cheapest", c.Cheapest}} {
			if spot.at < 0 || spot.at >= len(c.Points) {
				continue
			}
			p := &c.Points[spot.at]
			if k := slices.IndexFunc(s.Spots, func(o htmlSpot) bool { return o.Point == p }); k >= 0 {
				s.Spots[k].Name += ", " + spot.name
				continue
			}
			s.Spots = append(s.Spots, htmlSpot{spot.name, htmlLoad(p.Load), p, htmlLinks(rows, p, link)})
		}
		out = append(out, s)
	}
	return out
}

// htmlFindings say in words what the sweep came to.
func htmlFindings(rows []aggregate.Row, rd aggregate.Reading, link func(string) string) []htmlFinding {
	var out []htmlFinding
	say := func(p *aggregate.Point, text string) {
		out = append(out, htmlFinding{text, p.Doubt, htmlLinks(rows, p, link)})
	}
	for k := range rd.Curves {
		c := &rd.Curves[k]
		over := htmlOver(c)
		if c.Knee >= 0 && c.Knee < len(c.Points) {
			p := &c.Points[c.Knee]
			say(p, fmt.Sprintf("%s: the knee is at %s %s: %s output tokens/s, mean E2EL %s ms.", c.Title, over, htmlLoad(p.Load),
				htmlFigure(p.OutputThroughput), htmlFigure(p.MeanE2EL)))
		}
		if c.Peak >= 0 && c.Peak < len(c.Points) && c.Peak != c.Knee {
			p := &c.Points[c.Peak]
			say(p, fmt.Sprintf("%s: most output tokens/s at %s %s: %s, mean E2EL %s ms.", c.Title, over, htmlLoad(p.Load),
				htmlFigure(p.OutputThroughput), htmlFigure(p.MeanE2EL)))
		}
		switch {
		case c.SLO == "":
		case c.BestSLO >= 0 && c.BestSLO < len(c.Points):
			p := &c.Points[c.BestSLO]
			say(p, fmt.Sprintf("%s: best under the SLO (%s) at %s %s: %s output tokens/s.", c.Title, c.SLO, over, htmlLoad(p.Load), htmlFigure(p.OutputThroughput)))
		default:
			out = append(out, htmlFinding{Text: fmt.Sprintf("%s: no load meets the SLO (%s).", c.Title, c.SLO)})
		}
	}
	for _, left := range slices.Sorted(slices.Values(rd.Left)) {
		out = append(out, htmlFinding{Text: "On no curve: " + left + "."})
	}
	return out
}
