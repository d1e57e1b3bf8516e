package report

import (
	"cmp"
	"iter"
	"math"
	"slices"
	"strconv"

	"llmsweep/metrics"
	"llmsweep/stats"
)

// htmlShares are the shares at which the page gives a distribution's quantiles:
// each percent, and the tail closer.
var htmlShares = func() (ps []float64) {
	for i := range 100 {
		ps = append(ps, float64(i)/100)
	}
	return append(ps, 0.995, 0.999, 1)
}()

// An htmlNumber is a figure of a chart: five significant digits, null where
// undefined.
type htmlNumber float64

// MarshalJSON implements json.Marshaler.
func (n htmlNumber) MarshalJSON() ([]byte, error) {
	v := float64(n)
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, v, 'g', 5, 64), nil
}

// An htmlLine is points of a chart over time: T in s since the case's first send, V
// its values; Of is how many there were before they were thinned.
type htmlLine struct {
	T  []htmlNumber `json:"t"`
	V  []htmlNumber `json:"v"`
	Of int          `json:"of"`
}

// An htmlSeries is what a case's records show over time, and how its latencies are
// spread.
type htmlSeries struct {
	InFlight htmlLine `json:"inflight"` // requests, a step a change
	Tokens   htmlLine `json:"tokens"`   // tokens/s, of all requests, in windows of Window s
	Window   float64  `json:"window"`
	TTFT     htmlLine `json:"ttft"` // ms, of each request at its send
	TPOT     htmlLine `json:"tpot"`
	E2EL     htmlLine `json:"e2el"`
	Warm     float64  `json:"warm"` // s: when the first measured request was sent

	Requests  int          `json:"n"`          // measured
	TTFTShare []htmlNumber `json:"ttft_share"` // ms at each of htmlShares
	ITLShare  []htmlNumber `json:"itl_share"`
	E2ELShare []htmlNumber `json:"e2el_share"`
	ITLs      int          `json:"itls"`
}

// tokenSlot is the finest window of tokens/s, ns.
const tokenSlot = 10_000_000

// A seriesMaker takes a case's records one by one and keeps what charts need of
// them: two instants and three latencies a request, counts of the rest.
type seriesMaker struct {
	starts, ends      []int64
	first, measured   int64           // sends, of all and of the measured requests; 0 = none yet
	tokens            map[int64]int64 // by slot of tokenSlot
	ttft, tpot, e2el  seriesPoints
	ttftBins, itlBins stats.LogBins
	e2elBins          stats.LogBins
	requests          int
}

// seriesPoints are a value a request, at its send in ns.
type seriesPoints []seriesPoint

type seriesPoint struct {
	at int64
	v  float64
}

// seriesOf reads the records of a case; nil where none of it was sent. The points of
// a line are at most limit.
func seriesOf(records iter.Seq2[metrics.Record, error], limit int) (*htmlSeries, error) {
	m := seriesMaker{tokens: map[int64]int64{}}
	for r, err := range records {
		if err != nil {
			return nil, err
		}
		m.add(&r)
	}
	if len(m.starts) == 0 {
		return nil, nil
	}
	return m.series(limit), nil
}

func (m *seriesMaker) add(r *metrics.Record) {
	if r.Sent == 0 {
		return
	}
	m.starts, m.ends = append(m.starts, r.Sent), append(m.ends, r.End)
	if m.first == 0 || r.Sent < m.first {
		m.first = r.Sent
	}
	for i, at := range r.Arrivals {
		m.tokens[at/tokenSlot] += metrics.ChunkTokens(r, i)
	}
	if r.Warmup {
		return
	}
	if m.measured == 0 || r.Sent < m.measured {
		m.measured = r.Sent
	}
	m.requests++
	if v, ok := metrics.TTFT(r); ok {
		m.ttft.add(r.Sent, v)
		m.ttftBins.Add(v)
	}
	if v, ok := metrics.TPOT(r); ok {
		m.tpot.add(r.Sent, v)
	}
	if v, ok := metrics.E2EL(r); ok {
		m.e2el.add(r.Sent, v)
		m.e2elBins.Add(v)
	}
	for _, gap := range metrics.ITLs(r) {
		m.itlBins.Add(gap)
	}
}

