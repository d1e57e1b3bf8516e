package metrics

import (
	"cmp"
	"math"
	"slices"

	"llmsweep/stats"
)

// clientLag says how late the client itself was, over the measured requests,
// failed ones too: in reading what had arrived, and in sending what was due.
func clientLag(l load, o Options) Client {
	c := Client{KernelStamps: true}
	n := 0
	for _, r := range l.measured {
		n += len(r.Lags)
	}
	read := make([]float64, 0, n) // µs
	arrivals, shared := 0, 0
	for _, r := range l.measured {
		arrivals += len(r.Arrivals)
		shared += r.SharedEvents
		c.Reconnects += r.Reconnects
		if len(r.Lags) < len(r.Arrivals) {
			c.KernelStamps = false
		}
		for _, lag := range r.Lags {
			read = append(read, float64(lag))
		}
	}
	c.KernelStamps = c.KernelStamps && len(read) > 0
	c.SharedShare = ratio(float64(shared), float64(arrivals))

	slices.Sort(read)
	lag := stats.Sorted(read)
	c.LagP50, c.LagP99, c.LagMax = lag.Percentile(50)/1e3, lag.Percentile(99)/1e3, lag.Max()/1e3

	send := stats.Sort(sendLags(l.all, o.MaxConcurrency))
	c.SendP50, c.SendP99, c.SendMax = send.Percentile(50), send.Percentile(99), send.Max()
	return c
}

// sendLags are sent − max(due, the moment a slot was free), in ms, of the
// measured requests that were sent. With a cap on requests in flight, the k-th
// request taken up (from 0) has a slot once k − cap + 1 earlier ones have ended,
// warm-ups among them; ends before its send can only be those of earlier ones,
// so that moment is the (k−cap)-th smallest end of all.
func sendLags(all []Record, limit int) []float64 {
	order := make([]*Record, 0, len(all))
	ends := make([]int64, 0, len(all))
	for i := range all {
		order = append(order, &all[i])
		ends = append(ends, all[i].End)
	}
	slices.SortFunc(order, func(a, b *Record) int {
		return cmp.Or(cmp.Compare(takenUp(a), takenUp(b)), cmp.Compare(a.Due, b.Due), cmp.Compare(a.ID, b.ID))
	})
	slices.Sort(ends)
	lags := make([]float64, 0, len(all))
	for k, r := range order {
		if r.Warmup || r.Sent == 0 {
			continue
		}
		from := r.Due
		// A send before the slot's end is another's slot: the cap was not what held it.
		if limit > 0 && k >= limit && ends[k-limit] <= r.Sent {
			from = max(from, ends[k-limit])
		}
		lags = append(lags, float64(r.Sent-from)/1e6)
	}
	return lags
}

// takenUp is when the load generator handed the request to the client.
func takenUp(r *Record) int64 {
	if r.Queued != 0 {
		return r.Queued
	}
	if r.Sent != 0 {
		return r.Sent
	}
	return math.MaxInt64
}
