package metrics

import (
	"math"

	"llmsweep/stats"
)

// slots are how many slots of the cap are taken. A session of several requests
// holds one from its first send to its last end, and while its user thinks, too;
// without such sessions they are the requests in flight.
func (l load) slots() stats.Level {
	type span struct{ sent, end int64 }
	sessions := map[string]span{}
	var starts, ends []int64
	for i := range l.all {
		r := &l.all[i]
		switch {
		case r.Sent == 0:
		case r.Session == "":
			starts, ends = append(starts, r.Sent), append(ends, max(r.Sent, r.End))
		default:
			s, known := sessions[r.Session]
			if !known {
				s = span{math.MaxInt64, math.MinInt64}
			}
			sessions[r.Session] = span{min(s.sent, r.Sent), max(s.end, r.Sent, r.End)}
		}
	}
	if len(sessions) == 0 {
		return l.inFlight
	}
	for _, s := range sessions {
		starts, ends = append(starts, s.sent), append(ends, s.end)
	}
	return stats.Overlap(starts, ends)
}
