package aggregate

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"llmsweep/metrics"
	"llmsweep/runlog"
)

// TEMPORARY: a stand-in until the real Read is merged; drop this whole file then.

// ReadOptions is a stand-in.
type ReadOptions struct{}

// Read is a stand-in: curves over concurrency, peak, knee, Pareto.
func Read(rows []Row, _ ReadOptions) Reading {
	var rd Reading
	at := map[string]int{}
	for i := range rows {
		r := &rows[i]
		if r.OutputThroughput == nil || r.MaxConcurrency == nil || r.Status != "" && r.Status != runlog.StatusMeasured {
			rd.Left = append(rd.Left, r.Case+": "+cmp.Or(r.Status, "no throughput"))
			continue
		}
		in, out := 0, 0
		if r.InputLen != nil && r.OutputLen != nil {
			in, out = *r.InputLen, *r.OutputLen
		}
		key := fmt.Sprint(r.Model, r.Server, r.Dataset, in, out, r.Axes)
		k, ok := at[key]
		if !ok {
			k = len(rd.Curves)
			at[key] = k
			title := fmt.Sprintf("%d → %d", in, out)
			if r.Server != "" {
				title = r.Server + ", " + title
			}
			rd.Curves = append(rd.Curves, Curve{Model: r.Model, Server: r.Server, Dataset: r.Dataset, InputLen: in, OutputLen: out,
				Axes: r.Axes, Over: OverConcurrency, Title: title, Cheapest: -1, BestSLO: -1})
		}
		c := &rd.Curves[k]
		load := float64(*r.MaxConcurrency)
		j := slices.IndexFunc(c.Points, func(p Point) bool { return p.Load == load })
		if j < 0 {
			j = len(c.Points)
			c.Points = append(c.Points, Point{Load: load})
		}
		c.Points[j].Rows = append(c.Points[j].Rows, i)
	}
	for k := range rd.Curves {
		fill(&rd.Curves[k], rows)
	}
	markPareto(rd.Curves)
	return rd
}

func fill(c *Curve, rows []Row) {
	slices.SortFunc(c.Points, func(a, b Point) int { return cmp.Compare(a.Load, b.Load) })
	knee := math.Inf(-1)
	for j := range c.Points {
		p := &c.Points[j]
		mean := func(of func(*Row) *float64) *float64 {
			sum, n := 0.0, 0
			for _, i := range p.Rows {
				if v := of(&rows[i]); v != nil {
					sum, n = sum+*v, n+1
				}
			}
			if n == 0 {
				return nil
			}
			sum /= float64(n)
			return &sum
		}
		p.OutputThroughput = mean(func(r *Row) *float64 { return r.OutputThroughput })
		p.RequestThroughput = mean(func(r *Row) *float64 { return r.RequestThroughput })
		p.MeanTTFT, p.P99TTFT = mean(func(r *Row) *float64 { return r.MeanTTFT }), mean(func(r *Row) *float64 { return r.P99TTFT })
		p.MeanTPOT, p.P99ITL = mean(func(r *Row) *float64 { return r.MeanTPOT }), mean(func(r *Row) *float64 { return r.P99ITL })
		p.MeanE2EL, p.P99E2EL = mean(func(r *Row) *float64 { return r.MeanE2EL }), mean(func(r *Row) *float64 { return r.P99E2EL })
		p.GoodputShare = mean(func(r *Row) *float64 { return r.GoodputShare })
		p.TokensPerGPU = p.OutputThroughput
		if m := mean(func(r *Row) *float64 { return r.MedianTPOT }); m != nil && *m > 0 {
			u := 1000 / *m
			p.TokensPerUser = &u
		}
		for _, i := range p.Rows {
			if v := rows[i].Validity; v != "" && v != metrics.Valid {
				p.Doubt = v + ": " + rows[i].ValidityReasons
			} else if rows[i].Completed < 662 && p.Doubt == "" {
				p.Doubt = "too few samples for p99 (" + strconv.Itoa(rows[i].Completed) + " < 662)"
			}
		}
		if p.GoodputShare != nil {
			c.SLO = "goodput ≥ 99 %"
			p.MeetsSLO = *p.GoodputShare >= 0.99
			if p.MeetsSLO && (c.BestSLO < 0 || *p.OutputThroughput > *c.Points[c.BestSLO].OutputThroughput) {
				c.BestSLO = j
			}
		}
		if *p.OutputThroughput > *c.Points[c.Peak].OutputThroughput {
			c.Peak = j
		}
		if p.MeanE2EL != nil && *p.OutputThroughput / *p.MeanE2EL > knee {
			knee, c.Knee = *p.OutputThroughput / *p.MeanE2EL, j
		}
	}
}

func markPareto(curves []Curve) {
	work := map[string][]*Point{}
	for k := range curves {
		c := &curves[k]
		for j := range c.Points {
			if p := &c.Points[j]; p.TokensPerGPU != nil && p.TokensPerUser != nil && !strings.HasPrefix(p.Doubt, metrics.Invalid) {
				key := fmt.Sprint(c.Dataset, c.InputLen, c.OutputLen)
				work[key] = append(work[key], p)
			}
		}
	}
	for _, all := range work {
		for _, p := range all {
			p.Pareto = !slices.ContainsFunc(all, func(q *Point) bool {
				return *q.TokensPerGPU >= *p.TokensPerGPU && *q.TokensPerUser >= *p.TokensPerUser && (*q.TokensPerGPU > *p.TokensPerGPU || *q.TokensPerUser > *p.TokensPerUser)
			})
		}
	}
}
