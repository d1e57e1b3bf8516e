package selftest

import (
	"fmt"
	"math"
	"strings"

	"llmsweep/metrics"
	"llmsweep/sweep/wording"
)

// beyond says how a load of that many requests in flight at the peak, and that
// many token events/s, goes beyond what the self-test can be trusted at; "" = it
// does not. What was never tested is beyond, too.
func (t *Result) beyond(inFlight int, eventsPerS float64) string {
	const next = "; run llmsweep selftest"
	var load, limit []string
	over := func(name string, got, trusted float64) {
		if got > trusted { // never so for NaN
			load = append(load, wording.Thousands(math.Ceil(got))+" "+name)
			limit = append(limit, wording.Thousands(math.Floor(trusted)))
		}
	}
	trusted := TrustedLoad{}
	if t.Trusted != nil {
		trusted = *t.Trusted
	}
	over("in flight", float64(inFlight), float64(trusted.Streams))
	if t.Trusted != nil {
		over("token events/s", eventsPerS, float64(trusted.EventsPerS))
	}
	switch {
	case len(load) == 0:
		return ""
	case t.Trusted == nil:
		return fmt.Sprintf("load beyond the self-test: %s, trusted at no load on this host", load[0]) + next
	}
	untested := ""
	if trusted.Streams == t.Largest {
		untested = ", the largest load tested"
	}
	return fmt.Sprintf("load beyond the self-test: %s, trusted up to %s on this host%s",
		strings.Join(load, " and "), strings.Join(limit, " and "), untested) + next
}

// Judge makes a case suspect whose load went beyond the self-test. Without one,
// nil, nothing is said.
func (t *Result) Judge(s *metrics.Summary, records []metrics.Record) {
	if t == nil {
		return
	}
	if reason := t.beyond(s.MaxConcurrentRequests, eventsPerS(records, s.Duration)); reason != "" {
		s.Validity.Add(metrics.Suspect, reason)
	}
}
