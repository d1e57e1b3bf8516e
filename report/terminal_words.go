package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"llmsweep/aggregate"
)

// A Block is what is said of a curve, a line a finding.
type Block struct {
	Title string
	Lines []string
}

// Words says of each curve with more than one point which loads stand out, with
// the figures that say so, the cases they are from, and what is to be doubted. A
// point that stands out in several ways is told once.
func Words(r *aggregate.Reading, rows []aggregate.Row) (blocks []Block) {
	for i := range r.Curves {
		if c := &r.Curves[i]; len(c.Points) > 1 {
			blocks = append(blocks, Block{c.Title, curveLines(c, r.PerGPU, rows)})
		}
	}
	return blocks
}

func curveLines(c *aggregate.Curve, perGPU bool, rows []aggregate.Row) (lines []string) {
	if c.Peak < 0 && !slices.ContainsFunc(c.Points, func(p aggregate.Point) bool { return *p.OutputThroughput > 0 }) {
		return []string{"no tokens are generated: nothing stands out by tokens/s"}
	}
	if c.Peak < 0 {
		return []string{"none of its cases is valid"}
	}
	if c.SLO != "" && c.BestSLO < 0 {
		lines = append(lines, "no load meets the SLO ("+c.SLO+")")
	}
	for _, f := range findings(c) {
		p := &c.Points[f.at]
		lines = append(lines, fmt.Sprintf("%s at %s: %s (%s)", and(f.names), c.LoadText(p), figures(p, perGPU), source(p, rows)))
	}
	return lines
}

// A finding is a point that stands out, and how.
type finding struct {
	names []string
	at    int
}

func findings(c *aggregate.Curve) (all []finding) {
	add := func(name string, at int) {
		if at < 0 {
			return
		}
		for i := range all {
			if all[i].at == at {
				all[i].names = append(all[i].names, name)
				return
			}
		}
		all = append(all, finding{[]string{name}, at})
	}
	add("best under SLO ("+c.SLO+")", c.BestSLO)
	add("knee", c.Knee)
	add("peak", c.Peak)
	add("cheapest", c.Cheapest)
	return all
}

func figures(p *aggregate.Point, perGPU bool) string {
	parts := []string{Figure(p.OutputThroughput) + " tok/s"}
	if perGPU && *p.TokensPerGPU != *p.OutputThroughput {
		parts = append(parts, Figure(p.TokensPerGPU)+" a GPU")
	}
	if p.P99TTFT != nil {
		parts = append(parts, "p99 TTFT "+Figure(p.P99TTFT)+" ms")
	}
	if p.MeanE2EL != nil {
		parts = append(parts, "mean E2EL "+Figure(p.MeanE2EL)+" ms")
	}
	if p.TokensPerUser != nil {
		parts = append(parts, Figure(p.TokensPerUser)+" tok/s a user")
	}
	if p.Efficiency != nil && p.Load > 1 {
		parts = append(parts, percent(*p.Efficiency)+" of linear scaling")
	}
	if p.Cost != nil {
		parts = append(parts, fmt.Sprintf("%s %s per 1M output tokens, %s per 1M in all, %s a request",
			money(p.Cost.PerMillionOutput), p.Cost.Currency, money(p.Cost.PerMillionTotal), money(p.Cost.PerRequest)))
	}
	return strings.Join(parts, ", ")
}

// source names the cases that a point's figures are from, and what is to be
// doubted of them.
func source(p *aggregate.Point, rows []aggregate.Row) string {
	text := rows[p.Rows[0]].Case
	switch n := len(p.Rows); {
	case n == 2:
		text += " and its repeat"
	case n > 2:
		text += fmt.Sprintf(" and its %d repeats", n-1)
	}
	if p.Doubt != "" {
		text += "; " + p.Doubt
	}
	return text
}

// and joins names as a sentence does.
func and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func percent(share float64) string { return strconv.FormatFloat(share*100, 'f', 0, 64) + " %" }

// money is an amount to three significant digits, without an exponent.
func money(x float64) string {
	if x <= 0 || math.IsInf(x, 0) || math.IsNaN(x) {
		return "–"
	}
	decimals := max(2, 2-int(math.Floor(math.Log10(x))))
	return strconv.FormatFloat(x, 'f', decimals, 64)
}
