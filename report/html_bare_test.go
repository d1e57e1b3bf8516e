package report

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHTMLOfLittleInBrowser: a run that has only begun, and a lone result file of
// vllm bench serve, make pages without charts of what they lack, and no complaint.
func TestHTMLOfLittleInBrowser(t *testing.T) {
	b := startChromium(t)
	begun := testRun{model: "qwen3"}.make(t)
	vllm := t.TempDir()
	if err := os.WriteFile(filepath.Join(vllm, "chat.json"), []byte(`{"date": "20261122-183602", "backend": "openai-chat", "model_id": "qwen3-tiny",
"num_prompts": 20, "request_rate": "inf", "burstiness": 1.0, "max_concurrency": 4, "duration": 2.5, "completed": 20, "failed": 0,
"total_input_tokens": 1440, "total_output_tokens": 640, "request_throughput": 8.0, "output_throughput": 256.0, "mean_ttft_ms": 285.9,
"p99_ttft_ms": 486.6, "mean_tpot_ms": 7.5, "median_tpot_ms": 4.2, "mean_e2el_ms": 520.3}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ dir, says, timeline string }{
		{begun, "No case has figures.", "No case has records"},
		{vllm, "chat", "No case has records"},
	} {
		path, _ := writePage(t, tt.dir)
		b.open("file://" + path)
		if text := b.eval("byId('findings').textContent"); !strings.Contains(text.(string), tt.says) {
			t.Errorf("the findings are %q, want %q in them", text, tt.says)
		}
		if text := b.eval("byId('c-timeline').textContent"); !strings.Contains(text.(string), tt.timeline) {
			t.Errorf("in the timeline's place stands %q, want %q", text, tt.timeline)
		}
	}
	if all := b.complaints(); len(all) > 0 {
		t.Errorf("the page complains:\n%s", strings.Join(all, "\n"))
	}
}
