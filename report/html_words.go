package report

import (
	"math"
	"slices"
	"strings"

	"llmsweep/aggregate"
)

// An htmlBlock is what is said of a curve: a sentence a line, in pieces, of which
// those with an Href lead to a case's file.
type htmlBlock struct {
	Title string
	Lines [][]htmlLink
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

// An htmlSpotAt is a point of a curve that stands out, and in which ways.
type htmlSpotAt struct {
	name string
	at   int
}

func htmlSpots(c *aggregate.Curve) (spots []htmlSpotAt) {
	for _, s := range []htmlSpotAt{{"best under SLO", c.BestSLO}, {"knee", c.Knee}, {"peak", c.Peak}, {"cheapest", c.Cheapest}} {
		if s.at < 0 || s.at >= len(c.Points) {
			continue
		}
		if k := slices.IndexFunc(spots, func(o htmlSpotAt) bool { return o.at == s.at }); k >= 0 {
			spots[k].name += ", " + s.name
			continue
		}
		spots = append(spots, s)
	}
	return spots
}

// htmlSummaries are the curves with the points that count.
func htmlSummaries(rows []aggregate.Row, rd aggregate.Reading, link func(string) string) []htmlSummary {
	var out []htmlSummary
	for k := range rd.Curves {
		c := &rd.Curves[k]
		s := htmlSummary{Title: c.Title, Over: htmlOver(c)}
		for _, at := range htmlSpots(c) {
			p := &c.Points[at.at]
			s.Spots = append(s.Spots, htmlSpot{at.name, htmlLoad(p.Load), p, htmlLinks(rows, p, link)})
		}
		out = append(out, s)
	}
	return out
}

// htmlFindings are what is said of the sweep, with the cases that it names as links.
func htmlFindings(rows []aggregate.Row, rd aggregate.Reading, link func(string) string) []htmlBlock {
	hrefs := map[string]string{}
	for _, r := range rows {
		hrefs[r.Case] = link(r.Case)
	}
	var out []htmlBlock
	blocks := Words(&rd, rows)
	if lines := append(Comparisons(&rd, rows), fronts(&rd)...); len(lines) > 0 {
		blocks = append(blocks, Block{"Compared", lines})
	}
	if len(rd.Left) > 0 {
		blocks = append(blocks, Block{"On no curve", rd.Left})
	}
	for _, b := range blocks {
		block := htmlBlock{Title: b.Title}
		for _, line := range b.Lines {
			block.Lines = append(block.Lines, htmlLinked(line, hrefs))
		}
		out = append(out, block)
	}
	return out
}

// caseDelimiters end a case's name in a sentence.
const caseDelimiters = " ,;:()"

// htmlLinked cuts a sentence where the names of cases begin and end.
func htmlLinked(line string, hrefs map[string]string) (pieces []htmlLink) {
	text := ""
	for line != "" {
		end := strings.IndexAny(line, caseDelimiters)
		if end < 0 {
			end = len(line)
		}
		if href, ok := hrefs[line[:end]]; ok {
			pieces = append(pieces, htmlLink{Text: text}, htmlLink{line[:end], href})
			text, line = "", line[end:]
			continue
		}
		end = min(end+1, len(line))
		text, line = text+line[:end], line[end:]
	}
	return append(pieces, htmlLink{Text: text})
}
