package sweep

import (
	"strings"
	"testing"
	"time"

	"llmsweep/runlog"
)

// A search's curve goes over what it varies, though the plan has its first load alone
// and other axes differ: what holds at one load leaves out those above it, and no
// other search's.
func TestStopWhenInSearch(t *testing.T) {
	for _, tt := range []struct {
		yaml        string
		held        float64
		left, stays []float64
		other       int // a search that goes on
	}{
		{"search: {vary: request_rate, slo: {p99_ttft_ms: 500}}\nconcurrency_prompts: [[8, 64], [16, 64]]\n", 4, []float64{4.5, 8}, []float64{1, 4}, 1},
		{"search: {vary: max_concurrency, slo: {p99_ttft_ms: 500}}\nrequest_rate: [4, inf]\n", 4, []float64{5, 8}, []float64{1, 4}, 1},
	} {
		c := parseSearch(t, tt.yaml+"stop_when: p99_ttft_ms > 2000\n")
		s, _ := ruleOn(t, c, func(why string) { t.Error(why) })
		all := searchersOf(c, c.Cases())
		at := all[0].at(tt.held, 1)
		s.heard(&at, toldCase{tokensPerS: 1, e2el: 1, p99: 2500}.file(at))
		for _, load := range tt.left {
			if pc := all[0].at(load, 1); s.skip(&pc) == "" {
				t.Errorf("%s: %s is not left out", tt.yaml, pc.Name)
			}
			if pc := all[tt.other].at(load, 1); s.skip(&pc) != "" {
				t.Errorf("%s: another search's %s is left out", tt.yaml, pc.Name)
			}
		}
		for _, load := range tt.stays {
			if pc := all[0].at(load, 1); s.skip(&pc) != "" {
				t.Errorf("%s: %s is left out", tt.yaml, pc.Name)
			}
		}
	}
}

// Searches share a budget: of 30 minutes for three the first has 10, the second half
// of what is left when it begins, the last all the rest.
func TestBudgetOfSearches(t *testing.T) {
	c := parseSearch(t, "search: {vary: max_concurrency, slo: {p99_ttft_ms: 500}}\nmatrix: {sampling.top_k: [1, 2, 3]}\nbudget: 30m\n")
	planned := c.Cases()
	clock := time.Unix(1000, 0)
	b := newBudget(c, planned, planned, 0, nil, func() time.Time { return clock })
	all := searchersOf(c, planned)
	for i, step := range []struct {
		search int
		load   float64
		takes  time.Duration
		why    string // "" = it begins
	}{
		{0, 1, 4 * time.Minute, ""}, {0, 2, 5 * time.Minute, ""}, // 20 of 30 are kept
		{0, 4, 0, "60 s left for this search, about "},
		{1, 1, 11 * time.Minute, ""}, // 21 left, of which 10.5 are kept
		{1, 2, 0, "no time left for this search, 11 min kept for those after it"},
		{2, 1, 9 * time.Minute, ""},
		{2, 2, 0, "60 s left, about "},
	} {
		pc := all[step.search].at(step.load, 1)
		why := b.skip(&pc)
		if (why == "") != (step.why == "") || !strings.HasPrefix(strings.TrimPrefix(why, b.rule()), step.why) {
			t.Errorf("%d, %s: %q, want %q", i, pc.Name, why, step.why)
		}
		if why == "" {
			clock = clock.Add(step.takes)
			b.heard(&pc, &runlog.CaseFile{Status: runlog.StatusMeasured})
		}
	}
}
