package telemetry

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Each server's page, by what can be read in it by eye.
func TestReadPage(t *testing.T) {
	for _, tt := range []struct {
		file string
		want map[string]any
	}{
		{"../simserver/testdata/wire/vllm.metrics.txt", map[string]any{
			"requests_finished": 6.0, "requests_aborted": 0.0, "prompt_tokens": 64.0, "generation_tokens": 72.0,
			"prefix_cache_queries": 64.0, "prefix_cache_hits": 0.0, "preemptions": 0.0, "running": 0.0, "waiting": 0.0}},
		{"testdata/lcpp.metrics.txt", map[string]any{
			"prompt_tokens": 29.0, "generation_tokens": 2123.0, "prefix_cache_hits": 45.0, "running": 0.0, "waiting": 0.0}},
		{"testdata/hand.sglang.metrics.txt", map[string]any{
			"requests_finished": 41.0, "prompt_tokens": 8000.0, "generation_tokens": 7500.0, "prefix_cache_hits": 12.0, "running": 3.0, "waiting": 2.0}},
	} {
		p := readPage(t, tt.file)
		if diff := cmp.Diff(tt.want, p.Counters.Map()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.file, diff)
		}
	}
	vllm := readPage(t, "../simserver/testdata/wire/vllm.metrics.txt").Config
	if vllm["block_size"] != "128" || vllm["enable_prefix_caching"] != "True" || vllm["num_gpu_blocks"] != "16384" {
		t.Errorf("cache configuration %v", vllm)
	}
	if v, there := vllm["sliding_window"]; there {
		t.Errorf("sliding_window %q: a None says nothing", v)
	}
}

func readPage(t *testing.T, file string) Page {
	t.Helper()
	f, err := os.Open(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p, err := ReadPage(f)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return p
}

// What two engines and several reasons count is one sum, aborts apart; the name
// may be OpenMetrics', without _total.
func TestReadPageSums(t *testing.T) {
	p, err := ReadPage(strings.NewReader(`# TYPE vllm:request_success_total counter
vllm:request_success_total{engine="0",finished_reason="stop"} 3
vllm:request_success_total{engine="1",finished_reason="length"} 4
vllm:request_success_total{engine="0",finished_reason="abort"} 5
vllm:request_success_total{engine="1",finished_reason="error"} 1
vllm:generation_tokens{engine="0"} 10
vllm:generation_tokens{engine="1"} 20
`))
	if err != nil {
		t.Fatal(err)
	}
	if c := p.Counters; c.Finished != 7 || c.Aborted != 6 || c.GenerationTokens != 30 || !math.IsNaN(c.PromptTokens) {
		t.Errorf("%+v, want 7 finished, 6 aborted, 30 generated and no prompt tokens told", c)
	}
}

// A page that is none, and one of another program.
func TestReadPageOthers(t *testing.T) {
	for _, file := range []string{"testdata/fakeai.metrics.txt", "testdata/llmock.metrics.txt"} {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := ReadPage(f); err == nil {
			t.Errorf("%s: %+v, want an error: it is JSON", file, p)
		}
		f.Close()
	}
	if p, err := ReadPage(strings.NewReader("go_goroutines 7\nprocess_start_time_seconds 1\n")); err == nil {
		t.Errorf("%+v, want an error: no server's counter is on it", p)
	}
}

func TestSince(t *testing.T) {
	none := Counters{}
	for _, f := range none.fields() {
		*f.value = math.NaN()
	}
	with := func(change func(c *Counters)) Counters {
		c := none
		change(&c)
		return c
	}
	before := with(func(c *Counters) { c.Finished, c.PromptTokens, c.Running, c.Started = 10, 100, 2, 1000 })
	for _, tt := range []struct {
		name  string
		later Counters
		want  map[string]any
		ok    bool
	}{
		{"went on", with(func(c *Counters) { c.Finished, c.PromptTokens, c.Running, c.Started = 15, 180, 7, 1000 }),
			map[string]any{"requests_finished": 5.0, "prompt_tokens": 80.0, "running": 2.0}, true},
		{"went back", with(func(c *Counters) { c.Finished, c.PromptTokens, c.Running, c.Started = 3, 180, 0, 1000 }),
			map[string]any{"requests_finished": -7.0, "prompt_tokens": 80.0, "running": 2.0}, false},
		{"started anew", with(func(c *Counters) { c.Finished, c.PromptTokens, c.Running, c.Started = 15, 180, 0, 2000 }),
			map[string]any{"requests_finished": 5.0, "prompt_tokens": 80.0, "running": 2.0}, false},
		{"counts nothing any more", with(func(c *Counters) { c.Finished = 11 }), map[string]any{"requests_finished": 1.0, "running": 2.0}, false},
		{"tells no start", with(func(c *Counters) { c.Finished, c.PromptTokens = 11, 100 }), map[string]any{"requests_finished": 1.0, "prompt_tokens": 0.0, "running": 2.0}, true},
		{"counts more", with(func(c *Counters) { c.Finished, c.PromptTokens, c.Aborted = 11, 100, 1 }), map[string]any{"requests_finished": 1.0, "prompt_tokens": 0.0, "running": 2.0}, true},
	} {
		d, ok := tt.later.Since(before)
		if diff := cmp.Diff(tt.want, d.Map()); diff != "" || ok != tt.ok {
			t.Errorf("%s: ok %v, want %v; (-want +got):\n%s", tt.name, ok, tt.ok, diff)
		}
	}
}
