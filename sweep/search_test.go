package sweep

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"llmsweep/sweep/plan"
	"llmsweep/sweep/search"
)

// A curve is what a pretended server measures: of a load, for the nth time.
type curve func(load float64, n int) search.Reading

// searchOn runs the first of the config's searches on a curve, and returns what was
// measured, by its cases' names in their order.
func searchOn(c *plan.Config, measure curve) (res SearchResult, names []string, known map[string]search.Reading) {
	s, known := searchersOf(c, c.Cases())[0], map[string]search.Reading{}
	for {
		wanted := s.next(known)
		if len(wanted) == 0 {
			return s.result(known), names, known
		}
		for _, pc := range wanted {
			m := measure(loadOver(&pc, s.Vary), pc.Axes.Repeat)
			m.Name = pc.Name
			known[pc.Name], names = m, append(names, pc.Name)
		}
	}
}

// figures is a measured reading: p99 TTFT, ms, and output tokens/s.
func figures(ttft, throughput float64) search.Reading {
	return search.Reading{Figures: map[string]float64{"p99_ttft_ms": ttft, "output_throughput": throughput, "mean_e2el_ms": 2 * ttft}}
}

// What a search says, on curves by hand.
func TestSearchWords(t *testing.T) {
	const flight = "search: {vary: max_concurrency, slo: {p99_ttft_ms: 500}, min: 1, max: 16, precision: 0.2, repeats: 3}\n"
	line := func(load float64, _ int) search.Reading { return figures(60*load, 100*load) } // 500 ms at 8.3
	for _, tt := range []struct {
		name, yaml string
		measure    curve
		measured   string // loads and repeats
		text       string
	}{
		// 8 has 480 ms, within 10 %: again; 9 has 540 ms: again
		{"a limit", flight, line, "1 2 4 8 8_run2 16 11 9 9_run2",
			"qwen3, 256 → 128: 8 in flight meets p99 TTFT ≤ 500 ms (480 ms) at 800 tok/s; 9 does not (540 ms)"},
		{"met at max", flight, func(load float64, _ int) search.Reading { return figures(10*load, 1000) }, "1 2 4 8 16",
			"qwen3, 256 → 128: 16 in flight meets p99 TTFT ≤ 500 ms (160 ms) at 1,000 tok/s; that is search.max: it is not the server's limit"},
		{"never met", flight, func(float64, int) search.Reading { return figures(1234, 9) }, "1 2",
			"qwen3, 256 → 128: not even 1 in flight meets p99 TTFT ≤ 500 ms (1,234 ms)"},
		{"not monotone", flight, func(load float64, n int) search.Reading {
			if load == 2 {
				return figures(700, 1)
			}
			return line(load, n)
		}, "1 2 4 8 8_run2 16 11 9 9_run2",
			"qwen3, 256 → 128: 8 in flight meets p99 TTFT ≤ 500 ms (480 ms) at 800 tok/s; 9 does not (540 ms). The SLO is not monotone: 2 (700 ms) does not meet it, though 8 does"},
		{"noisy: the third run of 8 decides, by the median", flight, func(load float64, n int) search.Reading {
			if load == 8 {
				return figures([]float64{540, 490, 470}[n-1], 800)
			}
			return line(load, n)
		}, "1 2 4 8 8_run2 8_run3 16 11 9 9_run2",
			"qwen3, 256 → 128: 8 in flight meets p99 TTFT ≤ 500 ms (490 ms) at 800 tok/s; 9 does not (540 ms)"},
		{"a case that fails under load breaks the SLO", flight, func(load float64, n int) search.Reading {
			if load > 4 {
				return search.Reading{Broken: "it failed: ended by timeouts.case, after 1m", Failed: true}
			}
			return line(load, n)
		}, "1 2 4 8 16 6 5",
			"qwen3, 256 → 128: 4 in flight meets p99 TTFT ≤ 500 ms (240 ms) at 400 tok/s; 5 does not (it failed: ended by timeouts.case, after 1m)"},
		{"an invalid case is measured again, and has no say", flight, func(load float64, n int) search.Reading {
			if load == 4 && n == 1 {
				return search.Reading{Invalid: "it is invalid: Little residual 43.8 %, limit 15 %", Figures: figures(900, 1).Figures}
			}
			return line(load, n)
		}, "1 2 4 4_run2 8 8_run2 16 11 9 9_run2",
			"qwen3, 256 → 128: 8 in flight meets p99 TTFT ≤ 500 ms (480 ms) at 800 tok/s; 9 does not (540 ms)"},
		{"what is never valid is a bound, and not the server's", flight, func(load float64, n int) search.Reading {
			if load > 4 {
				return search.Reading{Invalid: "it is invalid: Little residual 43.8 %, limit 15 %"}
			}
			return line(load, n)
		}, "1 2 4 8 8_run2 8_run3 16 16_run2 16_run3 6 6_run2 6_run3 5 5_run2 5_run3",
			"qwen3, 256 → 128: 4 in flight meets p99 TTFT ≤ 500 ms (240 ms) at 400 tok/s; 5 could not be measured in 3 cases (it is invalid: Little residual 43.8 %, limit 15 %): it is not known to be the server's limit"},
		{"nothing is valid", flight, func(float64, int) search.Reading { return search.Reading{Invalid: "it is invalid: x"} }, "1 1_run2 1_run3 2 2_run2 2_run3",
			"qwen3, 256 → 128: no load is known to meet p99 TTFT ≤ 500 ms; 1 could not be measured in 3 cases (it is invalid: x): it is not known to be the server's limit"},
		{"an invalid load below the limit contradicts nothing", flight, func(load float64, n int) search.Reading {
			if load == 2 {
				return search.Reading{Invalid: "it is invalid: x"}
			}
			return line(load, n)
		}, "1 2 2_run2 2_run3 4 8 8_run2 16 11 9 9_run2",
			"qwen3, 256 → 128: 8 in flight meets p99 TTFT ≤ 500 ms (480 ms) at 800 tok/s; 9 does not (540 ms)"},
		{"a case that cannot begin ends the search", flight, func(load float64, n int) search.Reading {
			if load > 2 {
				return search.Reading{Unfit: "rows.jsonl: case x needs 40 rows", Failed: true}
			}
			return line(load, n)
		}, "1 2 4",
			"qwen3, 256 → 128: 2 in flight meets p99 TTFT ≤ 500 ms (120 ms) at 200 tok/s. The search ended before its time: rows.jsonl: case x needs 40 rows"},
		// 8 meets it, and what is above was left out: 16 and 32 first, then √(8·16) = 11 and √(8·11) = 9
		{"stop_when is a bound", flight, func(load float64, n int) search.Reading {
			if load > 8 {
				return leftOut("", "stop_when held at bench_io256x128_mc8_np80: max_concurrency >= 8")
			}
			return figures(10*load, 100*load)
		}, "1 2 4 8 16 11 9",
			"qwen3, 256 → 128: 8 in flight meets p99 TTFT ≤ 500 ms (80 ms) at 800 tok/s; 9 was left out: stop_when held at bench_io256x128_mc8_np80: max_concurrency >= 8"},
		{"a budget ends the search", flight, func(load float64, n int) search.Reading {
			if load > 2 {
				return leftOut("", "budget of 1h: no time left")
			}
			return figures(10*load, 100*load)
		}, "1 2 4",
			"qwen3, 256 → 128: 2 in flight meets p99 TTFT ≤ 500 ms (20 ms) at 200 tok/s. The search ended before its time: left out: budget of 1h: no time left"},
		{"two limits, goodput, another best", "goodput: {ttft: 5}\n" +
			"search: {vary: request_rate, objective: mean_e2el_ms, slo: {p99_ttft_ms: 500, output_throughput: 50}, min: 0.5, max: 4, precision: 1}\nconcurrency_prompts: [[8, 64]]\n",
			func(load float64, _ int) search.Reading { return figures(200*load, 100) }, "0.5 1 2 4",
			"qwen3, 256 → 128: 2 requests/s meets p99 TTFT ≤ 500 ms (400 ms) and output throughput ≥ 50 tok/s (100 tok/s), with mean E2EL 800 ms; 4 does not (p99 TTFT 800 ms). The best mean E2EL of those that meet it is 200 ms at 0.5"},
	} {
		res, names, _ := searchOn(parseSearch(t, tt.yaml), tt.measure)
		var measured []string
		for _, name := range names {
			_, load, _ := strings.Cut(name, "_mc")
			if _, rate, ok := strings.Cut(name, "_rate"); ok {
				load = rate
			}
			measured = append(measured, withoutPrompts(load))
		}
		if got := strings.Join(measured, " "); got != tt.measured {
			t.Errorf("%s: measured %s, want %s", tt.name, got, tt.measured)
		}
		if res.Text != tt.text {
			t.Errorf("%s:\n%s, want\n%s", tt.name, res.Text, tt.text)
		}
		if ended := res.Ended != ""; res.Done == ended || ended != strings.Contains(tt.text, "before its time") {
			t.Errorf("%s: done %v, ended %q", tt.name, res.Done, res.Ended)
		}
	}
}

