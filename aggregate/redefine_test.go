package aggregate

import (
	"math"
	"path/filepath"
	"testing"
)

// One request, in ms: sent at 1000, role chunk at 1010, tokens at 1040 and 1060. By ours
// the TTFT is 40, by vLLM's 10, in each figure: also in one that is no column of the CSV.
func TestAFigureBesideTheCSVFollowsTheDefinitions(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "bench_a.json")
	write(t, path, `{"num_prompts":1,"request_rate":"inf","max_concurrency":1,"duration":0.06,"completed":1,"failed":0,"total_input_tokens":8,
"total_output_tokens":2,"request_throughput":16.0,"output_throughput":33.0,"total_token_throughput":166.0,"mean_ttft_ms":40.0,"p99_ttft_ms":40.0,
"p99.9_ttft_ms":40.0,"schema":1,"definitions":"llmsweep-1","status":"measured","case":{"name":"bench_a","axes":{"max_concurrency":1}}}`)
	write(t, filepath.Join(dir, "bench_a.requests.jsonl"), `{"id":"a","due":1000000000,"queued":1000000000,"sent":1000000000,"role":1010000000,`+
		`"arrivals":[1040000000,1060000000],"last_token":1060000000,"end":1060000000,"input_server":8,"output_tokens":2,"output_source":"usage","finish_reason":"stop"}
`)
	for _, tt := range []struct {
		load func([]string) ([]Row, []error)
		want float64
	}{{Load, 40}, {LoadVLLM, 10}} {
		rows, broken := tt.load([]string{path})
		if len(rows) != 1 || len(broken) > 0 {
			t.Fatalf("%d rows, broken %v", len(rows), broken)
		}
		for _, name := range []string{"p99_ttft_ms", "p99.9_ttft_ms"} {
			if v, ok := rows[0].figure(name); !ok || math.Abs(v-tt.want) > 1e-9 {
				t.Errorf("%s by %s: %v, %v; want %v", name, rows[0].Definitions, v, ok, tt.want)
			}
		}
	}
}
