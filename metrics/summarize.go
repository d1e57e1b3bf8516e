package metrics

import (
	"math"
	"slices"

	"llmsweep/stats"
)

// second in ns.
const second = int64(1e9)

// Summarize turns a case's records into its Summary. Warm-up records are among
// them, marked, and count only for what is in flight. What is undefined is NaN.
func Summarize(records []Record, o Options) Summary {
	if len(o.Percentiles) == 0 {
		o.Percentiles = []float64{50, 90, 95, 99}
	}
	l := newLoad(records, o)
	s := figures(l, o)
	s.Scenarios = scenarios(l, o)
	s.Client = clientLag(l, o)
	s.SteadyState = steadyState(l, o)
	s.Validity = judge(&s, o)
	if why := heldBack(l, o); why != "" {
		s.Validity.Add(Suspect, why)
	}
	return s
}

// figures are what a summary says of requests alone, whatever load they were part
// of: counts, rates, latencies, lengths.
func figures(l load, o Options) Summary {
	s := Summary{Percentiles: slices.Clone(o.Percentiles)}
	s.count(l)
	s.describe(l.completed, o)
	s.Goodput = goodput(l, o)
	s.MaxConcurrentRequests = l.inFlight.Peak()
	s.MaxOutputTokensPerS = float64(peakTokens(l.delivered()))
	s.Lengths = lengths(l.completed, o)
	return s
}

// A load is a case's records, sorted by what they count for.
type load struct {
	all        []Record
	measured   []*Record // without the warm-up
	completed  []*Record // of those measured
	censored   []*Record // of those measured: cut off at the case's end
	begin, end int64     // of those measured: first send (first due, where none was sent) → last end, ns
	inFlight   stats.Level
}

func newLoad(records []Record, _ Options) load {
	return gather(records, func(*Record) bool { return true })
}

// gather makes a load of the records that are wanted.
func gather(records []Record, wanted func(*Record) bool) load {
	n := len(records)
	l := load{
		all:       records,
		measured:  make([]*Record, 0, n),
		completed: make([]*Record, 0, n),
		begin:     math.MaxInt64,
		end:       math.MinInt64,
	}
	starts, ends := make([]int64, 0, n), make([]int64, 0, n)
	firstDue := int64(math.MaxInt64)
	for i := range records {
		r := &records[i]
		if !wanted(r) {
			continue
		}
		if r.Sent != 0 {
			starts, ends = append(starts, r.Sent), append(ends, max(r.Sent, r.End))
		}
		if r.Warmup {
			continue
		}
		l.measured = append(l.measured, r)
		switch {
		case r.Censored:
			l.censored = append(l.censored, r)
		case r.Completed():
			l.completed = append(l.completed, r)
		}
		if r.Sent != 0 {
			l.begin = min(l.begin, r.Sent)
		}
		firstDue = min(firstDue, r.Due)
		l.end = max(l.end, r.End)
	}
	if l.begin == math.MaxInt64 {
		l.begin = firstDue
	}
	l.inFlight = stats.Overlap(starts, ends)
	return l
}

// delivered are the requests whose tokens count where they arrive: completed
// ones, and what came of those cut off at the case's end.
func (l load) delivered() []*Record { return slices.Concat(l.completed, l.censored) }

// duration is first send → last end, s; NaN for no request.
func (l load) duration() float64 {
	if l.end == math.MinInt64 {
		return math.NaN()
	}
	return float64(l.end-l.begin) / 1e9
}

// open reports an open loop: requests come by a schedule, not by slots.
func (o Options) open() bool {
	return o.Ramp || o.RequestRate > 0 && !math.IsInf(o.RequestRate, 1)
}

// count fills in counts, tokens and rates.
func (s *Summary) count(l load) {
	s.Sent = len(l.measured)
	s.Completed, s.Censored = len(l.completed), len(l.censored)
	s.countFailures(l.measured, (*Record).Failed)
	for _, r := range l.completed {
		s.InputTokens += int64(inputTokens(r))
		s.OutputTokens += int64(r.OutputTokens)
	}
	s.Duration = l.duration()
	s.rates()
}

// countFailures counts those failed, by class, and keeps the first one's words.
func (s *Summary) countFailures(records []*Record, failed func(*Record) bool) {
	s.Failed, s.Failures, s.FirstError = 0, map[string]int{}, ""
	for _, r := range records {
		if !failed(r) {
			continue
		}
		s.Failed++
		class := r.ErrorClass
		if class == "" {
			class = "no_chunk" // completed by our rules, not by vLLM's
		}
		s.Failures[class]++
		if s.FirstError == "" {
			s.FirstError = class
			if r.Error != "" {
				s.FirstError += ": " + r.Error
			}
		}
	}
}

