package client

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"llmsweep/dataset"
)

// TestRecordings serves what real servers sent (testdata/wire; README there)
// over a real socket and compares the Trace with figures that were worked out
// from the files by a separate script with a JSON library.
func TestRecordings(t *testing.T) {
	for _, tt := range []struct {
		name               string
		status             int
		cut                bool // the recording ends because the connection was cut
		events, tokens     int  // SSE events with data; token-bearing ones
		prompt, completion int  // usage; -1 = none
		cached, reasoning  int
		perChunk           []int32
		finish             string
		class              Class
		words              string
		retryAfter         string
	}{
		{"fakeai.chat_cont", 200, false, 16, 13, 6, 13, 6, 0, nil, "stop", "", "", ""},
		{"fakeai.chat_full", 200, false, 0, 0, -1, -1, 0, 0, nil, "", Protocol, "", ""},
		{"fakeai.chat_nousage", 200, false, 12, 9, -1, -1, 0, 0, nil, "stop", "", "", ""},
		{"fakeai.chat_stream", 200, false, 12, 9, 6, 9, 0, 0, nil, "stop", "", "", ""},
		{"fakeai.comp_full", 200, false, 0, 0, -1, -1, 0, 0, nil, "", Protocol, "", ""},
		{"fakeai.comp_stream", 200, false, 15, 13, -1, -1, 0, 0, nil, "length", "", "", ""},
		{"fakeai.err_ctx", 200, false, 19, 17, -1, -1, 0, 0, nil, "stop", "", "", ""},
		{"fakeai.err_field", 422, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "body.messages: Input should be a valid list", ""},
		{"fakeai.err_json", 422, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "body.9: JSON decode error", ""},
		{"fakeai.err_longprompt", 200, false, 9, 7, -1, -1, 0, 0, nil, "length", "", "", ""},
		{"fakeai.err_model", 200, false, 13, 10, -1, -1, 0, 0, nil, "stop", "", "", ""},
		{"fakeai.err_path", 404, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "Not Found", ""},
		{"lcpp.chat_cont", 200, false, 16, 12, 14, 12, 13, 0, nil, "length", "", "", ""},
		{"lcpp.chat_full", 200, false, 0, 0, -1, -1, 0, 0, nil, "", Protocol, "", ""},
		{"lcpp.chat_nousage", 200, false, 15, 12, -1, -1, 0, 0, nil, "length", "", "", ""},
		{"lcpp.chat_stream", 200, false, 16, 12, 14, 12, 0, 0, nil, "length", "", "", ""},
		{"lcpp.comp_full", 200, false, 0, 0, -1, -1, 0, 0, nil, "", Protocol, "", ""},
		{"lcpp.comp_stream", 200, false, 14, 12, 4, 12, 0, 0, nil, "length", "", "", ""},
		{"lcpp.err_field", 400, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "Expected 'messages' to be an array", ""},
		{"lcpp.err_json", 400, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "[json.exception.parse_error.101] parse error at line 1, column 10: syntax error while parsing value - unexpected end of input; expected '[', '{', or a literal", ""},
		{"lcpp.err_longprompt", 400, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "request (80001 tokens) exceeds the available context size (2048 tokens), try increasing it", ""},
		{"lcpp.err_model", 200, false, 7, 4, -1, -1, 0, 0, nil, "length", "", "", ""},
		{"lcpp.err_path", 404, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "File Not Found", ""},
		{"lcpp.ping", 200, false, 153, 150, -1, -1, 0, 0, nil, "length", "", "", ""},
		{"llmock.chat_cont", 200, false, 11, 7, 4, 12, 0, 0, nil, "stop", "", "", ""},
		{"llmock.chat_full", 200, false, 0, 0, -1, -1, 0, 0, nil, "", Protocol, "", ""},
		{"llmock.chat_nousage", 200, false, 10, 7, -1, -1, 0, 0, nil, "stop", "", "", ""},
		{"llmock.chat_stream", 200, false, 11, 7, 4, 12, 0, 0, nil, "stop", "", "", ""},
		{"llmock.comp_full", 404, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "Not Found", ""},
		{"llmock.comp_stream", 404, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "Not Found", ""},
		{"llmock.err_ctx", 404, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "Not Found", ""},
		{"llmock.err_field", 422, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "body → messages: Input should be a valid list", ""},
		{"llmock.err_json", 422, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "body → 9: JSON decode error", ""},
		{"llmock.err_longprompt", 404, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "Not Found", ""},
		{"llmock.err_model", 200, false, 9, 6, -1, -1, 0, 0, nil, "stop", "", "", ""},
		{"llmock.err_path", 404, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "Not Found", ""},
		{"llmock.fault_429", 429, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "Rate limit exceeded.", "2"},
		{"llmock.fault_500", 500, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP5xx, "Internal server error.", ""},
		{"llmock.fault_503", 503, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP5xx, "Service unavailable.", "1"},
		{"llmock.fault_disconnect", 200, true, 3, 2, -1, -1, 0, 0, nil, "", Truncated, "", ""},
		{"llmock.fault_malformed", 200, false, 8, 3, 9, 8, 0, 0, nil, "stop", Protocol, "", ""},
		{"llmock.fault_slowfirst", 200, false, 8, 4, 9, 8, 0, 0, nil, "stop", "", "", ""},
		{"llmock.fault_stall", 200, false, 7, 4, -1, -1, 0, 0, nil, "stop", "", "", ""},
		{"llmock.fault_truncate", 200, false, 3, 2, -1, -1, 0, 0, nil, "", Truncated, "", ""},
		{"vllm.chat_cont", 200, false, 12, 9, 14, 12, 0, 0, []int32{1, 1, 1, 2, 1, 3, 1, 1, 1}, "length", "", "", ""},
		{"vllm.chat_full", 200, false, 0, 0, -1, -1, 0, 0, nil, "", Protocol, "", ""},
		{"vllm.chat_interval4_reasoning", 200, false, 8, 5, 14, 14, 0, 14, []int32{1, 4, 4, 4, 1}, "length", "", "", ""},
		{"vllm.chat_nousage", 200, false, 13, 11, -1, -1, 0, 0, nil, "length", "", "", ""},
		{"vllm.chat_stream", 200, false, 13, 10, 14, 12, 0, 0, nil, "length", "", "", ""},
		{"vllm.comp_full", 200, false, 0, 0, -1, -1, 0, 0, nil, "", Protocol, "", ""},
		{"vllm.comp_interval4", 200, false, 7, 5, 2, 14, 0, 0, []int32{1, 4, 4, 4, 1}, "length", "", "", ""},
		{"vllm.comp_stream", 200, false, 14, 12, 4, 12, 0, 0, nil, "length", "", "", ""},
		{"vllm.err_401", 401, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "Unauthorized", ""},
		{"vllm.err_ctx", 400, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "max_tokens=1000000 cannot be greater than max_model_len=4096. Please request fewer output tokens. (parameter=max_tokens, value=1000000)", ""},
		{"vllm.err_field", 400, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "1 validation error: {'type': 'list_type', 'loc': 'body.messages', 'msg': 'Input should be a valid list', 'input': 'oops'}", ""},
		{"vllm.err_json", 400, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "1 validation error: {'type': 'json_invalid', 'loc': 'body.9', 'msg': 'JSON decode error', 'input': '<dict of 0 items>', 'ctx': {'error': 'Expecting value'}}", ""},
		{"vllm.err_longprompt", 400, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "This model's maximum context length is 4096 tokens. However, your prompt contains at least 4097 input tokens, which exceeds this limit even without any output tokens. Please reduce the length of the input prompt. (parameter=input_tokens, value=4097)", ""},
		{"vllm.err_model", 404, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "The model `no-such-model` does not exist. Valid aliases: qwen3-tiny.", ""},
		{"vllm.err_path", 404, false, 0, 0, -1, -1, 0, 0, nil, "", HTTP4xx, "Not Found", ""},
		{"vllm.midstream_enginedead", 200, false, 313, 306, -1, -1, 0, 0, nil, "", InBandError, "EngineCore encountered an issue. See stack trace (above) for the root cause.", ""},
	} {
		for _, k := range cuts {
			if k.name == "byte by byte" && tt.events > 100 {
				continue // long, and no other than the rest
			}
			t.Run(tt.name+"/"+k.name, func(t *testing.T) {
				s := serveRaw(t, replay(t, tt.name, k, tt.cut))
				backend := OpenAI
				switch {
				case strings.Contains(tt.name, "chat"):
					backend = OpenAIChat
				case strings.HasPrefix(tt.name, "lcpp"):
					backend = LlamaCPP
				case strings.HasPrefix(tt.name, "vllm"):
					backend = VLLM
				}
				c := newClient(t, Config{Backend: backend, BaseURL: s.url(), IgnoreEOS: "false"})
				// The length asked for is no recording's, so only what came can complete it.
				got := c.Do(t.Context(), dataset.Request{ID: "x", Prompt: "p", MaxTokens: 9999})
				if got.Status != tt.status || got.Events != tt.events || len(got.Arrivals) != tt.tokens {
					t.Errorf("status, events, tokens = %d, %d, %d; want %d, %d, %d", got.Status, got.Events, len(got.Arrivals), tt.status, tt.events, tt.tokens)
				}
				u := Usage{-1, -1, 0, 0, false}
				if got.Usage != nil {
					u = *got.Usage
				}
				if want := (Usage{tt.prompt, tt.completion, tt.cached, tt.reasoning, u.CachedTold}); u != want {
					t.Errorf("usage = %+v, want %+v", u, want)
				}
				if !slices.Equal(got.Tokens, tt.perChunk) {
					t.Errorf("tokens per chunk = %v, want %v", got.Tokens, tt.perChunk)
				}
				if got.FinishReason != tt.finish || class(got) != tt.class {
					t.Errorf("finish, class = %q, %q (%v); want %q, %q", got.FinishReason, class(got), got.Err, tt.finish, tt.class)
				}
				if tt.words != "" && Words(got.Err.Body) != tt.words {
					t.Errorf("words = %q, want %q", Words(got.Err.Body), tt.words)
				}
				if got.Err != nil && got.Err.RetryAfter != tt.retryAfter {
					t.Errorf("Retry-After = %q, want %q", got.Err.RetryAfter, tt.retryAfter)
				}
				if strings.HasSuffix(tt.name, "_full") && tt.class == Protocol && !strings.Contains(got.Err.Error(), "did not stream") {
					t.Errorf("error %q does not say that the server did not stream", got.Err)
				}
				checkOrder(t, got)
			})
		}
	}
}

