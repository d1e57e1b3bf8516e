package sweep

import (
	"fmt"
	"strings"
	"testing"

	"llmsweep/dataset"
	"llmsweep/metrics"
	"llmsweep/sweep/plan"
)

func TestCheckLanes(t *testing.T) {
	share := func(shares ...float64) *plan.Config {
		c := &plan.Config{Path: "c.yaml"}
		for i, s := range shares {
			c.Dataset.Scenarios = append(c.Dataset.Scenarios, dataset.Scenario{Name: fmt.Sprint(i), Weight: 1, Share: s})
		}
		return c
	}
	weights := func(c *plan.Config, weights ...float64) *plan.Config {
		for i, w := range weights {
			c.Dataset.Scenarios[i].Weight = w
		}
		return c
	}
	for _, tt := range []struct {
		c     *plan.Config
		slots int
		want  string
	}{
		{share(), 1, ""},
		{share(0, 0, 0), 1, ""},
		{share(0.5, 0.5), 2, ""},
		{share(0.5, 0.5), 1, "c.yaml: case x: max concurrency 1, want at least 2"},
		{share(0.5, 0, 0), 1, "want at least 2"},
		{share(0.5, 0, 0), 2, ""},
		{weights(share(0.5, 0), 99, 1), 2, "c.yaml: case x: scenario 1 gets 0 of 30 requests at weights 99, 1: more prompts or another weight"},
		{weights(share(0.5, 0, 0), 50, 50, 0.5), 2, "scenario 2 gets 0 of 30 requests at weights 50, 50, 0.5"},
		{weights(share(0, 0), 99, 1), 2, ""}, // its slots are anyone's
	} {
		pc := plan.Case{MaxConcurrency: tt.slots, NumPrompts: 30}
		pc.Name = "x"
		err := checkLanes(tt.c, []plan.Case{pc})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%d slots, %+v: %v, want %q", tt.slots, tt.c.Dataset.Scenarios, err, tt.want)
		}
	}
}

// By hand, in ms: three lanes, the last of two scenarios; a case is as long as
// its measured requests.
func TestApart(t *testing.T) {
	lanes := []dataset.Lane{{Scenarios: []string{"short"}}, {Scenarios: []string{"long"}}, {Scenarios: []string{"a", "b"}}}
	const next = ": the scenarios did not load the server together; change weights or shares"
	type sent struct {
		scenario   string
		begin, end int64
	}
	for _, tt := range []struct {
		name  string
		lanes int
		all   []sent
		want  string
	}{
		{"no lanes", 0, []sent{{"short", 100, 200}, {"long", 1100, 1200}}, ""},
		{"all the time", 2, []sent{{"short", 100, 200}, {"long", 100, 1600}, {"short", 200, 1500}}, ""},
		{"half of it", 2, []sent{{"short", 100, 850}, {"long", 100, 1600}}, ""},
		{"less", 2, []sent{{"short", 100, 500}, {"long", 100, 1600}}, "scenario short ended after 0.4 s of 1.5 s" + next},
		{"began late", 2, []sent{{"short", 100, 1550}, {"long", 900, 1600}}, "scenario long began after 0.8 s of 1.5 s" + next},
		{"never sent", 2, []sent{{"long", 100, 1600}}, "scenario short ended after 0.0 s of 1.5 s" + next},
		{"the others together", 3, []sent{{"short", 100, 1600}, {"long", 100, 1600}, {"a", 100, 300}, {"b", 300, 500}}, "scenario a, b ended after 0.4 s of 1.5 s" + next},
		{"one after the other", 3, []sent{{"short", 100, 1600}, {"long", 100, 1600}, {"a", 100, 800}, {"b", 800, 1500}}, ""},
	} {
		records := []metrics.Record{ // neither a warm-up nor what was not sent counts
			{Scenario: "short", Warmup: true, Sent: 1, End: 9e9}, {Scenario: "long", End: 9e9},
		}
		for _, s := range tt.all {
			records = append(records, metrics.Record{Scenario: s.scenario, Sent: s.begin * 1e6, End: s.end * 1e6})
		}
		if got := apart(lanes[:tt.lanes], records); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}
