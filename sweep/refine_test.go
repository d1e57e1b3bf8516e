package sweep

import (
	"fmt"
	"strings"
	"testing"

	"llmsweep/sweep/plan"
	"llmsweep/sweep/search"
)

// refineOn runs the first of the config's curves on a pretended server.
func refineOn(t *testing.T, c *plan.Config, measure curve) (res KneeResult, added []string) {
	t.Helper()
	r := refinersOf(c, c.Cases())[0]
	known := map[string]search.Reading{}
	for _, pc := range r.cases {
		known[pc.Name] = measure(loadOver(&pc, r.over), pc.Axes.Repeat)
	}
	for {
		wanted := r.next(known)
		if len(wanted) == 0 {
			return r.results(known)[0], added
		}
		for _, pc := range wanted {
			if _, twice := known[pc.Name]; twice {
				t.Fatalf("%s is wanted twice", pc.Name)
			}
			known[pc.Name] = measure(loadOver(&pc, r.over), pc.Axes.Repeat)
			added = append(added, pc.Name)
		}
	}
}

// humped has its best throughput ÷ latency at a load of 20.
func humped(load float64, _ int) search.Reading {
	return search.Reading{Figures: map[string]float64{"output_throughput": 100 * load, "mean_e2el_ms": 400 + load*load}}
}

func TestRefine(t *testing.T) {
	for _, tt := range []struct {
		name, yaml string
		measure    curve
		added      string
		text       string
	}{
		// 4, 16, 64: knee 16: 8 and 32; then 16 again: √(8·16) = 11, √(16·32) = 23; 3 prompts a slot
		{"four loads", "concurrency_prompts: [[4, 3x], [16, 3x], [64, 3x]]\nrefine: knee\n", humped,
			"mc8_np24 mc32_np96 mc11_np33 mc23_np69",
			"qwen3, 256 → 128: the knee is at 23 in flight (2,300 tok/s, mean E2EL 929 ms); added: 8, 32, 11, 23"},
		{"three loads, two repeats", "concurrency_prompts: [[4, 3x], [16, 3x], [64, 3x]]\nrefine: {at: knee, cases: 3}\nrepeats: 2\n", humped,
			"mc8_np24_run1 mc8_np24_run2 mc32_np96_run1 mc32_np96_run2 mc11_np33_run1 mc11_np33_run2",
			"qwen3, 256 → 128: the knee is at 16 in flight (1,600 tok/s, mean E2EL 656 ms); added: 8, 32, 11"},
		{"until neighbours are near", "concurrency_prompts: [[15, 5], [20, 5], [25, 5]]\nrefine: {at: knee, cases: 9, precision: 0.1}\n", humped,
			"mc17_np6 mc22_np6 mc18_np6 mc19_np6",
			"qwen3, 256 → 128: the knee is at 20 in flight (2,000 tok/s, mean E2EL 800 ms); added: 17, 22, 18, 19"},
		{"rates", "concurrency_prompts: [[64, 30]]\nrequest_rate: [10, 40, inf]\nrefine: {at: knee, cases: 1}\n", humped,
			"mc64_np30_rate20",
			"qwen3, 256 → 128: the knee is at 20 requests/s (2,000 tok/s, mean E2EL 800 ms); added: 20"},
		{"a case that failed", "concurrency_prompts: [[4, 3x], [16, 3x]]\nrefine: knee\n", func(load float64, n int) search.Reading {
			if load == 16 {
				return search.Reading{Failed: true, Broken: "it failed: reset"}
			}
			return humped(load, n)
		}, "", "qwen3, 256 → 128: not refined: bench_io256x128_mc16_np48: it failed: reset"},
		// 4, 16 and no more: knee 16: 8; then √(8·16) = 11 is near enough at a precision of 0.5
		{"stop_when ends the curve", "concurrency_prompts: [[4, 3x], [16, 3x], [64, 3x], [128, 3x]]\nrefine: {at: knee, precision: 0.5}\n", func(load float64, n int) search.Reading {
			if load > 16 {
				return leftOut("", "stop_when held at bench_io256x128_mc16_np48: past_knee true; past_knee")
			}
			return humped(load, n)
		}, "mc8_np24 mc11_np33", "qwen3, 256 → 128: the knee is at 16 in flight (1,600 tok/s, mean E2EL 656 ms); added: 8, 11"},
		{"a budget says nothing of the curve", "concurrency_prompts: [[4, 3x], [16, 3x]]\nrefine: knee\n", func(load float64, n int) search.Reading {
			if load == 16 {
				return leftOut("", "budget of 1h: no time left")
			}
			return humped(load, n)
		}, "", "qwen3, 256 → 128: not refined: bench_io256x128_mc16_np48: left out: budget of 1h: no time left"},
		{"an invalid case is no knee", "concurrency_prompts: [[4, 3x], [16, 3x]]\nrefine: {at: knee, cases: 1}\n", func(load float64, n int) search.Reading {
			m := humped(load, n)
			if load == 16 {
				m.Invalid = "it is invalid"
			}
			return m
		}, "mc8_np24", "qwen3, 256 → 128: the knee is at 8 in flight (800 tok/s, mean E2EL 464 ms); added: 8"},
	} {
		res, added := refineOn(t, parseSearch(t, tt.yaml), tt.measure)
		want := strings.Fields(strings.ReplaceAll(" "+tt.added, " mc", " bench_io256x128_mc"))
		if fmt.Sprint(added) != fmt.Sprint(want) {
			t.Errorf("%s: added %v, want %v", tt.name, added, want)
		}
		if res.Text != tt.text {
			t.Errorf("%s:\n%s, want\n%s", tt.name, res.Text, tt.text)
		}
	}
}

