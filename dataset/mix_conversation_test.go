package dataset

import "testing"

// A walked session: whose it was, and how many requests it had.
type walked struct {
	scenario string
	requests int
}

// walkSessions walks all sessions to their ends.
func walkSessions(t *testing.T, p *Prompts) (all []walked) {
	t.Helper()
	for s, err := range p.Sessions() {
		if err != nil {
			t.Fatal(err)
		}
		var w walked
		for req, _, ok := s.Next(""); ok; req, _, ok = s.Next("an answer") {
			if w.requests > 0 && req.Scenario != w.scenario {
				t.Errorf("turn %d of a session of %s is of %s", w.requests+1, w.scenario, req.Scenario)
			}
			w.scenario = req.Scenario
			w.requests++
		}
		if w.requests != max(1, s.Requests) {
			t.Errorf("%d turns, %d announced", w.requests, s.Requests)
		}
		all = append(all, w)
	}
	return all
}

// Half of the requests are turns of conversations: the sessions that are planned
// have exactly the case's, and what takes the place of failed ones is theirs.
func TestMixOfConversations(t *testing.T) {
	f := fitter(t, fake{letters: 26}, true)
	spec := Spec{Type: TypeMix, Scenarios: []Scenario{
		{Name: "talk", Weight: 1, InputLen: 9, OutputLen: 2, Dataset: Spec{Type: TypeConversation, Turns: [2]int{2, 4}}},
		{Name: "words", Weight: 1, InputLen: 9, OutputLen: 2, Dataset: Spec{Type: TypeRandom}},
	}}
	for _, share := range []float64{0, 0.5} {
		spec.Scenarios[0].Share = share
		p := ready(t, spec, f, Case{Requests: 60, Warmups: 10, Seed: 2, Name: "m"})
		parts := []*Prompts{p}
		for k, l := range p.Lanes() {
			parts = append(parts[:k], l.Prompts)
			if l.Requests != 30 || l.Warmups != 5 {
				t.Errorf("lane %v: %d + %d requests, want 30 + 5", l.Scenarios, l.Requests, l.Warmups)
			}
		}
		requests, further := map[string]int{}, map[string]int{}
		for _, part := range parts {
			all := walkSessions(t, part)
			for _, w := range all[:part.sessions] {
				requests[w.scenario] += w.requests
			}
			for _, w := range all[part.sessions:] {
				further[w.scenario]++
			}
		}
		if requests["talk"] != 30 || requests["words"] != 30 {
			t.Errorf("share %v: %v requests, want 30 each", share, requests)
		}
		if further["talk"] < 10 || further["words"] != 0 {
			t.Errorf("share %v: %v further sessions, want of conversations alone, 30 with those planned", share, further)
		}
	}
}
