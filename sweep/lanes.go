package sweep

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"llmsweep/dataset"
	"llmsweep/loadgen"
	"llmsweep/metrics"
	"llmsweep/sweep/plan"
)

// loads are the case's schedules, which run at the same time: one, or one for each
// part of a mix that has slots of its own.
func (d *Driver) loads(pc plan.Case, prompts *dataset.Prompts) ([]loadgen.Plan, error) {
	lanes := prompts.Lanes()
	if lanes == nil {
		return []loadgen.Plan{d.load(pc, prompts)}, nil
	}
	caps, err := dataset.LaneCaps(lanes, pc.MaxConcurrency)
	if err != nil {
		return nil, err
	}
	var loads []loadgen.Plan
	for i, l := range lanes {
		part := pc
		part.MaxConcurrency, part.NumPrompts, part.Warmup = caps[i], l.Requests, l.Warmups
		loads = append(loads, d.load(part, l.Prompts))
	}
	return loads, nil
}

// checkLanes faults cases with fewer slots than parts that are to have their own,
// and those with a part that has slots and no request.
func checkLanes(c *plan.Config, planned []plan.Case) error {
	lanes := 0
	for i := range c.Dataset.Scenarios {
		if c.Dataset.Scenarios[i].Share > 0 {
			lanes++
		}
	}
	if lanes == 0 {
		return nil
	}
	if lanes < len(c.Dataset.Scenarios) {
		lanes++ // the others together
	}
	var errs []error
	fault := func(pc *plan.Case, what string) {
		errs = append(errs, fmt.Errorf("%s: case %s: %s", c.Path, pc.Name, what))
	}
	for i := range planned {
		pc := &planned[i]
		if pc.MaxConcurrency < lanes {
			fault(pc, fmt.Sprintf("max concurrency %d, want at least %d: one for each scenario with a concurrency_share, and one for the others together",
				pc.MaxConcurrency, lanes))
		}
		for _, what := range unsent(&c.Dataset, pc.NumPrompts) {
			fault(pc, what)
		}
	}
	return errors.Join(errs...)
}

// unsent names the scenarios of a mix that have none of n requests.
func unsent(mix *dataset.Spec, n int) (names []string) {
	if len(mix.Scenarios) == 0 {
		return nil
	}
	weights := make([]string, len(mix.Scenarios))
	for i, s := range mix.Scenarios {
		weights[i] = fmt.Sprintf("%g", s.Weight)
	}
	for i, requests := range mix.ScenarioCounts(n) {
		if requests == 0 {
			names = append(names, fmt.Sprintf("scenario %s gets 0 of %d requests at weights %s: more prompts or another weight",
				mix.Scenarios[i].Name, n, strings.Join(weights, ", ")))
		}
	}
	return names
}

// togetherShare is the least share of a case's time in which all its lanes have to
// load the server.
const togetherShare = 0.5

// apart says which lane of a mix ended so early, or began so late, that they
// loaded the server together for less than half of the case; "" = none did.
func apart(lanes []dataset.Lane, records []metrics.Record) string {
	spans, all := laneSpans(lanes, records)
	first, last := 0, 0 // the lanes that ended first, and began last
	for k := range spans {
		if spans[k].end < spans[first].end {
			first = k
		}
		if spans[k].begin > spans[last].begin {
			last = k
		}
	}
	took := all.end - all.begin
	if len(lanes) == 0 || float64(spans[first].end-spans[last].begin) >= togetherShare*float64(took) {
		return ""
	}
	lane, did, at := first, "ended", spans[first].end
	if late := spans[last].begin - all.begin; late > all.end-at && spans[first] != (span{}) {
		lane, did, at = last, "began", spans[last].begin
	}
	if at == 0 { // it never came to send
		at = all.begin
	}
	return fmt.Sprintf("scenario %s %s after %.1f s of %.1f s: the scenarios did not load the server together; change weights or shares",
		strings.Join(lanes[lane].Scenarios, ", "), did, float64(at-all.begin)/1e9, float64(took)/1e9)
}

// A span is from a first send to a last end, ns since the run's start; zero =
// nothing was sent.
type span struct{ begin, end int64 }

// laneSpans are the spans of the lanes' measured requests, and of all these.
func laneSpans(lanes []dataset.Lane, records []metrics.Record) (spans []span, all span) {
	spans = make([]span, len(lanes))
	for i := range records {
		r := &records[i]
		if r.Warmup || r.Sent == 0 {
			continue
		}
		all.add(r)
		for k := range lanes {
			if slices.Contains(lanes[k].Scenarios, r.Scenario) {
				spans[k].add(r)
			}
		}
	}
	return spans, all
}

func (s *span) add(r *metrics.Record) {
	if s.begin == 0 || r.Sent < s.begin {
		s.begin = r.Sent
	}
	s.end = max(s.end, r.End)
}
