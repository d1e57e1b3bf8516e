package plan

import (
	"strings"
	"testing"

	"llmsweep/client"
)

const backendBase = "model: m\nbase_url: http://127.0.0.1:8000\ntokenizer: builtin:qwen3\nconcurrency_prompts: [[1, 1]]\n"

// What a backend has no place for is a fault where it stands.
func TestBackendFaults(t *testing.T) {
	const lengths = "input_output: [[8, 4]]\n"
	for _, tt := range []struct{ keys, want string }{
		{"backend: tgi\nignore_eos: true\n" + lengths, "c.yaml:6:13: ignore_eos: true, want auto or false: backend tgi has no such field, and output lengths are upper bounds"},
		{"backend: anthropic\nprompt_token_ids: true\n" + lengths, "prompt_token_ids: true, want backend: openai with it: chat takes no token ids"},
		{"backend: tgi\nprompt_token_ids: true\n" + lengths, "prompt_token_ids: true, want backend: openai with it: backend tgi takes no token ids"},
		{"backend: embeddings\n" + lengths, "c.yaml:6:20: input_output[0][1]: 4, want 0: backend embeddings generates no tokens"},
		{"backend: embeddings\ngoodput: {e2el: 50, ttft: 100}\n", "c.yaml:6:27: goodput.ttft: 100, want a limit on e2el: answers of embeddings come in one piece, without TTFT"},
		{"backend: rerank\nslo: {p99_itl_ms: 50}\n", "slo.p99_itl_ms: 50, want a limit on e2el: answers of rerank come in one piece, without ITL"},
		{"backend: rerank\nsearch: {vary: request_rate, slo: {mean_tpot_ms: 50, p99_e2el_ms: 90}}\n", "search.slo.mean_tpot_ms: 50, want a limit on e2el: answers of rerank come in one piece, without TPOT"},
		{"backend: sglang\ninput_output: [[8, 0]]\n", "c.yaml:6:20: input_output[0][1]: 0, want output length, a whole number above 0"},
		{"backend: tensorrt-llm\nlora: [a, b]\n" + lengths, "want another backend with it, such as openai: requests of tensorrt-llm do not say which model they are for"},
		{"backend: sglang\ndataset: conversation\n" + lengths, "dataset: conversation, want backend: openai-chat with it: its turns are messages"},
		{"backend: ollama\ndataset: random_mm\n" + lengths, "want backend: openai-chat with it: images are parts of a message"},
	} {
		_, err := Parse("c.yaml", []byte(backendBase+tt.keys), Env{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q:\ngot  %v\nwant %s", tt.keys, err, tt.want)
		}
	}
}

// What a backend takes is no fault, and each has its own way to count a prompt and
// its own key.
func TestBackendAbilities(t *testing.T) {
	for _, tt := range []struct {
		keys, key string
		chat      bool
	}{
		{"backend: llama.cpp\ninput_output: [[8, 4]]\nprompt_token_ids: true\nignore_eos: true\n", "OPENAI_API_KEY", false},
		{"backend: sglang\ninput_output: [[8, 4]]\nprompt_token_ids: true\n", "OPENAI_API_KEY", false},
		{"backend: embeddings\ninput_output: [[8, 0], [16, 0]]\nprompt_token_ids: true\n", "OPENAI_API_KEY", false},
		{"backend: ollama\nendpoint: /api/chat\ninput_output: [[8, 4]]\ndataset: random_mm\n", "OPENAI_API_KEY", true},
		{"backend: deepspeed-mii\nendpoint: /v1/chat/completions\ninput_output: [[8, 4]]\nignore_eos: true\n", "OPENAI_API_KEY", true},
		{"backend: openai-responses\ninput_output: [[8, 4]]\ndataset: conversation\n", "OPENAI_API_KEY", true},
		{"backend: anthropic\ninput_output: [[8, 4]]\n", "ANTHROPIC_API_KEY", true},
		{"backend: anthropic\napi_key_env: MINE\ninput_output: [[8, 4]]\n", "MINE", true},
	} {
		c, err := Parse("c.yaml", []byte(backendBase+tt.keys), Env{})
		if err != nil {
			t.Errorf("%q: %v", tt.keys, err)
			continue
		}
		if c.Chat() != tt.chat || c.APIKeyEnv != tt.key {
			t.Errorf("%q: chat %v, key in %s", tt.keys, c.Chat(), c.APIKeyEnv)
		}
	}
}

// A search over answers without tokens tells requests/s, unless it is asked for
// another figure.
func TestObjectiveWithoutTokens(t *testing.T) {
	for _, tt := range []struct{ backend, objective, want string }{
		{"embeddings", "", "request_throughput"},
		{"rerank", ", objective: total_token_throughput", "total_token_throughput"},
		{"openai", "", "output_throughput"},
	} {
		keys := "backend: " + tt.backend + "\ninput_output: [[8, 4]]\nsearch: {vary: request_rate, slo: {p99_e2el_ms: 90}" + tt.objective + "}\n"
		if tt.backend != "openai" {
			keys = strings.Replace(keys, "[8, 4]", "[8, 0]", 1)
		}
		c, err := Parse("c.yaml", []byte(backendBase+keys), Env{})
		if err != nil {
			t.Errorf("%s: %v", tt.backend, err)
		} else if c.Search.Objective != tt.want {
			t.Errorf("%s: objective %s, want %s", tt.backend, c.Search.Objective, tt.want)
		}
	}
}

// The template names every backend, where its readers look for them.
func TestTemplateNamesBackends(t *testing.T) {
	head, _, _ := strings.Cut(Template(), "# endpoint:")
	for _, name := range client.Backends() {
		if !strings.Contains(head, name) {
			t.Errorf("the template does not name backend %s", name)
		}
	}
}