func (p *seriesPoints) add(at int64, v float64) { *p = append(*p, seriesPoint{at, v}) }

func (m *seriesMaker) series(limit int) *htmlSeries {
	s := &htmlSeries{
		Requests: m.requests, ITLs: m.itlBins.N(),
		TTFTShare: htmlNumbers(m.ttftBins.Quantiles(htmlShares)), ITLShare: htmlNumbers(m.itlBins.Quantiles(htmlShares)), E2ELShare: htmlNumbers(m.e2elBins.Quantiles(htmlShares)),
		TTFT: m.ttft.line(m.first, limit), TPOT: m.tpot.line(m.first, limit), E2EL: m.e2el.line(m.first, limit),
	}
	if m.measured > 0 {
		s.Warm = math.Round(float64(m.measured-m.first)/1e6) / 1e3
	}
	s.InFlight = m.inFlight(limit)
	s.Tokens, s.Window = m.rates(limit)
	return s
}

// line are the points by their time (records stand in the order of their ends),
// thinned; their extremes stay.
func (p seriesPoints) line(first int64, limit int) htmlLine {
	slices.SortStableFunc(p, func(a, b seriesPoint) int { return cmp.Compare(a.at, b.at) })
	vs := make([]float64, len(p))
	for i := range p {
		vs[i] = p[i].v
	}
	l := htmlLine{Of: len(p)}
	for _, i := range stats.Thin(vs, limit) {
		l.T, l.V = append(l.T, secondsAfter(first, p[i].at)), append(l.V, htmlNumber(vs[i]))
	}
	return l
}

func (m *seriesMaker) inFlight(limit int) htmlLine {
	level := stats.Overlap(m.starts, m.ends)
	ns := make([]float64, len(level))
	for i, step := range level {
		ns[i] = float64(step.N)
	}
	l := htmlLine{Of: len(level)}
	for _, i := range stats.Thin(ns, limit) {
		l.T, l.V = append(l.T, secondsAfter(m.first, level[i].At)), append(l.V, htmlNumber(ns[i]))
	}
	return l
}

// rates are output tokens/s in windows of equal width, from the case's first send:
// each window's own mean, so that nothing is left out; the last window is shorter
// than its width by what came after the last token.
func (m *seriesMaker) rates(limit int) (l htmlLine, window float64) {
	if len(m.tokens) == 0 {
		return l, 0
	}
	from, to := m.first/tokenSlot, int64(math.MinInt64)
	for slot := range m.tokens {
		from, to = min(from, slot), max(to, slot)
	}
	width := niceSlots((to-from)/int64(limit) + 1)
	counts := make([]int64, (to-from)/width+1)
	for slot, n := range m.tokens {
		counts[(slot-from)/width] += n
	}
	window = float64(width*tokenSlot) / 1e9
	l.Of = len(counts)
	for i, n := range counts {
		l.T = append(l.T, secondsAfter(m.first, (from+int64(i)*width)*tokenSlot))
		l.V = append(l.V, htmlNumber(float64(n)/window))
	}
	return l, window
}

// niceSlots rounds up to 1, 2 or 5 times a power of ten.
func niceSlots(n int64) int64 {
	for scale := int64(1); ; scale *= 10 {
		for _, m := range []int64{1, 2, 5} {
			if m*scale >= n {
				return m * scale
			}
		}
	}
}

// secondsAfter is the time from first to at in s, to the millisecond.
func secondsAfter(first, at int64) htmlNumber {
	return htmlNumber(math.Round(float64(max(at-first, 0))/1e6) / 1e3)
}

func htmlNumbers(xs []float64) []htmlNumber {
	out := make([]htmlNumber, len(xs))
	for i, x := range xs {
		out[i] = htmlNumber(x)
	}
	return out
}
