package aggregate

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// A Reading is what the rows of a sweep say together: its curves, a curve's
// points differing in their load alone.
type Reading struct {
	Curves []Curve  // in the order of the rows
	Left   []string // cases that are on no curve, and why: "bench_x: failed: 4 of 4 requests failed (100 %), allowed 1 %"
	Found  []string // what searches and refined curves came to, in words
	PerGPU bool     // the number of GPUs is known of all points: TokensPerGPU is by GPU, else by server
}

// The loads that a curve can go over.
const (
	OverConcurrency = "max_concurrency"
	OverRate        = "request_rate"
)

// A Curve is the cases of one model on one server with the same lengths and other
// axes, over their load. Indices are of Points; -1 = there is none. What is invalid
// wins nothing.
type Curve struct {
	Model, Server, Dataset string
	InputLen, OutputLen    int    // tokens; 0 = the dataset's own
	Axes                   string // other axes: key=value;…, sorted
	Over                   string // OverConcurrency or OverRate
	Held                   string // of a curve over rates, what all its points are capped at, "" = no cap; of one over concurrency, the rate of all of them where others have others
	Pooled                 bool   // no load generates tokens, as of embeddings: its work is requests, else output tokens
	Backend                string // what was asked, and how: embeddings are no reranking
	Title                  string // what sets it apart from the sweep's other curves: "qwen3 on tp2, 256 → 128"
	Chosen, Work           string // the title's parts: "qwen3 on tp2", what there is a choice of; "256 → 128", what is given

	Points []Point // by load, rising

	Peak     int                // most throughput (see Throughput); at equal ones the lower load
	Knee     int                // largest throughput ÷ mean E2EL; at equal ones the lower load; -1 too with a single point
	BestSLO  int                // most throughput among those that meet the SLO; -1 too where none was asked
	SLO      string             // "" = none was asked; else as in "p99 TTFT ≤ 500 ms" or "goodput ≥ 99 %"
	Limits   map[string]float64 // that it has, by column
	Searched bool               // it is a search's, which says what meets it: BestSLO is the load that the search chose
	Cheapest int                // least PerMillion; -1 without costs
}

// A Point is one load of a curve, over its repeats: each figure is their mean. nil
// is undefined. Rows that are invalid are in no figure, unless all are.
type Point struct {
	Load float64 // max_concurrency or requests/s; +Inf = unbounded
	Rows []int   // of the rows that were read: first those that its figures come from, then repeats that are invalid

	OutputThroughput  *float64 // tokens/s
	TotalThroughput   *float64 // tokens/s, input ones too
	RequestThroughput *float64 // requests/s
	MeanTTFT, P99TTFT *float64 // ms
	MeanTPOT          *float64 // ms
	P99ITL            *float64 // ms
	MeanE2EL, P99E2EL *float64 // ms
	Goodput           *float64 // requests/s
	GoodputShare      *float64 // of those due

	TokensPerGPU  *float64 // output tokens/s per GPU; per server unless Reading.PerGPU
	TokensPerUser *float64 // 1000 / median TPOT, tokens/s
	Pareto        bool     // no other point with the same lengths and dataset is better at one of the two and not worse at the other
	Efficiency    *float64 // throughput ÷ (load × throughput at concurrency 1), share

	Cost *PointCost // nil = no price was given

	MeetsSLO  bool
	Verdict   string // the worst of its figures' rows: metrics.Valid, Suspect, Invalid; "" = from elsewhere
	Reason    string // why it is not valid: the first reason of the first such row
	Completed int    // requests behind the percentiles; of repeats, the fewest
	Doubt     string // "" = valid; else why its figures are in doubt: "suspect: …", "p99 from 20 requests, 662 needed"
}

// A PointCost is what work costs at a point, in Currency.
type PointCost struct {
	Currency         string
	PerHour          float64 // of all that served
	PerMillionOutput float64 // output tokens
	PerMillionTotal  float64 // input and output tokens
	PerRequest       float64
}