// Servers in turns get the same loads, those that either's knee asks for, one right
// after the other, and each has its knee.
func TestRefineInterleaved(t *testing.T) {
	c := parseSearch(t, "servers: [{name: a, base_url: 'http://h:1'}, {name: b, base_url: 'http://h:2'}]\norder: interleaved\n"+
		"concurrency_prompts: [[4, 3x], [16, 3x], [64, 3x]]\nrefine: {at: knee, cases: 3}\nrepeats: 2\n")
	curves := refinersOf(c, c.Cases())
	if len(curves) != 1 {
		t.Fatalf("%d curves, want one of both servers", len(curves))
	}
	known := map[string]search.Reading{}
	measure := func(pc plan.Case) {
		m := humped(loadOver(&pc, plan.OverConcurrency), 0)
		if pc.Axes.Server == "b" { // its knee is at the end
			m.Figures["mean_e2el_ms"] = 1
		}
		known[pc.Name] = m
	}
	for _, pc := range c.Cases() {
		measure(pc)
	}
	var added []string
	for {
		wanted := curves[0].next(known)
		if len(wanted) == 0 {
			break
		}
		for _, pc := range wanted {
			measure(pc)
			added = append(added, fmt.Sprintf("%v%s%d", pc.MaxConcurrency, pc.Axes.Server, pc.Axes.Repeat))
		}
	}
	// a's knee at 16 asks for 8 and 32, b's at 64 for 32; then a's for 11 and no more
	if got, want := strings.Join(added, " "), "8a1 8b1 8b2 8a2 32b1 32a1 32a2 32b2 11a1 11b1 11b2 11a2"; got != want {
		t.Errorf("added %s, want %s", got, want)
	}
	var said []string
	for _, k := range curves[0].results(known) {
		said = append(said, k.Text)
	}
	want := []string{
		"qwen3 on a, 256 → 128: the knee is at 16 in flight (1,600 tok/s, mean E2EL 656 ms); added: 8, 32, 11",
		"qwen3 on b, 256 → 128: the knee is at 64 in flight (6,400 tok/s, mean E2EL 1 ms); added: 8, 32, 11",
	}
	if fmt.Sprintf("%q", said) != fmt.Sprintf("%q", want) {
		t.Errorf("%q\nwant\n%q", said, want)
	}
}

// What differs in its load alone is a curve, and takes two loads.
func TestCurves(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"concurrency_prompts: [[4, 8], [16, 8]]\nrefine: knee\n", "[max_concurrency 2]"},
		{"concurrency_prompts: [[4, 8], [16, 8]]\nrequest_rate: [1, 2]\nrefine: knee\nrepeats: 3\n", "[max_concurrency 6 max_concurrency 6]"},
		{"concurrency_prompts: [[4, 8], [4, 16]]\nrequest_rate: [1, 2, inf]\nrefine: knee\n", "[request_rate 2 request_rate 2]"},
		{"concurrency_prompts: [[4, 8]]\nrefine: knee\n", "[]"},
		{"concurrency_prompts: [[4, 8], [16, 8]]\nmatrix: {sampling.temperature: [0, 1]}\nrefine: knee\n", "[max_concurrency 2 max_concurrency 2]"},
	} {
		c := parseSearch(t, tt.yaml)
		var got []any
		for _, r := range refinersOf(c, c.Cases()) {
			got = append(got, r.over, len(r.cases))
		}
		if fmt.Sprint(got) != tt.want {
			t.Errorf("%s%v, want %s", tt.yaml, got, tt.want)
		}
	}
}
