package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"llmsweep/aggregate"
	"llmsweep/metrics"
)

// htmlCharts is what the page's scripts draw.
type htmlCharts struct {
	Live   bool         `json:"live"`
	Per    string       `json:"per"`    // what the curves' tokens/s were divided by: "GPU" or "server"
	Shares []htmlNumber `json:"shares"` // of every distribution
	Curves []htmlCurve  `json:"curves"`
	Cases  []htmlDrawn  `json:"cases"`
}

// An htmlCurve is a curve for the charts. Peak, Knee, Best and Cheapest are indices
// of Points; -1 = there is none.
type htmlCurve struct {
	Title    string             `json:"title"`
	Pooled   bool               `json:"pooled"` // no tokens are generated: its work is requests/s
	Kind     string             `json:"kind"`   // of work: curves of two are never in one chart
	Over     string             `json:"over"`
	Set      string             `json:"set"`  // what curves of one heat map share
	Name     string             `json:"name"` // that, as far as it sets heat maps apart
	Work     string             `json:"work"` // what curves of one Pareto front share: lengths and dataset
	In       int                `json:"in"`   // tokens; 0 = the dataset's own
	Out      int                `json:"out"`
	Points   []htmlPoint        `json:"points"`
	Peak     int                `json:"peak"`
	Knee     int                `json:"knee"`
	Best     int                `json:"best"`
	Cheapest int                `json:"cheapest"`
	SLO      string             `json:"slo"`
	Limits   map[string]float64 `json:"limits"` // of goodput: ms, by ttft, tpot, e2el
	Asked    map[string]float64 `json:"asked"`  // of slo: by column; nil = none
}

// An htmlPoint is a load of a curve. Latencies are ms: mean, p50, p99.
type htmlPoint struct {
	Load    string        `json:"load"`
	Cases   []int         `json:"cases"`
	Doubt   string        `json:"doubt"`
	Few     bool          `json:"few"` // the doubt is too small a sample for a p99, which means do without
	Bad     bool          `json:"bad"` // invalid: not to be believed
	Meets   bool          `json:"meets"`
	Pareto  bool          `json:"pareto"`
	Tokens  htmlNumber    `json:"tokens"` // output tokens/s
	Input   htmlNumber    `json:"input"`  // input tokens/s
	Asked   htmlNumber    `json:"requests"`
	TTFT    [3]htmlNumber `json:"ttft"`
	TPOT    [3]htmlNumber `json:"tpot"`
	E2EL    [3]htmlNumber `json:"e2el"`
	PerGPU  htmlNumber    `json:"gpu"`
	PerUser htmlNumber    `json:"user"`
}

// An htmlDrawn is a case for the charts.
type htmlDrawn struct {
	Name   string      `json:"name"`
	Doubt  string      `json:"doubt"`
	Series *htmlSeries `json:"series"`
}

func htmlChartsOf(cases []loadedCase, rows []aggregate.Row, rd aggregate.Reading, lines []*htmlCase) htmlCharts {
	out := htmlCharts{Per: perUnit(rd.PerGPU), Shares: htmlNumbers(htmlShares), Curves: []htmlCurve{}, Cases: []htmlDrawn{}}
	for i := range cases {
		out.Cases = append(out.Cases, htmlDrawn{cases[i].row.Case, lines[i].Doubt(), cases[i].series})
	}
	datasets := slices.ContainsFunc(rd.Curves, func(c aggregate.Curve) bool { return c.Dataset != rd.Curves[0].Dataset })
	for k := range rd.Curves {
		c := htmlCurveOf(cases, rows, &rd.Curves[k])
		if c.Name = rd.Curves[k].Chosen; datasets {
			c.Name = htmlJoin(", ", c.Name, rd.Curves[k].Dataset)
		}
		out.Curves = append(out.Curves, c)
	}
	return out
}

func htmlCurveOf(cases []loadedCase, rows []aggregate.Row, c *aggregate.Curve) htmlCurve {
	out := htmlCurve{
		Title: c.Title, Pooled: c.Pooled, Kind: c.Kind(), Over: htmlOver(c), Set: htmlJoin(", ", c.Model, c.Server, c.Dataset, c.Axes), Work: fmt.Sprintf("%d %d %s", c.InputLen, c.OutputLen, c.Dataset), In: c.InputLen, Out: c.OutputLen,
		Points: []htmlPoint{}, Peak: c.Peak, Knee: c.Knee, Best: c.BestSLO, Cheapest: c.Cheapest, SLO: c.SLO, Limits: map[string]float64{}, Asked: c.Limits,
	}
	for j := range c.Points {
		p := &c.Points[j]
		out.Points = append(out.Points, htmlPointOf(rows, p))
		for _, i := range p.Rows {
			out.limits(&cases[i])
		}
	}
	return out
}

// limits takes over the SLO's limits from a case's file.
func (c *htmlCurve) limits(l *loadedCase) {
	if l.file == nil || l.file.SLO == nil {
		return
	}
	slo := l.file.SLO.Limits
	for name, ms := range map[string]float64{"ttft": slo.TTFT, "tpot": slo.TPOT, "e2el": slo.E2EL} {
		if ms > 0 {
			c.Limits[name] = ms
		}
	}
}

func htmlPointOf(rows []aggregate.Row, p *aggregate.Point) htmlPoint {
	out := htmlPoint{
		Load: htmlLoad(p.Load), Cases: p.Rows, Doubt: p.Doubt, Few: htmlOnlyFew(p.Doubt), Meets: p.MeetsSLO, Pareto: p.Pareto,
		Tokens: htmlNumberOf(p.OutputThroughput), Asked: htmlNumberOf(p.RequestThroughput),
		Input: htmlNumberOf(inputRate(p)), PerGPU: htmlNumberOf(p.TokensPerGPU), PerUser: htmlNumberOf(p.TokensPerUser),
	}
	out.Bad = p.Verdict == metrics.Invalid
	mean := func(of func(*aggregate.Row) *float64) htmlNumber { return htmlNumberOf(p.Mean(rows, of)) }
	out.TTFT = [3]htmlNumber{htmlNumberOf(p.MeanTTFT), mean(func(r *aggregate.Row) *float64 { return r.MedianTTFT }), htmlNumberOf(p.P99TTFT)}
	out.TPOT = [3]htmlNumber{htmlNumberOf(p.MeanTPOT), mean(func(r *aggregate.Row) *float64 { return r.MedianTPOT }), mean(func(r *aggregate.Row) *float64 { return r.P99TPOT })}
	out.E2EL = [3]htmlNumber{htmlNumberOf(p.MeanE2EL), mean(func(r *aggregate.Row) *float64 { return r.MedianE2EL }), htmlNumberOf(p.P99E2EL)}
	return out
}

// inputRate is a point's input tokens/s; nil = undefined.
func inputRate(p *aggregate.Point) *float64 {
	if p.TotalThroughput == nil {
		return nil
	}
	rate := *p.TotalThroughput
	if p.OutputThroughput != nil {
		rate -= *p.OutputThroughput
	}
	return &rate
}

func htmlNumberOf(v *float64) htmlNumber {
	if v == nil {
		return htmlNumber(math.NaN())
	}
	return htmlNumber(*v)
}

// htmlOnlyFew reports whether nothing but too small a sample for a p99 speaks against
// a point's figures.
func htmlOnlyFew(doubt string) bool {
	for part := range strings.SplitSeq(doubt, "; ") {
		if !strings.HasPrefix(part, "too few samples for p99") && !strings.HasPrefix(part, "p99 from ") {
			return false
		}
	}
	return true
}