// rates divides by the duration: completed requests, output tokens, all tokens.
func (s *Summary) rates() {
	s.RequestThroughput = ratio(float64(s.Completed), s.Duration)
	s.OutputThroughput = ratio(float64(s.OutputTokens), s.Duration)
	s.TotalTokenThroughput = ratio(float64(s.InputTokens+s.OutputTokens), s.Duration)
}

// describe fills in the latencies, over completed requests.
func (s *Summary) describe(completed []*Record, o Options) {
	d := newDescriber(o.Percentiles)
	s.TTFT = d.each(completed, TTFT)
	s.TPOT = d.each(completed, TPOT)
	s.E2EL = d.each(completed, E2EL)
	s.TTFE = d.each(completed, TTFE)
	s.TTFO = d.each(completed, TTFO)
	s.QueueTime = d.each(completed, QueueTime)
	s.ITL = d.pooled(completed, appendITLs)
	s.ITLPerToken = d.dist(nil)
	if !slices.ContainsFunc(completed, func(r *Record) bool { return len(r.Arrivals) > 1 && !tokensTold(r) }) {
		s.ITLPerToken = d.pooled(completed, appendITLsPerToken) // those of some requests would pass for all
	}
	if !o.open() {
		completed = nil // a closed loop's due is the moment a slot came free: nothing is omitted
	}
	s.TTFTFromDue = d.each(completed, TTFTFromDue)
	s.E2ELFromDue = d.each(completed, E2ELFromDue)
}

// peakTokens is the most tokens (not chunks) that arrived within any [t, t+1 s).
func peakTokens(delivered []*Record) int64 {
	n := 0
	for _, r := range delivered {
		n += len(r.Arrivals)
	}
	events := make([]stats.Event, 0, n)
	for _, r := range delivered {
		for i, at := range r.Arrivals {
			events = append(events, stats.Event{At: at, N: ChunkTokens(r, i)})
		}
	}
	stats.SortEvents(events)
	return stats.PeakWindow(events, second)
}

// Good reports whether a request meets every limit of the SLO. It must have
// completed; a figure equal to its limit meets it. A request with fewer than 2
// tokens has no pace to break (as in vLLM, which takes its tpot as 0), but one
// without a first token misses a limit on TTFT.
func (slo SLO) Good(r *Record) bool {
	if !r.Completed() {
		return false
	}
	if ms, ok := TTFT(r); slo.TTFT > 0 && (!ok || ms > slo.TTFT) {
		return false
	}
	if ms, ok := E2EL(r); slo.E2EL > 0 && (!ok || ms > slo.E2EL) {
		return false
	}
	if ms, ok := TPOT(r); slo.TPOT > 0 && ok && ms > slo.TPOT {
		return false
	}
	return slo.ITL <= 0 || float64(largestGap(r))/1e6 <= slo.ITL
}

// largestGap between token-bearing chunks, ns; 0 for fewer than two.
func largestGap(r *Record) int64 {
	var gap int64
	for i := 1; i < len(r.Arrivals); i++ {
		gap = max(gap, r.Arrivals[i]-r.Arrivals[i-1])
	}
	return gap
}

// Broken reports whether a censored request had broken a limit by the time that
// it was cut off. One that had not might yet have met them all, or not: it says
// nothing about the share of good requests.
func (slo SLO) Broken(r *Record) bool {
	spent := float64(r.End-r.Sent) / 1e6
	toFirst := spent
	if first := firstToken(r); first != 0 {
		toFirst = float64(first-r.Sent) / 1e6
	}
	over := func(ms, limit float64) bool { return limit > 0 && ms > limit }
	return r.Sent != 0 && (over(toFirst, slo.TTFT) || over(spent, slo.E2EL) || over(float64(largestGap(r))/1e6, slo.ITL))
}

// goodput counts the requests that meet every limit; nil if none is set. Each is
// held to its own scenario's; one that no limit is set for does not count.
func goodput(l load, o Options) *Goodput {
	if !o.limited() {
		return nil
	}
	var g Goodput
	tokens, due := 0, 0
	for _, r := range l.measured {
		slo := o.slo(r.Scenario)
		switch {
		case slo == SLO{}:
			continue
		case slo.Good(r):
			g.Requests++
			tokens += r.OutputTokens
		case r.Censored && !slo.Broken(r):
			continue
		}
		due++
	}
	g.PerSecond = ratio(float64(g.Requests), l.duration())
	g.TokensPerSecond = ratio(float64(tokens), l.duration())
	g.Share = ratio(float64(g.Requests), float64(due))
	return &g
}
