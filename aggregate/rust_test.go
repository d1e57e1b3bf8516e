package aggregate

import (
	"path/filepath"
	"testing"
)

// vLLM's Rust client writes the Python client's keys and more of its own: keys
// that are null, a log of failures, and a steady_state that is not ours. One of
// conversations has neither a rate nor a number of prompts.
func TestRustClient(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "rust.json"), `{"date":"20261122-183602","endpoint_type":"openai","backend":"openai","label":null,"model_id":"m","tokenizer_id":null,
"num_prompts":4,"max_model_len":null,"image":"v1","request_rate":"inf","burstiness":1.0,"max_concurrency":2,"duration":2.0,"completed":3,"failed":1,
"total_input_tokens":30,"total_output_tokens":12,"request_throughput":1.5,"request_goodput":null,"input_throughput":15.0,"output_throughput":6.0,
"total_token_throughput":21.0,"max_output_tokens_per_s":8.0,"max_concurrent_requests":2,"rtfx":0.0,
"failed_requests":[{"request_index":1,"error":"a \" ] } b"}],"server_ttfts":[0.1,null,0.2,0.3],
"mean_ttft_ms":5.0,"median_ttft_ms":5.0,"std_ttft_ms":0.5,"p99_ttft_ms":6.0,"steady_state":{"start_s":"early","completed":2}}`)
	write(t, filepath.Join(dir, "turns.json"), `{"date":"20261122-183602","mode":"multi_turn","backend":"openai-chat","model_id":"m","num_conversations":2,
"duration":2.0,"completed":4,"failed":0,"total_input_tokens":40,"total_output_tokens":12,"request_throughput":2.0,"output_throughput":6.0,
"total_token_throughput":26.0,"mean_ttft_ms":5.0,"per_turn":[{"turn_index":0,"completed":2}]}`)
	rows, broken := Load([]string{dir})
	if len(rows) != 2 || len(broken) > 0 {
		t.Fatalf("%d rows, broken %v; want 2 and none", len(rows), broken)
	}
	r, turns := &rows[0], &rows[1]
	if *r.OutputThroughput != 6 || *r.P99TTFT != 6 || *r.OutputLen != 4 || r.Failed != 1 || r.Labels != "image=v1" || r.RequestRate != "inf" ||
		r.Status != "" || r.SteadyInFlight != nil || r.Definitions != "vllm-0.32" {
		t.Errorf("row %+v", r)
	}
	if turns.RequestRate != "" || turns.NumPrompts != 0 || *turns.RequestThroughput != 2 || *turns.InputLen != 10 {
		t.Errorf("row of conversations %+v", turns)
	}
}