// replay serves a recording, its framing put back: chunked where the recorded
// head says so, the head's own length otherwise.
func replay(t *testing.T, name string, k cut, broken bool) func(net.Conn, *http.Request, []byte) bool {
	b, err := os.ReadFile("testdata/wire/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, mark := range []string{"\ncurl: (", "\ncurl rc="} {
		if i := bytes.LastIndex(b, []byte(mark)); i >= 0 {
			b = b[:i+1]
		}
	}
	head, body, _ := bytes.Cut(b, []byte("\r\n\r\n"))
	if bytes.Contains(bytes.ToLower(head), []byte("transfer-encoding: chunked")) {
		body = k.chunked(body, !broken)
	} else {
		body = bytes.TrimSuffix(body, []byte("\n\n")) // longer than its length only by curl's own newline
	}
	return func(c net.Conn, _ *http.Request, _ []byte) bool {
		k.write(c, slices.Concat(head, []byte("\r\n\r\n"), body))
		return !broken
	}
}

// checkOrder holds a trace's instants to the order in which they happen.
func checkOrder(t *testing.T, tr Trace) {
	t.Helper()
	if tr.Sent == 0 || tr.Written < tr.Sent || tr.Headers < tr.Sent || tr.End < tr.Headers {
		t.Errorf("sent %d, written %d, headers %d, end %d: not in order", tr.Sent, tr.Written, tr.Headers, tr.End)
	}
	all := append([]int64{tr.Headers}, tr.Arrivals...)
	if tr.LastToken != 0 {
		all = append(all, tr.LastToken, tr.End)
	}
	if !slices.IsSorted(all) {
		t.Errorf("arrivals are not in order: %v", all)
	}
}
