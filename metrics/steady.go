package metrics

import (
	"math"

	"llmsweep/stats"
)

// steadyState holds the figures of the window with the load at its height; nil
// if there is no such window. Completions and tokens count where they arrive, in
// (start, end], the prompt's tokens with the first token; so do the tokens of
// requests that were cut off at the case's end.
func steadyState(l load, o Options) *SteadyState {
	start, end, ok := steadyWindow(l, o)
	if !ok {
		return nil
	}
	s := SteadyState{
		Start:        float64(start-l.begin) / 1e9,
		End:          float64(end-l.begin) / 1e9,
		MeanInFlight: l.inFlight.Integral(start, end) / float64(end-start),
	}
	within := func(at int64) bool { return start < at && at <= end }
	var input, output int64
	for _, r := range l.delivered() {
		if r.Completed() && within(r.End) {
			s.Completed++
		}
		if within(firstToken(r)) {
			input += int64(inputTokens(r))
		}
		for i, at := range r.Arrivals {
			if within(at) {
				output += ChunkTokens(r, i)
			}
		}
	}
	seconds := s.End - s.Start
	s.RequestThroughput = float64(s.Completed) / seconds
	s.OutputThroughput = float64(output) / seconds
	s.TotalTokenThroughput = float64(input+output) / seconds
	s.LittleResidual = littleResidual(l, o, s.Completed, start, end)
	return &s
}

// steadyWindow, closed loop: from the first to the last instant with at least
// ⌈0.95·cap⌉ slots taken, from the first measured send on (warm-up requests still
// in flight count). Open loop: after the warm-up (its last end, or the first
// measured send if that is later) and before the drain (the last send).
func steadyWindow(l load, o Options) (start, end int64, ok bool) {
	if len(l.measured) == 0 {
		return 0, 0, false
	}
	if o.open() {
		start = l.begin
		for i := range l.all {
			r := &l.all[i]
			if r.Warmup {
				start = max(start, r.End)
			} else {
				end = max(end, r.Sent)
			}
		}
		return start, end, start < end
	}
	if o.MaxConcurrency <= 0 {
		return 0, 0, false // all at once, no cap: the load is never level
	}
	start, end, ok = l.slots().Span((95*o.MaxConcurrency+99)/100, l.begin)
	end = min(end, l.end) // a warm-up request may outlive the measured ones
	return start, end, ok && start < end
}

// littleResidual is how far the window is from Little's law L = λ·W (1961). In a
// closed loop all slots should be taken all the time: 1 − ∫ taken dt ÷ (cap ×
// window). In an open loop, 1 − mean in flight ÷ (λ·W), with λ the sends
// a second in the window and W their mean time in flight: positive where the
// queue grows, negative where it drains. NaN for fewer than 3·cap completions in
// the window; where there is no cap, the case's peak in flight stands for it.
func littleResidual(l load, o Options, completed int, start, end int64) float64 {
	window := float64(end - start)
	slots := o.MaxConcurrency
	if slots <= 0 {
		slots = l.inFlight.Peak()
	}
	if completed < 3*slots {
		return math.NaN()
	}
	if !o.open() {
		return 1 - l.slots().Integral(start, end)/window/float64(slots)
	}
	var spent []float64 // ns
	for _, r := range l.measured {
		if r.Sent >= start && r.Sent < end {
			spent = append(spent, float64(r.End-r.Sent))
		}
	}
	rate := float64(len(spent)) / window
	return 1 - ratio(l.inFlight.Integral(start, end)/window, rate*stats.Mean(spent))
}
