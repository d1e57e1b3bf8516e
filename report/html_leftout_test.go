package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What rules left out and what searches found is on the page, as text; a file of
// them that cannot be read is a warning.
func TestHTMLLeftOut(t *testing.T) {
	dir := testRun{model: "qwen3", lengths: [][2]int{{128, 32}}, loads: []int{1, 4}, requests: 8}.make(t)
	write := func(name, text string) {
		t.Helper()
		check(t, os.WriteFile(filepath.Join(dir, ".run", name), []byte(text), 0o644))
	}
	write("journal.jsonl", `{"case":"bench_io128x32_mc64_np8","status":"skipped","attempt":0,"why":"stop_when held at mc4: p99_ttft_ms 2345 <b>"}
{"case":"bench_io128x32_mc4_np8","status":"skipped","attempt":0,"why":"before it was measured"}
`)
	write("search.json", `{"searches":[{"text":"qwen3, 128 → 32: 4 in flight meets it"}],"knees":[]}`)
	page := func() string {
		t.Helper()
		h, err := (&HTMLSource{Dir: dir}).Load()
		check(t, err)
		var b strings.Builder
		check(t, h.WriteMain(&b))
		return b.String()
	}
	text := page()
	for _, want := range []string{
		"Left out by a rule (1)", "<b>bench_io128x32_mc64_np8</b> stop_when held at mc4: p99_ttft_ms 2345 &lt;b&gt;",
		"<h3>Searched</h3>", "<li>qwen3, 128 → 32: 4 in flight meets it</li>",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(text, "before it was measured") {
		t.Error("a case that was measured after all is told as left out")
	}
	source := &HTMLSource{Dir: dir}
	before := source.Version()
	write("search.json", `{"searches":[{"te`)
	if source.Version() == before {
		t.Error("an open page would not follow the search")
	}
	if !strings.Contains(page(), "<li>reading what searches found: ") {
		t.Error("a damaged search.json is passed over in silence")
	}
}

// The limit of slo is drawn where its statistic is; goodput's for all of them.
func TestHTMLAskedLimits(t *testing.T) {
	dir := testRun{model: "qwen3", lengths: [][2]int{{128, 32}}, loads: []int{1, 4}, requests: 8}.make(t)
	path := filepath.Join(dir, ".run", "run.json")
	b, err := os.ReadFile(path)
	check(t, err)
	check(t, os.WriteFile(path, []byte(strings.Replace(string(b), `"base_url":"sim:default"`, `"base_url":"sim:default","slo":{"p99_ttft_ms":250}`, 1)), 0o644))
	h, err := (&HTMLSource{Dir: dir}).Load()
	check(t, err)
	if got := h.charts.Curves[0].Asked["p99_ttft_ms"]; got != 250 {
		t.Errorf("the limit of p99 TTFT is %v, want 250", got)
	}
}
