package sweep

import (
	"fmt"
	"strings"
	"testing"

	"llmsweep/sweep/plan"
	"llmsweep/sweep/search"
)

// serving is a server that serves 2 requests/s one at a time, and 12 at most.
func serving(pc *plan.Case) search.Reading {
	rate := 12.0
	if pc.MaxConcurrency == 1 {
		rate = 2
	}
	return search.Reading{Name: pc.Name, Figures: map[string]float64{"request_throughput": min(rate, pc.Rate)}}
}

// sweepOn runs the sweeps of rates of a config on a pretended server.
func sweepOn(t *testing.T, c *plan.Config, measure func(*plan.Case) search.Reading) (said, added []string) {
	t.Helper()
	known := map[string]search.Reading{}
	for _, pc := range c.Cases() {
		known[pc.Name] = measure(&pc)
	}
	for _, s := range rateSweepsOf(c, c.Cases()) {
		for wanted := s.next(known); len(wanted) > 0; wanted = s.next(known) {
			for i := range wanted {
				pc := &wanted[i]
				if _, twice := known[pc.Name]; twice {
					t.Fatalf("%s is wanted twice", pc.Name)
				}
				known[pc.Name] = measure(pc)
				added = append(added, strings.TrimPrefix(pc.Name, "bench_io256x128_"))
			}
		}
		for _, res := range s.results(known) {
			said = append(said, res.Text)
			if res.Done == (res.Ended != "") {
				t.Errorf("done %v, ended %q", res.Done, res.Ended)
			}
		}
	}
	return said, added
}

func TestRateSweep(t *testing.T) {
	invalid := func(name string) func(*plan.Case) search.Reading {
		return func(pc *plan.Case) search.Reading {
			m := serving(pc)
			if strings.HasSuffix(pc.Name, name) {
				m.Invalid, m.Figures["request_throughput"] = "it is invalid: Little residual 43.8 %", 1000
			}
			return m
		}
	}
	for _, tt := range []struct {
		name, yaml  string
		measure     func(*plan.Case) search.Reading
		added, text string
	}{
		// 2 + 10·i/5: 4, 6, 8, 10, whatever the grid of 0.2
		{"four rates", "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 4}\n", serving,
			"mc8_np20_rate4 mc8_np20_rate6 mc8_np20_rate8 mc8_np20_rate10",
			"qwen3, 256 → 128: 2 requests/s one at a time, 12 unbounded; added: 4 rates from 4 to 10"},
		{"one rate", "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 1}\n", serving,
			"mc8_np20_rate7", "qwen3, 256 → 128: 2 requests/s one at a time, 12 unbounded; added: 7"},
		{"two repeats", "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 2}\nrepeats: 2\n", func(pc *plan.Case) search.Reading {
			m := serving(pc)
			m.Figures["request_throughput"] += float64(2*pc.Axes.Repeat - 2) // 2 and 4, 12 and 14: 3 + 10·i/3 to 0.5
			return m
		}, "mc8_np20_rate6.5_run1 mc8_np20_rate9.5_run1 mc8_np20_rate6.5_run2 mc8_np20_rate9.5_run2",
			"qwen3, 256 → 128: 3 requests/s one at a time, 13 unbounded; added: 2 rates from 6.5 to 9.5"},
		{"a budget is spent on the ends first", "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 4}\nbudget: 1h\n", serving,
			"mc8_np20_rate4 mc8_np20_rate10 mc8_np20_rate6 mc8_np20_rate8",
			"qwen3, 256 → 128: 2 requests/s one at a time, 12 unbounded; added: 4 rates from 4 to 10"},
		{"conversations of 2 to 6 turns: a rate is of sessions", "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 1}\nbackend: openai-chat\ndataset: {type: conversation, turns: [2, 6]}\n", serving,
			"mc8_np20_rate1.8", "qwen3, 256 → 128: 0.500 sessions/s one at a time, 3 unbounded; added: 1.8"}, // (2 + 12)/2 ÷ 4 = 1.75, to 0.2
		{"of an end's cases those that are valid count", "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 1}\nrepeats: 2\n", invalid("_mc8_np20_rateinf_run1"),
			"mc8_np20_rate7_run1 mc8_np20_rate7_run2", "qwen3, 256 → 128: 2 requests/s one at a time, 12 unbounded; added: 7"},
		{"an end that is invalid", "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 1}\n", invalid("_mc8_np20_rateinf"),
			"", "qwen3, 256 → 128: no rates were added: bench_io256x128_mc8_np20_rateinf: it is invalid: Little residual 43.8 %"},
		{"an end that failed", "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 1}\n", func(pc *plan.Case) search.Reading {
			return search.Reading{Failed: true, Broken: "it failed: reset"}
		}, "", "qwen3, 256 → 128: no rates were added: bench_io256x128_mc1_np20_rateinf: it failed: reset"},
		{"an end that the budget left out", "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 1}\n", func(pc *plan.Case) search.Reading {
			return leftOut("", "budget of 1h: no time left")
		}, "", "qwen3, 256 → 128: no rates were added: bench_io256x128_mc1_np20_rateinf: left out: budget of 1h: no time left"},
		{"no end one at a time", "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 1}\nexclude: [max_concurrency == 1]\n", serving,
			"", "qwen3, 256 → 128: no rates were added: include and exclude leave no case one at a time"},
		{"a server that does one after the other", "concurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 1}\n", func(pc *plan.Case) search.Reading {
			return search.Reading{Figures: map[string]float64{"request_throughput": 2}}
		}, "", "qwen3, 256 → 128: 2 requests/s one at a time, 2 unbounded; no rates were added: more at once are served no faster than one at a time"},
	} {
		said, added := sweepOn(t, parseSearch(t, tt.yaml), tt.measure)
		if got := strings.ReplaceAll(strings.Join(added, " "), "bench_conversation_", ""); got != tt.added {
			t.Errorf("%s: added %s, want %s", tt.name, got, tt.added)
		}
		if got := strings.Replace(strings.Join(said, "\n"), "qwen3, conversation", "qwen3, 256 → 128", 1); got != tt.text {
			t.Errorf("%s:\n%s, want\n%s", tt.name, got, tt.text)
		}
	}
}

