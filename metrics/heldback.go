package metrics

import "fmt"

const (
	heldBackShare = 0.05 // by which the cap may stretch a schedule
	heldBackLeast = 20   // requests; fewer say little about a rate
)

// heldBack says whether the cap on requests in flight kept a scheduled load from
// the server: the sends took more than 5 % longer than the schedule did, and it
// was slots that they waited for. "" = no.
func heldBack(l load, o Options) string {
	if !o.open() || o.MaxConcurrency == 0 {
		return ""
	}
	var firstDue, lastDue, firstSent, lastSent, wait int64
	n := 0
	for _, r := range l.measured {
		if r.Sent == 0 {
			continue
		}
		if n == 0 {
			firstDue, lastDue, firstSent, lastSent = r.Due, r.Due, r.Sent, r.Sent
		}
		firstDue, lastDue = min(firstDue, r.Due), max(lastDue, r.Due)
		firstSent, lastSent = min(firstSent, r.Sent), max(lastSent, r.Sent)
		wait = max(wait, r.Queued-r.Due)
		n++
	}
	asked, took := float64(lastDue-firstDue)/1e9, float64(lastSent-firstSent)/1e9
	if n < heldBackLeast || asked <= 0 || took <= asked*(1+heldBackShare) || wait <= 0 {
		return ""
	}
	return fmt.Sprintf("%d in flight held the load back: %.3g of %.3g requests/s were sent, the longest wait for a slot %s, limit %s of the rate",
		o.MaxConcurrency, float64(n-1)/took, float64(n-1)/asked, msText(float64(wait)/1e6), percent(heldBackShare))
}