// withoutPrompts is 8_run2 of 8_np80_run2.
func withoutPrompts(load string) string {
	before, after, ok := strings.Cut(load, "_np")
	if !ok {
		return load
	}
	return before + strings.TrimLeft(after, "0123456789")
}

// A case of a search is like one of the plan but for its load: 10 prompts a request
// in flight, a seed by its name, a place beside its first case.
func TestSearchedCase(t *testing.T) {
	c := parseSearch(t, "search: {vary: max_concurrency, slo: {p99_ttft_ms: 500}}\nmatrix: {sampling.temperature: [0, 0.7]}\nrequest_rate: [4, inf]\n")
	planned := c.Cases()
	if len(planned) != 4 {
		t.Fatalf("%d searches, want 4: 2 temperatures at 2 rates", len(planned))
	}
	pc := searchersOf(c, planned)[2].at(48, 2)
	want := "bench_io256x128_mc48_np480_rate4_temperature0.7_run2"
	if pc.Name != want || pc.MaxConcurrency != 48 || pc.NumPrompts != 480 || pc.Rate != 4 || pc.Axes.Repeat != 2 || pc.Warmup != 48 ||
		pc.Config != planned[2].Config || pc.Place != planned[2].Place || pc.Attempt != 1 || pc.Seed == planned[2].Seed || fmt.Sprint(pc.Axes.More) != "map[sampling.temperature:0.7]" {
		t.Errorf("%+v, want %s", pc, want)
	}
	if first := searchersOf(c, planned)[2].at(1, 1); first.Name != planned[2].Name || first.Seed != planned[2].Seed {
		t.Errorf("the first case is %s, want the plan's: %s", first.Name, planned[2].Name)
	}
}

// A search that is broken off after any case goes on with the case that would have
// been next, whatever order its results are read in.
func TestSearchGoesOn(t *testing.T) {
	c := parseSearch(t, "search: {vary: max_concurrency, slo: {p99_ttft_ms: 500}}\n")
	measure := func(load float64, n int) search.Reading { return figures(10*load+float64(7*n), load) } // noise of 7 ms
	res, names, known := searchOn(c, measure)
	if len(names) < 8 || res.Meets != 47 {
		t.Fatalf("%d cases, %s", len(names), res.Text)
	}
	for at := range names {
		s := searchersOf(c, c.Cases())[0]
		some := map[string]search.Reading{}
		for _, name := range names[:at] {
			some[name] = known[name]
		}
		if next := s.next(some); len(next) != 1 || next[0].Name != names[at] {
			t.Fatalf("after %v it goes on with %v, want %s", names[:at], next, names[at])
		}
		if r := s.result(some); r.Done || !strings.Contains(r.Text, "has not ended") {
			t.Errorf("after %d cases: %s", at, r.Text)
		}
	}
	if n := len(slices.Collect(maps.Keys(known))); n != len(names) {
		t.Errorf("%d cases, %d of them distinct", len(names), n)
	}
}
