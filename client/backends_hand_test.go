package client

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"llmsweep/dataset"
)

// TestBackendStreams serves the answers of testdata/hand/backends in all cuts, and
// compares the Trace with figures counted by hand in the files.
func TestBackendStreams(t *testing.T) {
	usage := func(prompt, completion, cached, reasoning int, told bool) *Usage {
		return &Usage{prompt, completion, cached, reasoning, told}
	}
	for _, tt := range []struct {
		file, backend, endpoint string
		events, tokens          int
		perChunk                []int32
		text, reasoning, model  string
		usage                   *Usage
		finish                  string
		class                   Class
		says                    string
	}{
		{"sglang.sse", SGLang, "", 5, 4, []int32{1, 1, 1, 2}, " Paris is 你\"!", "", "", usage(6, 5, 2, 0, true), "length", "", ""},
		{"sglang_pieces.sse", SGLang, "", 4, 3, []int32{1, 1, 1}, " Paris is big", "", "", usage(6, 3, 0, 0, true), "stop", "", ""},
		{"sglang_abort.sse", SGLang, "", 2, 1, []int32{1}, " Paris", "", "", usage(6, 1, 0, 0, true), "abort", Truncated, `finish_reason "abort": Aborted: out of KV "cache"`},
		{"sglang_error.sse", SGLang, "", 3, 1, []int32{1}, " Paris", "", "", usage(6, 1, 0, 0, true), "", InBandError, "out of KV cache"},
		{"tgi.sse", TGI, "", 3, 3, []int32{1, 1, 1}, " country in", "", "", usage(7, 3, 0, 0, false), "eos_token", "", ""},
		{"tgi_error.sse", TGI, "", 2, 1, []int32{1}, " country", "", "", nil, "", InBandError, "Server error: out of memory"},
		{"tensorrt.sse", TensorRTLLM, "", 3, 2, nil, "Machine learning", "", "ensemble", nil, "", "", ""},
		{"tensorrt_error.sse", TensorRTLLM, "", 2, 1, nil, "Machine", "", "ensemble", nil, "", InBandError, "Cannot process new request"},
		{"deepspeed.sse", DeepSpeedMII, "", 3, 2, nil, " is a test", "", "", nil, "", "", ""},
		{"ollama_generate.ndjson", Ollama, "", 3, 2, nil, "The sky", "", "llama3.2", usage(26, 2, 0, 0, false), "stop", "", ""},
		{"ollama_chat.ndjson", Ollama, "/api/chat", 4, 3, nil, "The", "Hm", "qwen3", usage(26, 3, 0, 0, false), "length", "", ""},
		{"ollama_tool.ndjson", Ollama, "/api/chat", 2, 1, nil, "", "", "qwen3", usage(26, 12, 0, 0, false), "stop", "", ""},
		{"ollama_error.ndjson", Ollama, "", 2, 1, nil, "The", "", "llama3.2", nil, "", InBandError, "unexpected EOF"},
		{"anthropic.sse", Anthropic, "", 13, 4, nil, "Hello!", "Hm", "claude-x", usage(25, 15, 1, 0, true), "end_turn", "", ""},
		{"anthropic_tool.sse", Anthropic, "", 8, 2, nil, "", "", "claude-x", usage(20, 9, 0, 0, false), "tool_use", "", ""},
		{"anthropic_error.sse", Anthropic, "", 2, 0, nil, "", "", "claude-x", usage(25, 0, 0, 0, false), "", InBandError, "Overloaded"},
		{"responses.sse", OpenAIResponses, "", 10, 4, nil, "Hi there", "Hm", "gpt-x", usage(37, 11, 3, 5, true), "stop", "", ""},
		{"responses_incomplete.sse", OpenAIResponses, "", 10, 4, nil, "Hi there", "Hm", "gpt-x", usage(37, 11, 3, 5, true), "max_output_tokens", "", ""},
		{"responses_failed.sse", OpenAIResponses, "", 10, 4, nil, "Hi there", "Hm", "gpt-x", nil, "", InBandError, "The model failed to generate a response."},
		{"responses_code.sse", OpenAIResponses, "", 4, 2, nil, "", "", "gpt-x", usage(37, 2, 0, 0, true), "stop", "", ""},
		{"responses_error.sse", OpenAIResponses, "", 2, 0, nil, "", "", "gpt-x", nil, "", InBandError, "The server had an error."},
		{"embeddings.json", Embeddings, "", 1, 0, nil, "", "", "text-embedding-ada-002", usage(8, 0, 0, 0, false), "", "", ""},
		{"rerank.json", Rerank, "", 1, 0, nil, "", "", "BAAI/bge-reranker-base", usage(56, 0, 0, 0, false), "", "", ""},
		{"rerank_list.json", Rerank, "/rerank", 1, 0, nil, "", "", "", nil, "", "", ""},
		{"rerank_list_empty.json", Rerank, "/rerank", 1, 0, nil, "", "", "", nil, "", Protocol, "no result in it"},
		{"rerank_empty.json", Rerank, "", 1, 0, nil, "", "", "BAAI/bge-reranker-base", nil, "", Protocol, "no result in it"},
	} {
		b, err := os.ReadFile("testdata/hand/backends/" + tt.file)
		if err != nil {
			t.Fatal(err)
		}
		kind := map[string]string{".sse": "text/event-stream", ".ndjson": "application/x-ndjson", ".json": "application/json"}[filepath.Ext(tt.file)]
		for _, k := range cuts {
			name := tt.file + ", " + k.name
			s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
				head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n", kind)
				k.write(c, slices.Concat([]byte(head), k.chunked(b, true)))
				return true
			})
			c := newClient(t, Config{Backend: tt.backend, Endpoint: tt.endpoint, BaseURL: s.url(), KeepText: true})
			got := c.Do(t.Context(), dataset.Request{ID: "h", Prompt: "p", MaxTokens: 9999})
			if got.Events != tt.events || len(got.Arrivals) != tt.tokens || !slices.Equal(got.Tokens, tt.perChunk) {
				t.Errorf("%s: %d events, %d tokens, %v; want %d, %d, %v", name, got.Events, len(got.Arrivals), got.Tokens, tt.events, tt.tokens, tt.perChunk)
			}
			if got.Text != tt.text || got.Reasoning != tt.reasoning || got.Model != tt.model {
				t.Errorf("%s: text %q, reasoning %q, model %q", name, got.Text, got.Reasoning, got.Model)
			}
			if (got.Usage == nil) != (tt.usage == nil) || tt.usage != nil && *got.Usage != *tt.usage {
				t.Errorf("%s: usage %+v, want %+v", name, got.Usage, tt.usage)
			}
			if got.FinishReason != tt.finish || class(got) != tt.class || got.Err != nil && !strings.Contains(got.Err.Error(), tt.says) {
				t.Errorf("%s: finish %q, %v; want %q, %s, %q", name, got.FinishReason, got.Err, tt.finish, tt.class, tt.says)
			}
			if tt.class == "" {
				checkOrder(t, got)
			}
		}
	}
}

