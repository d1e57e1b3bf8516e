package simserver

import (
	"net/http"
	"strings"
	"testing"
)

// Each server's stream as its documentation has it: the first event with a token,
// and how it ends. Prompts have 5 tokens.
func TestSpokenStreams(t *testing.T) {
	_, url := start(t, Config{MaxModelLen: 4096, Model: "m"})
	const fox = "A quick fox jumps high"
	for _, tt := range []struct {
		path, body, kind string
		events           int      // that have data, or lines
		says             []string // in this order
	}{
		{"/generate", `{"text":"` + fox + `","sampling_params":{"max_new_tokens":3,"ignore_eos":true},"stream":true}`, eventStream, 4,
			[]string{`"finish_reason":null,"prompt_tokens":5,"weight_version":"default","completion_tokens":1`, `"finish_reason":{"type":"length","length":3}`, `"completion_tokens":3`, "data: [DONE]"}},
		{"/generate", `{"prompt":"` + fox + `","max_tokens":3,"min_tokens":3,"stream":true}`, eventStream, 4, []string{`data: {"text": ["`, "data: [DONE]"}},
		{"/generate_stream", `{"inputs":"` + fox + `","parameters":{"max_new_tokens":3,"details":true}}`, eventStream, 3,
			[]string{`data:{"index":1,"token":{"id":1,"text":"`, `"generated_text":null,"details":null}`, `"details":{"finish_reason":"length","generated_tokens":3,"seed":null,"input_length":5}}`}},
		{"/generate_stream", `{"inputs":"` + fox + `","parameters":{"max_new_tokens":3}}`, eventStream, 3, []string{`"index":3`, `"details":null}`}},
		{"/v2/models/m/generate_stream", `{"text_input":"` + fox + `","max_tokens":3,"min_length":3,"stream":true}`, eventStream, 3,
			[]string{`"model_name":"m","model_version":"1"`, `"text_output":"`}},
		{"/api/generate", `{"model":"m","prompt":"` + fox + `","raw":true,"options":{"num_predict":3}}`, "application/x-ndjson", 4,
			[]string{`"response":" `, `"done":false}`, `"done":true,"done_reason":"length"`, `"prompt_eval_count":5`, `"eval_count":3`}},
		{"/api/chat", `{"model":"m","messages":[{"role":"user","content":"` + fox + `"}],"options":{"num_predict":3}}`, "application/x-ndjson", 4,
			[]string{`"message":{"role":"assistant","content":" `, `"done":true`, `"eval_count":3`}},
		{"/v1/messages", `{"model":"m","messages":[{"role":"user","content":"` + fox + `"}],"max_tokens":3,"stream":true}`, eventStream, 9,
			[]string{"event: message_start\n", `"input_tokens":`, "event: content_block_start\n", "event: ping\n", `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" `,
				"event: content_block_stop\n", `"delta":{"stop_reason":"max_tokens","stop_sequence":null},"usage":{"output_tokens":3}}`, "event: message_stop\n"}},
		{"/v1/responses", `{"model":"m","input":"` + fox + `","max_output_tokens":3,"stream":true}`, eventStream, 9,
			[]string{"event: response.created\n", "event: response.in_progress\n", "event: response.output_item.added\n", "event: response.content_part.added\n",
				`"type":"response.output_text.delta","sequence_number":4`, `"type":"response.output_text.done"`, "event: response.incomplete\n", `"incomplete_details":{"reason":"max_output_tokens"}`, `"output_tokens":3`}},
	} {
		resp, got, err := post(t, url+tt.path, "", tt.body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != tt.kind {
			t.Errorf("%s: %d, %s\n%s", tt.path, resp.StatusCode, resp.Header.Get("Content-Type"), got)
			continue
		}
		n := strings.Count(got, "data:")
		if tt.kind != eventStream {
			n = strings.Count(got, "\n")
		}
		if n != tt.events {
			t.Errorf("%s: %d events, want %d\n%s", tt.path, n, tt.events, got)
		}
		for rest, i := got, 0; i < len(tt.says); i++ {
			_, after, found := strings.Cut(rest, tt.says[i])
			if !found {
				t.Errorf("%s: no %s in\n%s", tt.path, tt.says[i], rest)
				break
			}
			rest = after
		}
	}
}

// An answer in one piece, where the request asks for that or the page has no other.
func TestSpokenWholes(t *testing.T) {
	_, url := start(t, Config{MaxModelLen: 4096, Model: "m"})
	for _, tt := range []struct{ path, body, want string }{
		{"/generate", `{"text":"A quick fox","sampling_params":{"max_new_tokens":2,"ignore_eos":true}}`, `"completion_tokens":2`},
		{"/generate", `{"prompt":"A quick fox","max_tokens":2,"min_tokens":2}`, `{"text":["`},
		{"/api/generate", `{"model":"m","prompt":"A quick fox","stream":false,"options":{"num_predict":2}}`, `"eval_count":2`},
		{"/v1/messages", `{"model":"m","system":"s","messages":[{"role":"user","content":[{"type":"text","text":"A"}]}],"max_tokens":2}`, `"stop_reason":"max_tokens","stop_sequence":null`},
		{"/v1/responses", `{"model":"m","input":[{"role":"user","content":[{"type":"input_text","text":"A"}]}],"max_output_tokens":2}`, `"total_tokens":`},
		{"/v1/embeddings", `{"model":"m","input":"A quick fox jumps"}`, `"usage":{"prompt_tokens":4,"total_tokens":4,`},
		{"/embeddings", `{"model":"m","input":"A quick fox jumps"}`, `"usage":{"prompt_tokens":4,"total_tokens":4,`},
		{"/v1/embeddings", `{"model":"m","input":[1,2,3]}`, `"usage":{"prompt_tokens":3,`},
		{"/v1/rerank", `{"model":"m","query":"A quick","documents":[" fox jumps"," high"]}`, `"usage":{"prompt_tokens":5,"total_tokens":5},"results":[{"index":0,"document":{"text":" fox jumps"},"relevance_score":1},`},
	} {
		if got := must(t, url+tt.path, "", tt.body); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s\nwant %s", tt.path, got, tt.want)
		}
	}
}

