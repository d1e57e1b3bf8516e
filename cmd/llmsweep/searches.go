package main

import "llmsweep/sweep"

type searchEvent struct {
	head
	sweep.SearchResult
}

type kneeEvent struct {
	head
	sweep.KneeResult
}

type ratesEvent struct {
	head
	sweep.RatesResult
}

// found tells programs what searches, refined curves and sweeps of rates came to; people read it on
// the first screen.
func (w *watch) found(out sweep.Outcome) {
	if w.events == nil {
		return
	}
	for _, s := range out.Searches {
		w.events.send(searchEvent{w.events.head("search"), s})
	}
	for _, k := range out.Knees {
		w.events.send(kneeEvent{w.events.head("knee"), k})
	}
	for _, r := range out.Rates {
		w.events.send(ratesEvent{w.events.head("rates"), r})
	}
}