// A stream that tells no end is whole where its framing ends, and not where it is
// cut.
func TestUnsaidEnd(t *testing.T) {
	b, err := os.ReadFile("testdata/hand/backends/tensorrt.sse")
	if err != nil {
		t.Fatal(err)
	}
	s := serveRaw(t, func(c net.Conn, _ *http.Request, _ []byte) bool {
		_, _ = c.Write(slices.Concat([]byte("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"), cuts[0].chunked(b, false)))
		return false
	})
	got := newClient(t, Config{Backend: TensorRTLLM, BaseURL: s.url()}).Do(t.Context(), request)
	if class(got) != Truncated || len(got.Arrivals) != 2 {
		t.Errorf("%d tokens, %v; want class truncated", len(got.Arrivals), got.Err)
	}
}

// What goes out: where it is sent, in which body, with which headers.
func TestBackendRequests(t *testing.T) {
	chat := dataset.Request{ID: "r", MaxTokens: 7, Images: []string{"data:image/png;base64,AA+/"},
		Messages: []dataset.Message{{Role: "system", Content: "be brief"}, {Role: "user", Content: "a \"b\""}}}
	prompt := dataset.Request{ID: "r", Prompt: "one two", MaxTokens: 7}
	const turns = `{"role":"system","content":"be brief"},{"role":"user","content":`
	for _, tt := range []struct {
		name string
		cfg  Config
		req  dataset.Request
		path string
		want string
	}{
		{"llama.cpp", Config{Backend: LlamaCPP}, prompt, "/v1/completions",
			`{"model":"org/m","prompt":"one two","stream":true,"ignore_eos":true,"max_tokens":7,"stream_options":{"include_usage":true}}`},
		{"mii's OpenAI server", Config{Backend: DeepSpeedMII, Endpoint: "/v1/completions"}, prompt, "/v1/completions",
			`{"model":"org/m","prompt":"one two","stream":true,"min_tokens":7,"max_tokens":7}`},
		{"mii", Config{Backend: DeepSpeedMII}, prompt, "/generate", `{"prompt":"one two","max_tokens":7,"min_tokens":7,"stream":true}`},
		{"mii, EOS as it comes", Config{Backend: DeepSpeedMII, IgnoreEOS: "false"}, prompt, "/generate", `{"prompt":"one two","max_tokens":7,"stream":true}`},
		{"sglang", Config{Backend: SGLang, Sampling: map[string]any{"temperature": 0}}, prompt, "/generate",
			`{"text":"one two","sampling_params":{"ignore_eos":true,"max_new_tokens":7,"min_new_tokens":7,"temperature":0},"stream":true}`},
		{"sglang, ids and fields of one's own",
			Config{Backend: SGLang, Sampling: map[string]any{"top_p": 0.5}, ExtraBody: map[string]any{"sampling_params": map[string]any{"min_new_tokens": nil, "top_p": 0.6}, "return_logprob": true}},
			dataset.Request{PromptIDs: []uint32{1, 2}, MaxTokens: 7}, "/generate",
			`{"input_ids":[1,2],"sampling_params":{"ignore_eos":true,"max_new_tokens":7,"top_p":0.6},"stream":true,"return_logprob":true}`},
		{"tgi", Config{Backend: TGI, Sampling: map[string]any{"top_k": 5}}, prompt, "/generate_stream",
			`{"inputs":"one two","parameters":{"details":true,"max_new_tokens":7,"top_k":5}}`},
		{"tensorrt-llm", Config{Backend: TensorRTLLM, Sampling: map[string]any{"temperature": 0}}, prompt, "/v2/models/org%2Fm/generate_stream",
			`{"text_input":"one two","max_tokens":7,"min_length":7,"stream":true,"temperature":0}`},
		{"ollama", Config{Backend: Ollama, Sampling: map[string]any{"num_ctx": 8192}}, prompt, "/api/generate",
			`{"model":"org/m","prompt":"one two","raw":true,"stream":true,"options":{"num_ctx":8192,"num_predict":7}}`},
		{"ollama chat", Config{Backend: Ollama, Endpoint: "/api/chat"}, chat, "/api/chat",
			`{"model":"org/m","messages":[` + turns + `"a \"b\"","images":["AA+/"]}],"stream":true,"options":{"num_predict":7}}`},
		{"anthropic", Config{Backend: Anthropic, Sampling: map[string]any{"temperature": 0}}, chat, "/v1/messages",
			`{"model":"org/m","system":"be brief","messages":[{"role":"user","content":[{"type":"text","text":"a \"b\""},` +
				`{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AA+/"}}]}],"max_tokens":7,"stream":true,"temperature":0}`},
		{"responses", Config{Backend: OpenAIResponses}, chat, "/v1/responses",
			`{"model":"org/m","input":[` + turns + `[{"type":"input_text","text":"a \"b\""},{"type":"input_image","image_url":"data:image/png;base64,AA+/"}]}],` +
				`"max_output_tokens":7,"stream":true,"store":false}`},
		{"embeddings", Config{Backend: Embeddings, ExtraBody: map[string]any{"dimensions": 64}}, prompt, "/v1/embeddings", `{"model":"org/m","input":"one two","dimensions":64}`},
		{"embeddings of ids", Config{Backend: Embeddings}, dataset.Request{PromptIDs: []uint32{3, 4}}, "/v1/embeddings", `{"model":"org/m","input":[3,4]}`},
		{"rerank", Config{Backend: Rerank}, prompt, "/v1/rerank", `{"model":"org/m","query":"one","documents":[" two"]}`},
		{"rerank at TEI's", Config{Backend: Rerank, Endpoint: "/rerank"}, prompt, "/rerank", `{"model":"org/m","query":"one","documents":[" two"],"texts":[" two"]}`},
		{"rerank of a row at TEI's", Config{Backend: Rerank, Endpoint: "/rerank"}, dataset.Request{Prompt: "q", Extra: map[string]any{"query": "q", "documents": []string{"a", "b"}}}, "/rerank",
			`{"model":"org/m","texts":["a","b"],"documents":["a","b"],"query":"q"}`},
		{"rerank of a row", Config{Backend: Rerank}, dataset.Request{Prompt: "q", Extra: map[string]any{"query": "q", "documents": []string{"a", "b"}}}, "/v1/rerank",
			`{"model":"org/m","documents":["a","b"],"query":"q"}`},
	} {
		paths := make(chan string, 1)
		s := serveRaw(t, func(c net.Conn, r *http.Request, _ []byte) bool {
			paths <- r.URL.EscapedPath()
			_, err := c.Write([]byte("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
			return err == nil
		})
		tt.cfg.BaseURL, tt.cfg.Model, tt.cfg.APIKey = s.url(), "org/m", "k3y"
		newClient(t, tt.cfg).Do(t.Context(), tt.req)
		path := <-paths
		if len(s.sent()) != 1 || string(s.sent()[0]) != tt.want || path != tt.path {
			t.Errorf("%s: %s\n%s\nwant %s\n%s", tt.name, path, s.sent(), tt.path, tt.want)
			continue
		}
		h := s.headers()[0]
		if tt.cfg.Backend == Anthropic {
			if h.Get("X-Api-Key") != "k3y" || h.Get("Anthropic-Version") != "2023-06-01" || h.Get("Authorization") != "" {
				t.Errorf("%s: headers %v", tt.name, h)
			}
		} else if h.Get("Authorization") != "Bearer k3y" || h.Get("Anthropic-Version") != "" {
			t.Errorf("%s: headers %v", tt.name, h)
		}
	}
}

// What a backend cannot carry is said before anything is sent.
func TestBackendsRefuse(t *testing.T) {
	ids := dataset.Request{PromptIDs: []uint32{1}, MaxTokens: 1}
	turns := dataset.Request{Messages: []dataset.Message{{Role: "user", Content: "a"}}, MaxTokens: 1}
	for _, tt := range []struct {
		backend string
		req     dataset.Request
		says    string
	}{
		{TGI, ids, "backend tgi takes no token ids; set backend: openai"},
		{Anthropic, ids, "takes no token ids"},
		{SGLang, turns, "backend sglang takes no messages and no images; set backend: openai-chat"},
		{Embeddings, turns, "takes no messages"},
		{Anthropic, dataset.Request{Prompt: "a"}, "wants a max_tokens in each request; give an output length"},
	} {
		got := newClient(t, Config{Backend: tt.backend, BaseURL: "http://127.0.0.1:1"}).Do(t.Context(), tt.req)
		if got.Err == nil || !strings.Contains(got.Err.Error(), tt.says) || got.Sent != 0 {
			t.Errorf("%s: %v, want %q", tt.backend, got.Err, tt.says)
		}
	}
	if _, err := New(Config{Backend: "vllm-chat", BaseURL: "http://127.0.0.1:1"}); err == nil || !strings.Contains(err.Error(), "backend: vllm-chat, want one of openai, vllm, ") {
		t.Errorf("an alias is no backend's name: %v", err)
	}
}

func TestQueryOf(t *testing.T) {
	for _, tt := range []struct{ prompt, query, document string }{
		{"a b", "a", " b"},
		{"one two three four five six seven eight nine ten", "one two", " three four five six seven eight nine ten"},
		{"word", "word", ""},
		{"", "", ""},
	} {
		if q, d := queryOf(tt.prompt); q != tt.query || d != tt.document {
			t.Errorf("%q: %q, %q; want %q, %q", tt.prompt, q, d, tt.query, tt.document)
		}
	}
}

// Every alias names a backend, and none hides one.
func TestAliases(t *testing.T) {
	for _, a := range Aliases() {
		name, endpoint := Resolve(a)
		if _, ok := Able(name, endpoint); !ok || find(a) != nil {
			t.Errorf("alias %s is %s", a, name)
		}
	}
	if name, endpoint := Resolve("vllm-pooling"); name != Embeddings || endpoint != "/pooling" {
		t.Errorf("vllm-pooling is %s at %s", name, endpoint)
	}
	if a, ok := Able(Ollama, "/proxy/api/chat"); !ok || !a.Chat || a.Endpoint != "/proxy/api/chat" {
		t.Errorf("ollama at /api/chat: %+v", a)
	}
}
