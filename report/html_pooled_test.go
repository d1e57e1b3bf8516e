package report

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
		`<td class="spot">knee, peak</td><td class="n"><span class="over">concurrency </span>16</td><td class="n">240</td><td class="n">15` + "\u202f" + `360</td><td class="n">50.0</td><td class="n">60.0</td>`,
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

func TestHTMLWithoutTokensInBrowser(t *testing.T) {
	b := startChromium(t)
	path, _ := writePage(t, pooledRun(t))
	b.open("file://" + path)
	for script, want := range map[string]any{
		"kept('rate') + ' ' + kept('metric') + ' ' + kept('tmetric')": "requests e2el e2el",
		"!!byId('c-pareto')": false,
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
