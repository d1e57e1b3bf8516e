package sweep

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"llmsweep/client"
)

// What servers tell of themselves, by their documented pages; secrets are masked,
// and what no reader wants (templates, nested state) is left out.
func TestAskFacts(t *testing.T) {
	vllmMetrics, err := os.ReadFile("../simserver/testdata/wire/vllm.metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		pages map[string]string
		want  map[string]any // some of the facts
	}{
		{"vLLM", map[string]string{
			"/version":   `{"version":"0.32.0"}`,
			"/v1/models": `{"object":"list","data":[{"id":"other","max_model_len":1},{"id":"m","object":"model","created":1,"owned_by":"vllm","root":"/models/m","parent":null,"max_model_len":4096,"permission":[{"id":"p"}]}]}`,
			"/metrics":   string(vllmMetrics),
		}, map[string]any{
			"version": "0.32.0",
			"model":   map[string]any{"id": "m", "owned_by": "vllm", "root": "/models/m", "max_model_len": 4096.0},
		}},
		{"SGLang", map[string]string{
			"/get_server_info": `{"version":"0.5.4","tp_size":4,"model_path":"/models/m","api_key":"sk-of-the-server","admin_password":"hidden","log":"serve --api-key also-hidden --tp 4","internal_states":[{"x":1}],"disable_radix_cache":false,"mem_fraction_static":0.8,"none":null,"echo":"it is our-own-key"}`,
		}, map[string]any{
			"version": "0.5.4",
			"args": map[string]any{"version": "0.5.4", "tp_size": 4.0, "model_path": "/models/m", "api_key": "***", "admin_password": "***",
				"log": "serve --api-key *** --tp 4", "disable_radix_cache": false, "mem_fraction_static": 0.8, "echo": "it is [secret]"},
		}},
		{"llama.cpp", map[string]string{
			"/props":     `{"default_generation_settings":{"n_ctx":2048,"params":{}},"total_slots":4,"model_path":"m.gguf","chat_template":"` + strings.Repeat("x", 600) + `","build_info":"b6500-abc"}`,
			"/v1/models": `{"data":[{"id":"m.gguf","meta":{"n_params":39191424,"ftype":"BF16"}}]}`,
		}, map[string]any{
			"version": "b6500-abc",
			"args":    map[string]any{"n_ctx": 2048.0, "total_slots": 4.0, "model_path": "m.gguf", "build_info": "b6500-abc"},
			"model":   map[string]any{"id": "m.gguf", "n_params": 39191424.0, "ftype": "BF16"},
		}},
		{"pages of HTML", map[string]string{"/version": "<html>", "/props": "[]", "/metrics": "<html>", "/server_info": "{}"}, map[string]any{}},
		{"nothing", nil, map[string]any{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			facts := askFacts(t.Context(), pagesOf(t, tt.pages), "m")
			if tt.name == "vLLM" {
				cache, _ := facts["cache_config"].(map[string]any)
				if cache["block_size"] != "128" || cache["enable_prefix_caching"] != "True" {
					t.Errorf("cache_config %v", cache)
				}
				delete(facts, "cache_config")
			}
			if diff := cmp.Diff(tt.want, facts); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if text, err := json.Marshal(facts); err != nil || strings.Contains(string(text), "hidden") {
				t.Errorf("%s (%v)", text, err)
			}
		})
	}
}

// pagesOf serves pages, below the /v1 of a base_url, to a client with a key.
func pagesOf(t *testing.T, pages map[string]string) pageReader {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer our-own-key" {
			t.Errorf("%s without the key", r.URL)
		}
		page, ok := pages[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		fmt.Fprint(w, page)
	}))
	t.Cleanup(server.Close)
	c, err := client.New(client.Config{Backend: client.OpenAI, BaseURL: server.URL + "/v1", Model: "m", APIKey: "our-own-key", Proxy: "none", IgnoreEOS: "auto"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return pageReader{c, server.URL + "/v1"}
}

// A server that takes the question and never answers is not waited for.
func TestAskFactsHangs(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(release)
	c, err := client.New(client.Config{Backend: client.OpenAI, BaseURL: server.URL, Model: "m", Proxy: "none", IgnoreEOS: "auto"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if facts := askFacts(t.Context(), pageReader{c, server.URL}, "m"); len(facts) != 0 {
		t.Errorf("facts %v of a server that said nothing", facts)
	}
}
