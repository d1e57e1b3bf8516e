package report

import (
	"fmt"
	"slices"
	"strings"

	"llmsweep/aggregate"
	"llmsweep/metrics"
)

// A Block is what is said of a curve, or of several.
type Block struct {
	Title string
	Lines []Sentence
}

// A Sentence is a finding: the answer, then what stands behind it.
type Sentence struct {
	Text   string // "knee at 16 in flight: 960 tok/s, p99 TTFT 300 ms"
	More   string // other figures; "" = there are none
	Source string // the cases that the figures are from, and what is to be doubted of them; "" = Text names them
}

// Words says of each curve with more than one point which loads stand out, with
// the figures that say so, the cases they are from, and what is to be doubted. A
// point that stands out in several ways is told once.
func Words(r *aggregate.Reading, rows []aggregate.Row) (blocks []Block) {
	for i := range r.Curves {
		if c := &r.Curves[i]; len(c.Points) > 1 {
			title := c.Title
			switch {
			case c.Searched:
				title += " (SLO of the search: " + c.SLO + ")"
			case c.SLO != "":
				title += " (SLO: " + c.SLO + ")"
			}
			blocks = append(blocks, Block{title, sentences(c, r.PerGPU, rows)})
		}
	}
	return blocks
}

func sentences(c *aggregate.Curve, perGPU bool, rows []aggregate.Row) (lines []Sentence) {
	if c.Peak < 0 {
		return []Sentence{{Text: "none of its cases is valid"}}
	}
	if c.SLO != "" && c.BestSLO < 0 {
		lines = append(lines, Sentence{Text: "no load meets the SLO"})
	}
	for _, s := range standouts(c) {
		p := &c.Points[s.at]
		lines = append(lines, Sentence{
			Text: and(s.names) + " at " + c.LoadText(p) + ": " + answer(c, p),
			More: figures(c, p, perGPU), Source: source(c, p, rows),
		})
	}
	if text := invalidText(c); text != "" {
		lines = append(lines, Sentence{Text: text})
	}
	return lines
}

// A standout is a point of a curve that is the most in some way, or in several.
type standout struct {
	names []string
	at    int
}

// standouts are what somebody may choose, best under the SLO first.
func standouts(c *aggregate.Curve) (all []standout) {
	add := func(name string, at int) {
		if c.At(at) == nil {
			return
		}
		for i := range all {
			if all[i].at == at {
				all[i].names = append(all[i].names, name)
				return
			}
		}
		all = append(all, standout{[]string{name}, at})
	}
	add("best under SLO", c.BestSLO)
	add("knee", c.Knee)
	add("peak", c.Peak)
	add("cheapest", c.Cheapest)
	return all
}

// answer is what a load is chosen by: work, waiting, price.
func answer(c *aggregate.Curve, p *aggregate.Point) string {
	parts := []string{workText(c, p)}
	switch {
	case c.Pooled && p.P99E2EL != nil:
		parts = append(parts, "p99 E2EL "+Figure(p.P99E2EL)+" ms")
	case !c.Pooled && p.P99TTFT != nil:
		parts = append(parts, "p99 TTFT "+Figure(p.P99TTFT)+" ms")
	}
	if p.MeanE2EL != nil {
		parts = append(parts, "mean E2EL "+Figure(p.MeanE2EL)+" ms")
	}
	if text := costText(c, p); text != "" {
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// workText is the work that a point is judged by: "960 tok/s", "300 requests/s".
func workText(c *aggregate.Curve, p *aggregate.Point) string {
	return amount(c.Throughput(p)) + workUnit(c)
}

func workUnit(c *aggregate.Curve) string {
	if c.Pooled {
		return " requests/s"
	}
	return " tok/s"
}

// costText is "0.50 USD per 1M output tokens"; "" = there is no price.
func costText(c *aggregate.Curve, p *aggregate.Point) string {
	cost := c.PerMillion(p)
	if cost <= 0 {
		return ""
	}
	return fmt.Sprintf("%s %s per 1M %s", money(cost), p.Cost.Currency, pricedTokens(c))
}

// pricedTokens are those that a curve's work is paid for by.
func pricedTokens(c *aggregate.Curve) string {
	if c.Pooled {
		return "input tokens"
	}
	return "output tokens"
}

// figures are the rest; "" = there are none.
func figures(c *aggregate.Curve, p *aggregate.Point, perGPU bool) string {
	var parts []string
	if input := inputRate(p); c.Pooled && input != nil {
		parts = append(parts, Figure(input)+" input tok/s")
	}
	if perGPU && !c.Pooled && *p.TokensPerGPU != *p.OutputThroughput {
		parts = append(parts, Figure(p.TokensPerGPU)+" tok/s a GPU")
	}
	if p.TokensPerUser != nil {
		parts = append(parts, Figure(p.TokensPerUser)+" tok/s a user")
	}
	if p.Efficiency != nil && p.Load > 1 {
		parts = append(parts, percent(*p.Efficiency)+" of linear scaling")
	}
	if cost := p.Cost; cost != nil {
		if !c.Pooled {
			parts = append(parts, fmt.Sprintf("%s %s per 1M tokens in all", money(cost.PerMillionTotal), cost.Currency))
		}
		parts = append(parts, fmt.Sprintf("%s %s per 1000 requests", money(1000*cost.PerRequest), cost.Currency))
	}
	return strings.Join(parts, ", ")
}

// source names the cases that a point's figures are from, how far its repeats are
// apart, and what is to be doubted of them.
func source(c *aggregate.Curve, p *aggregate.Point, rows []aggregate.Row) string {
	text := rows[p.Rows[0]].Case
	switch n := len(p.Rows); {
	case n == 2:
		text += " and its repeat"
	case n > 2:
		text += fmt.Sprintf(" and its %d repeats", n-1)
	}
	if apart := repeatsText(c, p, rows); apart != "" {
		text += ": " + apart
	}
	if p.Doubt != "" {
		text += "; " + p.Doubt
	}
	return text
}

// repeatsText is the least and the most work of a point's repeats: "3086 to 3621 tok/s";
// "" = these are equal, or there is but one
// to be believed.
func repeatsText(c *aggregate.Curve, p *aggregate.Point, rows []aggregate.Row) string {
	var works []float64
	for _, i := range p.Rows {
		work := rows[i].OutputThroughput
		if c.Pooled {
			work = rows[i].RequestThroughput
		}
		if work != nil && rows[i].Validity != metrics.Invalid {
			works = append(works, *work)
		}
	}
	if len(works) < 2 {
		return ""
	}
	least, most := amount(slices.Min(works)), amount(slices.Max(works))
	if least == most {
		return ""
	}
	return least + " to " + most + workUnit(c)
}

// invalidText says which of a curve's loads win nothing; "" = none is invalid.
func invalidText(c *aggregate.Curve) string {
	var loads []string
	for i := range c.Points {
		if p := &c.Points[i]; p.Verdict == metrics.Invalid {
			loads = append(loads, c.LoadText(p))
		}
	}
	if len(loads) == 0 {
		return ""
	}
	return "invalid, so these win nothing: " + listed(loads, mostRivals)
}

// and joins names as a sentence does.
func and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}