// ReadOptions say what the reader of a sweep asks for.
type ReadOptions struct {
	// SLO is what a load's figures are to keep to: limits by the names of columns,
	// lower ones where more is better. Empty = the share of good requests decides,
	// where the config had goodput limits.
	SLO map[string]float64
	// Found is what searches and refined curves of the rows' runs came to. What a search
	// says of its loads stands, where SLO is empty or its own.
	Found runlog.Found
}

// GoodShare is the share of requests that have to meet the goodput limits for a
// load to meet them.
const GoodShare = 0.99

// Read reads a sweep. The rows may be of several runs; what is not measured is
// Left.
func Read(rows []Row, o ReadOptions) Reading {
	r := Reading{Found: o.Found.Texts}
	var measured []int
	for i := range rows {
		if why := unread(&rows[i]); why != "" {
			r.Left = append(r.Left, rows[i].Case+": "+why)
			continue
		}
		measured = append(measured, i)
	}
	by := judgments(rows, o.Found.Searches)
	for _, g := range curvesOf(rows, measured, by) {
		r.Curves = append(r.Curves, g.curve(rows, o, by))
	}
	r.PerGPU = r.perGPU(rows)
	entitle(r.Curves)
	markPareto(r.Curves)
	return r
}

// unread says why a row is on no curve; "" = it is.
func unread(r *Row) string {
	switch {
	case r.Status != "" && r.Status != runlog.StatusMeasured:
		return strings.Join(slices.DeleteFunc([]string{r.Status, r.ValidityReasons, r.FirstError}, func(s string) bool { return s == "" }), ": ")
	case r.OutputThroughput == nil && r.RequestThroughput == nil:
		return "no throughput"
	}
	return ""
}

// perGPU divides the points' tokens/s by their GPUs, if all points know theirs.
func (r *Reading) perGPU(rows []Row) bool {
	for i := range r.Curves {
		for j := range r.Curves[i].Points {
			if rows[r.Curves[i].Points[j].Rows[0]].GPUs == nil {
				return false
			}
		}
	}
	for i := range r.Curves {
		for j := range r.Curves[i].Points {
			p := &r.Curves[i].Points[j]
			if p.TokensPerGPU != nil {
				share := *p.TokensPerGPU / float64(*rows[p.Rows[0]].GPUs)
				p.TokensPerGPU = &share
			}
		}
	}
	return len(r.Curves) > 0
}

// At is the point at an index of the curve; nil = there is none.
func (c *Curve) At(i int) *Point {
	if i < 0 || i >= len(c.Points) {
		return nil
	}
	return &c.Points[i]
}

// Throughput is the work that a point is judged by: output tokens/s, or requests/s
// on a pooled curve; 0 where it is undefined.
func (c *Curve) Throughput(p *Point) float64 {
	work := p.OutputThroughput
	if c.Pooled {
		work = p.RequestThroughput
	}
	if work == nil {
		return 0
	}
	return *work
}

// PerMillion is what 1M output tokens cost, or 1M input tokens on a pooled curve; 0 =
// there is no price, or no work.
func (c *Curve) PerMillion(p *Point) float64 {
	switch {
	case p.Cost == nil:
		return 0
	case c.Pooled:
		return p.Cost.PerMillionTotal
	}
	return p.Cost.PerMillionOutput
}

// believable reports whether the point may win something.
func (p *Point) believable() bool { return p.Verdict != metrics.Invalid }

// rateText is a request rate in words.
func rateText(rate string) string {
	if rate == "inf" {
		return "an unbounded rate"
	}
	return rate + " requests/s"
}

// LoadText is a point's load in words: "32 in flight", "4 requests/s".
func (c *Curve) LoadText(p *Point) string {
	if c.Over == OverRate {
		return rateText(runlog.Rate(p.Load).String())
	}
	if math.IsInf(p.Load, 1) {
		return "no limit in flight"
	}
	return fmt.Sprintf("%.0f in flight", p.Load)
}
