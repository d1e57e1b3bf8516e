package main

import (
	"fmt"

	"llmsweep/sweep"
)

type searchEvent struct {
	head
	sweep.SearchResult
}

type kneeEvent struct {
	head
	sweep.KneeResult
}

// found prints what searches and refined curves came to, in words.
func (w *watch) found(out sweep.Outcome) {
	if len(out.Searches)+len(out.Knees) > 0 {
		fmt.Fprintln(w.results)
	}
	for _, s := range out.Searches {
		fmt.Fprintln(w.results, s.Text)
		if w.events != nil {
			w.events.send(searchEvent{w.events.head("search"), s})
		}
	}
	for _, k := range out.Knees {
		fmt.Fprintln(w.results, k.Text)
		if w.events != nil {
			w.events.send(kneeEvent{w.events.head("knee"), k})
		}
	}
}