// Errors have each server's form and status.
func TestSpokenErrors(t *testing.T) {
	_, url := start(t, Config{MaxModelLen: 64, Model: "m"})
	const much = `"max_new_tokens":100000`
	for _, tt := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/generate", `{"text":"a","sampling_params":{` + much + `}}`, 400, `{"error":{"message":"max_tokens=100000 cannot be greater`},
		{"/generate", `{"sampling_params":{}}`, 400, `'loc': 'body.text', 'msg': 'Field required'`},
		{"/generate", `{"prompt":7}`, 400, `'loc': 'body.prompt'`},
		{"/generate_stream", `{"inputs":"a","parameters":{` + much + `}}`, 422, `{"error":"Input validation error: max_tokens=100000`},
		{"/generate_stream", `{"inputs":"a","parameters":{"max_new_tokens":0}}`, 422, `max_new_tokens must be at least 1, got 0.","error_type":"validation"}`},
		{"/v2/models/other/generate_stream", `{"text_input":"a"}`, 404, "{\"error\":\"The model `other` does not exist"},
		{"/api/generate", `{"model":"other","prompt":"a"}`, 404, "{\"error\":\"The model `other` does not exist"},
		{"/api/chat", `{"model":"m","messages":"a"}`, 400, `{"error":"1 validation error`},
		{"/v1/messages", `{"model":"m","messages":[{"role":"user","content":"a"}]}`, 400, `{"error":{"message":"1 validation error:\n  {'type': 'missing', 'loc': 'body.max_tokens'`},
		{"/v1/messages", `{"model":"other","max_tokens":1,"messages":[{"role":"user","content":"a"}]}`, 404, `"type":"not_found_error"},"type":"error"}`},
		{"/v1/responses", `{"model":"m"}`, 400, `'loc': 'body.input'`},
		{"/v1/embeddings", `{"model":"m"}`, 400, `'loc': 'body.input'`},
		{"/v1/rerank", `{"model":"m","query":"a"}`, 400, `'loc': 'body.documents'`},
	} {
		resp, got, err := post(t, url+tt.path, "", tt.body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != tt.status || !strings.Contains(got, tt.want) {
			t.Errorf("%s %s: %d, %s\nwant %d, %s", tt.path, tt.body, resp.StatusCode, got, tt.status, tt.want)
		}
	}
	// The key of Anthropic's clients comes in a header of its own.
	_, url = start(t, Config{APIKey: "s3cret"})
	for key, want := range map[string]int{"s3cret": 200, "wrong": 401} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/v1/models", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Api-Key", key)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if resp.Body.Close(); resp.StatusCode != want {
			t.Errorf("key %s: %d, want %d", key, resp.StatusCode, want)
		}
	}
}
