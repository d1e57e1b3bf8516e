package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"llmsweep/aggregate"
)

// pooledRun is a folder of results of embeddings as vllm bench serve writes them,
// without tokens out: 20, 80 and 240 requests/s of 64 tokens at 50 ms.
func pooledRun(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for load, rate := range map[int]float64{1: 20, 4: 80, 16: 240} {
		check(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("embed-%d.json", load)), fmt.Appendf(nil, `{"date": "20261122-183602", "backend": "openai-embeddings",
"model_id": "embed", "num_prompts": 100, "request_rate": "inf", "burstiness": 1.0, "max_concurrency": %d, "duration": 5, "completed": 100, "failed": 0,
"total_input_tokens": 6400, "request_throughput": %g, "total_token_throughput": %g, "mean_e2el_ms": 50, "median_e2el_ms": 49, "std_e2el_ms": 2, "p99_e2el_ms": 60}`,
			load, rate, 64*rate), 0o644))
	}
	return dir
}

// TestHTMLWithoutTokens: where no tokens are generated, tables and findings go by
// requests/s and E2EL, and nothing is shown of TTFT.
func TestHTMLWithoutTokens(t *testing.T) {
	path, _ := writePage(t, pooledRun(t))
	b, err := os.ReadFile(path)
	check(t, err)
	page := string(b)
	main := page[strings.Index(page, "<main"):strings.Index(page, `<section id="charts"`)]
	for _, want := range []string{
		`<td class="spot">knee, peak</td><td class="n">16</td><td class="n">240</td><td class="n">15` + "\u202f" + `360</td><td class="n">50.0</td><td class="n">60.0</td>`,
		"240 requests/s, p99 E2EL 60.0 ms, mean E2EL 50.0 ms",
		"15360 input tok/s",
	} {
		if !strings.Contains(main, want) {
			t.Errorf("no %q in\n%s", want, main)
		}
	}
	if table := page[strings.Index(page, `<table id="table">`):strings.Index(page, `<section id="config"`)]; strings.Contains(main+table, "TTFT") {
		t.Errorf("TTFT, which nothing has, is told:\n%s\n%s", main, table)
	}
}

// mixedRun is pooledRun beside a run that generates tokens: 100 and 300 tokens/s.
func mixedRun(t *testing.T) string {
	t.Helper()
	dir := pooledRun(t)
	for load, rate := range map[int]float64{1: 100, 4: 300} {
		check(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("chat-%d.json", load)), fmt.Appendf(nil, `{"date": "20261122-183602", "backend": "openai-chat",
"model_id": "chat", "num_prompts": 100, "request_rate": "inf", "burstiness": 1.0, "max_concurrency": %d, "duration": 5, "completed": 100, "failed": 0,
"total_input_tokens": 6400, "total_output_tokens": 1000, "request_throughput": %g, "output_throughput": %g, "total_token_throughput": %g,
"mean_ttft_ms": 20, "p99_ttft_ms": 30, "mean_e2el_ms": 70, "median_e2el_ms": 69, "std_e2el_ms": 2, "p99_e2el_ms": 90}`,
			load, rate/10, rate, 7*rate), 0o644))
	}
	return dir
}

// Charts show one kind of work at a time, each by its own figures; the tables of
// points are apart.
func TestHTMLOfBothInBrowser(t *testing.T) {
	b := startChromium(t)
	path, _ := writePage(t, mixedRun(t))
	b.open("file://" + path)
	choose := func(kind string) string {
		return "(() => { const s = select('kind'); s.value = '" + kind + "'; s.dispatchEvent(new Event('change')); return s.selectedIndex; })()"
	}
	throughput := "[drawn.get('c-throughput').getOption().title[0].text, ...drawn.get('c-throughput').getOption().series.map(s => s.data.at(-1).value[1])].join(' ')"
	for _, tt := range []struct {
		script string
		want   any
	}{
		{"[...document.querySelectorAll('.plain caption')].map(c => c.textContent).slice(0, 2).join('|')", "The points that count: means over their repeats|The points that count, openai-embeddings: means over their repeats"},
		{"[...document.querySelectorAll('#findings table')].map(t => t.tBodies[0].textContent.includes('embed-16') + ' ' + t.tBodies[0].textContent.includes('chat-4')).join('|')", "false true|true false"},
		{"[...byId('table').tHead.rows[0].cells].slice(0, 4).map(c => c.textContent).join('|')", "case|verdict|model|backend"}, // doubt in sight, and what was asked
		{"kept('kind')", ""},
		{throughput, "output tokens/s 300"},
		{"drawn.get('c-tradeoff').getOption().xAxis[0].name + byId('c-pareto').parentElement.hidden", "output tokens/sfalse"},
		{"byId('s-curve').textContent", "chat, 64 → 10"},
		{choose("openai-embeddings"), 1.0},
		{throughput, "requests/s 240"},
		{"drawn.get('c-tradeoff').getOption().series[0].data.at(-1).value.join(' ')", "240 50"},
		{"byId('s-curve').textContent + kept('metric') + kept('smetric') + byId('c-pareto').parentElement.hidden", "embed, openai-embeddings, 64 tokens ine2ele2eltrue"},
		{choose(""), 0.0},
		{throughput, "output tokens/s 300"},
	} {
		if got := b.eval(tt.script); got != tt.want {
			t.Errorf("%s is %v, want %v", tt.script, got, tt.want)
		}
	}
	takeShot(b, "both")
	if all := b.complaints(); len(all) > 0 {
		t.Errorf("the page complains:\n%s", strings.Join(all, "\n"))
	}
}

// The Markdown has a table for each, too.
func TestMarkdownOfBoth(t *testing.T) {
	rows, broken := aggregate.Load([]string{mixedRun(t)})
	if len(broken) > 0 {
		t.Fatal(broken)
	}
	var out strings.Builder
	check(t, WriteMarkdown(&out, rows, aggregate.Read(rows, aggregate.ReadOptions{})))
	for _, want := range []string{
		"chat-4.json) | 100/100 | 30.0 | 300 | 20.0 | 30.0* |",
		"\nopenai-embeddings:\n\n| case | done | requests/s | input tok/s | E2EL ms, mean |",
		"embed-16.json) | 100/100 | 240 | 15360 | 50.0 | 60.0* |",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}

func TestHTMLWithoutTokensInBrowser(t *testing.T) {
	b := startChromium(t)
	path, _ := writePage(t, pooledRun(t))
	b.open("file://" + path)
	for script, want := range map[string]any{
		"kept('rate') + ' ' + kept('metric') + ' ' + kept('tmetric')":               "requests e2el e2el",
		"byId('c-pareto').parentElement.hidden && !byId('kind')":                    true,
		"drawn.get('c-throughput').getOption().title[0].text":                       "requests/s",
		"drawn.get('c-throughput').getOption().series[0].data.at(-1).value[1]":      240.0,
		"drawn.get('c-latency').getOption().title[0].text":                          "mean E2EL, ms",
		"drawn.get('c-tradeoff').getOption().xAxis[0].name":                         "requests/s",
		"drawn.get('c-tradeoff').getOption().series[0].data.at(-1).value.join(' ')": "240 50",
		"drawn.get('c-tradeoff').getOption().series[0].data.at(-1).symbol":          "diamond",
	} {
		if got := b.eval(script); got != want {
			t.Errorf("%s is %v, want %v", script, got, want)
		}
	}
	takeShot(b, "pooled")
	if all := b.complaints(); len(all) > 0 {
		t.Errorf("the page complains:\n%s", strings.Join(all, "\n"))
	}
}
