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
	s := Summary{Percentiles: slices.Clone(o.Percentiles)}
	s.count(l)
	s.describe(l.completed, o)
	s.Goodput = goodput(l, o.SLO)
	s.MaxConcurrentRequests = l.inFlight.Peak()
	s.MaxOutputTokensPerS = float64(peakTokens(l.completed))
	s.Lengths = lengths(l.completed, o)
	s.Client = clientLag(l, o)
	s.SteadyState = steadyState(l, o)
	s.Validity = judge(&s, o)
	return s
}

// A load is a case's records, sorted by what they count for.
type load struct {
	all        []Record
	measured   []*Record // without the warm-up
	completed  []*Record // of those measured
	begin, end int64     // of those measured: first send (first due, where none was sent) → last end, ns
	inFlight   stats.Level
}

func newLoad(records []Record, o Options) load {
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
		if r.Sent != 0 {
			starts, ends = append(starts, r.Sent), append(ends, max(r.Sent, r.End))
		}
		if r.Warmup {
			continue
		}
		l.measured = append(l.measured, r)
		if r.Completed() {
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

// duration is first send → last end, s; NaN for no request.
func (l load) duration() float64 {
	if len(l.measured) == 0 {
		return math.NaN()
	}
	return float64(l.end-l.begin) / 1e9
}

// open reports an open loop: requests come by a schedule, not by slots.
func (o Options) open() bool { return o.RequestRate > 0 && !math.IsInf(o.RequestRate, 1) }

// count fills in counts, tokens and rates.
func (s *Summary) count(l load) {
	s.Sent = len(l.measured)
	s.Completed = len(l.completed)
	s.countFailures(l.measured, func(r *Record) bool { return !r.Completed() })
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
	s.ITLPerToken = d.pooled(completed, appendITLsPerToken)
	if !o.open() {
		completed = nil // a closed loop's due is the moment a slot came free: nothing is omitted
	}
	s.TTFTFromDue = d.each(completed, TTFTFromDue)
	s.E2ELFromDue = d.each(completed, E2ELFromDue)
}

// peakTokens is the most tokens (not chunks) that arrived within any [t, t+1 s).
func peakTokens(completed []*Record) int64 {
	n := 0
	for _, r := range completed {
		n += len(r.Arrivals)
	}
	events := make([]stats.Event, 0, n)
	for _, r := range completed {
		for i, at := range r.Arrivals {
			events = append(events, stats.Event{At: at, N: chunkTokens(r, i)})
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

// goodput counts the requests that meet every limit; nil if none is set.
func goodput(l load, slo SLO) *Goodput {
	if slo == (SLO{}) {
		return nil
	}
	var g Goodput
	tokens := 0
	for _, r := range l.completed {
		if slo.Good(r) {
			g.Requests++
			tokens += r.OutputTokens
		}
	}
	g.PerSecond = ratio(float64(g.Requests), l.duration())
	g.TokensPerSecond = ratio(float64(tokens), l.duration())
	g.Share = ratio(float64(g.Requests), float64(len(l.measured)))
	return &g
}
