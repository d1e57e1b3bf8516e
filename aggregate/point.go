package aggregate

import (
	"fmt"
	"slices"
	"strings"

	"llmsweep/metrics"
)

// pointOf folds the repeats of one load.
func pointOf(rows []Row, of []int) Point {
	invalid := func(i int) bool { return rows[i].invalid() }
	used := usable(of, invalid)
	p := Point{Rows: slices.Clone(used)} // its name and link are a case's that its figures are from
	if len(used) < len(of) {
		p.Rows = append(p.Rows, slices.DeleteFunc(slices.Clone(of), func(i int) bool { return !invalid(i) })...)
	}
	mean := func(x func(*Row) *float64) *float64 { return meanOf(rows, used, x) }
	p.OutputThroughput = mean(func(r *Row) *float64 { return r.OutputThroughput })
	p.TotalThroughput = mean(func(r *Row) *float64 { return r.TotalTokenThroughput })
	p.RequestThroughput = mean(func(r *Row) *float64 { return r.RequestThroughput })
	p.MeanTTFT = mean(func(r *Row) *float64 { return r.MeanTTFT })
	p.P99TTFT = mean(func(r *Row) *float64 { return r.P99TTFT })
	p.MeanTPOT = mean(func(r *Row) *float64 { return r.MeanTPOT })
	p.P99ITL = mean(func(r *Row) *float64 { return r.P99ITL })
	p.MeanE2EL = mean(func(r *Row) *float64 { return r.MeanE2EL })
	p.P99E2EL = mean(func(r *Row) *float64 { return r.P99E2EL })
	p.Goodput = mean(func(r *Row) *float64 { return r.RequestGoodput })
	p.GoodputShare = mean(func(r *Row) *float64 { return r.GoodputShare })
	p.TokensPerGPU = p.OutputThroughput // of the server, as long as its GPUs are not known
	p.TokensPerUser = mean(perUser)
	p.Cost = costOf(rows, used)
	p.judge(rows, used)
	return p
}

// perUser is the tokens/s that one user sees.
func perUser(r *Row) *float64 {
	if r.MedianTPOT == nil || *r.MedianTPOT <= 0 {
		return nil
	}
	rate := 1000 / *r.MedianTPOT
	return &rate
}

// meanOf is the mean over the rows that have the figure; nil = none has.
func meanOf(rows []Row, of []int, x func(*Row) *float64) *float64 {
	sum, n := 0.0, 0
	for _, i := range of {
		if v := x(&rows[i]); v != nil {
			sum += *v
			n++
		}
	}
	if n == 0 {
		return nil
	}
	mean := sum / float64(n)
	return &mean
}

func costOf(rows []Row, of []int) *PointCost {
	mean := func(x func(*Row) *float64) float64 {
		if v := meanOf(rows, of, x); v != nil {
			return *v
		}
		return 0
	}
	c := PointCost{
		Currency:         rows[of[0]].CostCurrency,
		PerHour:          mean(func(r *Row) *float64 { return r.CostPerHour }),
		PerMillionOutput: mean(func(r *Row) *float64 { return r.CostPerMillionOutput }),
		PerMillionTotal:  mean(func(r *Row) *float64 { return r.CostPerMillionTotal }),
		PerRequest:       mean(func(r *Row) *float64 { return r.CostPerRequest }),
	}
	if c.PerHour == 0 {
		return nil
	}
	return &c
}

// judge says how far the point's figures can be believed.
func (p *Point) judge(rows []Row, used []int) {
	p.Completed = rows[used[0]].Completed
	for _, i := range used {
		r := &rows[i]
		p.Completed = min(p.Completed, r.Completed)
		if worse(r.Validity, p.Verdict) {
			p.Verdict = r.Validity
			p.Reason = ""
			if r.Validity != metrics.Valid {
				p.Reason, _, _ = strings.Cut(r.ValidityReasons, "; ")
			}
		}
	}
	var doubts []string
	if p.Verdict == metrics.Suspect || p.Verdict == metrics.Invalid {
		doubts = append(doubts, strings.TrimSuffix(p.Verdict+": "+p.Reason, ": "))
	}
	if out := len(p.Rows) - len(used); out > 0 {
		doubts = append(doubts, fmt.Sprintf("%d of %d repeats invalid and left out", out, len(p.Rows)))
	}
	if p.FewSamples() {
		doubts = append(doubts, fmt.Sprintf("p99 from %d requests, %d needed", p.Completed, SamplesNeeded("p99_ttft_ms")))
	}
	p.Doubt = strings.Join(doubts, "; ")
}

// FewSamples reports whether the point's p99s are of too few requests to be
// certain.
func (p *Point) FewSamples() bool {
	return p.P99TTFT != nil && p.Completed < SamplesNeeded("p99_ttft_ms")
}

// Mean is a figure's mean over the repeats that the point's figures are made of:
// those that are not invalid, or all, if all are. nil = none has it.
func (p *Point) Mean(rows []Row, of func(*Row) *float64) *float64 {
	return meanOf(rows, usable(p.Rows, func(i int) bool { return rows[i].invalid() }), of)
}

// Group is the point's repeats with their spread; a point without repeats is a
// group of one.
func (p *Point) Group(rows []Row) Group {
	repeats := make([]Row, len(p.Rows))
	for i, at := range p.Rows {
		repeats[i] = rows[at]
	}
	return group(repeats)
}
