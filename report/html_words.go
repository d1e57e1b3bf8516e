package report

import (
	"math"
	"strings"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

// An htmlBlock is what is said of a curve.
type htmlBlock struct {
	Title string
	Lines []htmlSentence
}

// An htmlSentence is a Sentence in pieces, of which those with an Href lead to a
// case's file.
type htmlSentence struct {
	Text   []link
	Behind [][]link // a line each
}

// An htmlKind is a table of curves of one kind of work; see aggregate.Kind.
type htmlKind struct {
	Name   string
	Over   string // what the points' loads are: "concurrency", "rate" or both
	Curves []htmlSummary
	Costs  bool // some point has a price
}

// Pooled reports whether no tokens are generated.
func (k htmlKind) Pooled() bool { return k.Name != "" }

// An htmlSummary is a curve's lines in it.
type htmlSummary struct {
	Title string
	Spots []htmlSpot
}

// An htmlSpot is a point of a curve that somebody asks for: its knee.
type htmlSpot struct {
	Name  string // "peak", "knee", "best under SLO", "cheapest", or several
	Load  string
	Point *aggregate.Point
	Input *float64 // tokens/s
	Cases []link
	Apart string // the least and the most work of its repeats; "" = it has none
}

func htmlLoad(load float64) string {
	if math.IsInf(load, 1) {
		return "unbounded"
	}
	return thousands(runlog.Rate(load).String())
}

func htmlOver(c *aggregate.Curve) string {
	if c.Over == aggregate.OverRate {
		return "request rate /s"
	}
	return "concurrency"
}

func htmlLinks(rows []aggregate.Row, p *aggregate.Point, href func(string) string) []link {
	var out []link
	for _, i := range p.Rows {
		out = append(out, link{rows[i].Case, href(rows[i].Case)})
	}
	return out
}

// htmlKinds are the curves with the points that count, a table for each kind that has
// any.
func htmlKinds(rows []aggregate.Row, rd aggregate.Reading, href func(string) string) (kinds []htmlKind) {
	for _, kind := range rd.Kinds(rows) {
		k := htmlKind{Name: kind.Name}
		for i := range rd.Curves {
			c := &rd.Curves[i]
			if c.Kind() != kind.Name {
				continue
			}
			s := htmlSummary{Title: strings.ReplaceAll(c.Title, " → ", "\u00a0→\u00a0")}
			if over := htmlOver(c); !strings.Contains(k.Over, over) {
				k.Over = htmlJoin(", or ", k.Over, over)
			}
			for _, at := range standouts(c) {
				p := &c.Points[at.at]
				k.Costs = k.Costs || p.Cost != nil
				s.Spots = append(s.Spots, htmlSpot{strings.Join(at.names, ", "), htmlLoad(p.Load), p, inputRate(p), htmlLinks(rows, p, href), repeatsText(c, p, rows)})
			}
			k.Curves = append(k.Curves, s)
		}
		if len(k.Curves) > 0 {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// htmlFindings are what is said of the sweep, with the cases that it names as links:
// of servers or settings beside each other, of each curve, and of what is on none.
func htmlFindings(rows []aggregate.Row, rd aggregate.Reading, href func(string) string) (compared htmlBlock, curves []htmlBlock, left htmlBlock) {
	hrefs := map[string]string{}
	for _, r := range rows {
		hrefs[r.Case] = href(r.Case)
	}
	compared = htmlBlockOf(Block{"Compared", append(Comparisons(&rd, rows), fronts(&rd)...)}, hrefs)
	for _, b := range Words(&rd, rows) {
		curves = append(curves, htmlBlockOf(b, hrefs))
	}
	if len(rd.Left) > 0 {
		off := Block{Title: "On no curve"}
		for _, why := range rd.Left {
			off.Lines = append(off.Lines, Sentence{Text: why})
		}
		left = htmlBlockOf(off, hrefs)
	}
	return compared, curves, left
}

func htmlBlockOf(b Block, hrefs map[string]string) htmlBlock {
	block := htmlBlock{Title: b.Title}
	for _, s := range b.Lines {
		line := htmlSentence{Text: traced(s.Text, hrefs)}
		for _, behind := range []string{s.More, s.Source} {
			if behind != "" {
				line.Behind = append(line.Behind, traced(behind, hrefs))
			}
		}
		block.Lines = append(block.Lines, line)
	}
	return block
}
