package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/aggregate"
	"llmsweep/runlog"
)

// What a search found is the best under the SLO, which is called the search's, with its
// cost, on the terminal and in Markdown: at 4 in flight, of 256 → 128 tokens, 360 tok/s are
// 1.296 million an hour: 3.6 ÷ 1.296 = 2.78 a million; with the input a third, 0.926;
// 2.8125 requests/s, 10125 an hour: 0.356 a thousand. At 16 the knee would be cheaper.
func TestSearched(t *testing.T) {
	rows := rising("", 256)
	aggregate.Reprice(rows, runlog.Cost{MachineHour: 3.6, Currency: "USD"})
	search := runlog.Search{Dir: "results", Vary: aggregate.OverConcurrency, SLO: map[string]float64{"p99_ttft_ms": 80}, Meets: 4, Best: 4}
	for i := range rows {
		rows[i].File = filepath.Join("results", rows[i].Case+".json")
		search.Probes = append(search.Probes, runlog.Probe{Load: float64(*rows[i].MaxConcurrency), Meets: i < 2, Cases: []string{rows[i].Case}})
	}
	found := runlog.Found{Searches: []runlog.Search{search}, Texts: []string{"qwen3, 256 → 128: 4 in flight meets p99 TTFT ≤ 80 ms (80 ms) at 360 tok/s; 16 does not (300 ms)"}}
	r := aggregate.Read(rows, aggregate.ReadOptions{Found: found})
	var terminal, markdown strings.Builder
	Terminal(&terminal, Screen{Rows: rows, Reading: r})
	golden(t, "searched.golden.txt", terminal.String())
	check(t, WriteMarkdown(&markdown, rows, r))
	for _, text := range []string{strings.Join(strings.Fields(terminal.String()), " "), markdown.String()} {
		for _, want := range []string{
			found.Texts[0], "qwen3, 256 → 128 (SLO of the search: p99 TTFT ≤ 80 ms)", "best under SLO at 4 in flight: 360 tok/s",
			"2.78 USD per 1M output tokens", "0.926 USD per 1M tokens in all", "0.356 USD per 1000 requests",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
	}
}

// On the page the search's load is marked, and its limit drawn, though each goodput limit is
// another.
func TestHTMLSearched(t *testing.T) {
	dir := testRun{model: "qwen3", lengths: [][2]int{{128, 32}}, loads: []int{1, 4, 16}, requests: 32}.make(t)
	const search = `{"searches":[{"vary":"max_concurrency","slo":{"p99_ttft_ms":250},"meets":4,"best":4,"text":"qwen3: 4 in flight meets it","probes":[
		{"load":1,"meets":true,"cases":["bench_io128x32_mc1_np32"]},
		{"load":4,"meets":true,"cases":["bench_io128x32_mc4_np32"]},
		{"load":16,"meets":false,"cases":["bench_io128x32_mc16_np32"]}]}],"knees":[]}`
	check(t, os.WriteFile(filepath.Join(dir, ".run", runlog.SearchFile), []byte(search), 0o644))
	h, err := (&HTMLSource{Dir: dir}).Load()
	check(t, err)
	c := h.charts.Curves[0]
	if c.Best != 1 || !c.Points[0].Meets || !c.Points[1].Meets || c.Points[2].Meets || c.Asked["p99_ttft_ms"] != 250 {
		t.Errorf("the best point is %d, limits %v, points %+v", c.Best, c.Asked, c.Points)
	}
	var b strings.Builder
	check(t, h.WriteMain(&b))
	for _, want := range []string{"<li>qwen3: 4 in flight meets it</li>", "qwen3, 128 → 32 (SLO of the search: p99 TTFT ≤ 250 ms)", "best under SLO"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