// Two caps with as many prompts share their case one at a time.
func TestRateSweepsOfCaps(t *testing.T) {
	said, added := sweepOn(t, parseSearch(t, "concurrency_prompts: [[8, 20], [16, 20]]\nrequest_rate: {sweep: 1}\n"), serving)
	if got, want := fmt.Sprint(added), "[mc8_np20_rate7 mc16_np20_rate7]"; got != want {
		t.Errorf("added %s, want %s", got, want)
	}
	if want := "qwen3, 256 → 128, at most 16 in flight: 2 requests/s one at a time, 12 unbounded; added: 7"; len(said) != 2 || said[1] != want {
		t.Errorf("%q, want %s", said, want)
	}
}

// Servers in turns get the same rates, from the lowest that one of them serves one at a
// time to the highest that one serves unbounded; others each get their own.
func TestRateSweepOnServers(t *testing.T) {
	const yaml = "servers: [{name: a, base_url: 'http://h:1'}, {name: b, base_url: 'http://h:2'}]\nconcurrency_prompts: [[8, 20]]\nrequest_rate: {sweep: 1}\nrepeats: 2\n"
	measure := func(pc *plan.Case) search.Reading {
		m := serving(pc)
		if pc.Axes.Server == "b" { // 6 to 36 requests/s
			m.Figures["request_throughput"] *= 3
		}
		return m
	}
	_, added := sweepOn(t, parseSearch(t, yaml+"order: interleaved\n"), measure)
	// (2 + 36)/2 = 19, to 2: 20
	if got, want := fmt.Sprint(added), "[mc8_np20_rate20_srva_run1 mc8_np20_rate20_srvb_run1 mc8_np20_rate20_srvb_run2 mc8_np20_rate20_srva_run2]"; got != want {
		t.Errorf("added %s, want %s", got, want)
	}
	_, added = sweepOn(t, parseSearch(t, yaml), measure)
	// b: (6 + 36)/2 = 21, to 2: 22
	if got, want := fmt.Sprint(added), "[mc8_np20_rate7_srva_run1 mc8_np20_rate7_srva_run2 mc8_np20_rate22_srvb_run1 mc8_np20_rate22_srvb_run2]"; got != want {
		t.Errorf("added %s, want %s", got, want)
	}
}
