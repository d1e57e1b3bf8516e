package client

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"llmsweep/dataset"
	"llmsweep/simserver"
	"llmsweep/tokenizer"
)

var builtin = sync.OnceValues(func() (tokenizer.Tokenizer, error) {
	return tokenizer.Load("builtin:qwen3", tokenizer.LoadOptions{Getenv: os.Getenv})
})

// simulate serves a simulator on loopback.
func simulate(t *testing.T, cfg simserver.Config) (*simserver.Server, string, tokenizer.Tokenizer) {
	t.Helper()
	tok, err := builtin()
	if err != nil {
		t.Fatal(err)
	}
	if cfg.Preset == "" {
		cfg.Preset = "fast"
	}
	cfg.Model, cfg.Tokenizer, cfg.MaxModelLen = "m/x", tok, 4096
	s, err := simserver.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewUnstartedServer(s)
	h.Config.ConnContext = simserver.ConnContext
	h.Start()
	t.Cleanup(func() {
		s.Close()
		h.CloseClientConnections()
		h.Close()
	})
	return s, h.URL, tok
}

// spoken are the backends and endpoints that the simulator answers.
var spoken = []struct {
	backend, endpoint string
	counts            bool // the server tells its usage
}{
	{OpenAI, "", true}, {VLLM, "", true}, {LMDeploy, "", true}, {ScaleLLM, "", true}, {SGLangOAI, "", true}, {LlamaCPP, "", true},
	{OpenAIChat, "", true}, {OpenAIResponses, "", true}, {SGLang, "", true}, {TGI, "", true}, {TensorRTLLM, "", false},
	{DeepSpeedMII, "", false}, {DeepSpeedMII, "/v1/completions", false}, {DeepSpeedMII, "/v1/chat/completions", false},
	{Ollama, "", true}, {Ollama, "/api/chat", true}, {Anthropic, "", true}, {Embeddings, "", true}, {Rerank, "", true},
}

const simPrompt = "The quick brown fox jumps over the lazy dog and nobody minds at all"

// TestEachBackendCountsExactly sends a request to the simulator in each backend's
// shape: prompt and answer have the tokens that the server says it made, in as
// many arrivals, and the answer is whole.
func TestEachBackendCountsExactly(t *testing.T) {
	if len(spoken) < len(Backends()) {
		t.Fatalf("%d of %d backends are tested", len(spoken), len(Backends()))
	}
	s, url, tok := simulate(t, simserver.Config{})
	for _, tt := range spoken {
		t.Run(tt.backend+tt.endpoint, func(t *testing.T) {
			able, _ := Able(tt.backend, tt.endpoint)
			c := newClient(t, Config{Backend: tt.backend, Endpoint: tt.endpoint, BaseURL: url, Model: "m/x", KeepText: true})
			got := c.Do(t.Context(), dataset.Request{ID: "count-" + tt.backend + tt.endpoint, Prompt: simPrompt, MaxTokens: 40})
			if got.Err != nil {
				t.Fatal(got.Err)
			}
			all := s.Truth()
			truth := all[len(all)-1]
			if truth.ID != got.Request.ID || truth.Outcome != "completed" {
				t.Fatalf("the server's truth is %+v", truth)
			}
			if (got.Usage != nil) != tt.counts {
				t.Errorf("usage %+v, told: want %v", got.Usage, tt.counts)
			}
			if got.Usage != nil && (got.Usage.Prompt != truth.PromptTokens || got.Usage.Completion != truth.CompletionTokens) {
				t.Errorf("usage %+v, the server read %d tokens and made %d", *got.Usage, truth.PromptTokens, truth.CompletionTokens)
			}
			if n, err := tok.Count(got.Text, false); err != nil || n != truth.CompletionTokens || len(got.Arrivals) != n {
				t.Errorf("the text has %d tokens (%v) in %d arrivals, the server made %d: %q", n, err, len(got.Arrivals), truth.CompletionTokens, got.Text)
			}
			if want := 40; able.Tokens && able.FixedLen && truth.CompletionTokens != want {
				t.Errorf("%d tokens, want %d: the length is asked for", truth.CompletionTokens, want)
			}
			if n, _ := tok.Count(simPrompt, true); !able.Chat && truth.PromptTokens != n {
				t.Errorf("the server read %d tokens, the prompt has %d", truth.PromptTokens, n)
			}
			if got.LastToken == 0 || got.LastToken < got.Sent || able.Tokens != (len(got.Arrivals) > 0) {
				t.Errorf("sent %d, last token %d, %d arrivals", got.Sent, got.LastToken, len(got.Arrivals))
			}
			notes := strings.Join(c.Notes(), "; ")
			if bound := strings.Contains(notes, "upper bounds"); bound != (able.Tokens && !able.FixedLen) || c.EOSIgnored() != able.FixedLen {
				t.Errorf("notes %q, EOS ignored: %v; the length is fixed: %v", notes, c.EOSIgnored(), able.FixedLen)
			}
		})
	}
}

// TestEachBackendsErrors: a request that is refused, an engine that dies in the
// middle, and a stream that is cut, each with the server's words where it has any.
func TestEachBackendsErrors(t *testing.T) {
	for _, tt := range spoken {
		able, _ := Able(tt.backend, tt.endpoint)
		for _, f := range []struct {
			fault  simserver.Fault
			class  Class // of a stream
			single Class // of an answer in one piece
			says   string
		}{
			{simserver.Fault{Kind: "status", Code: 429, RetryAfter: "3"}, HTTP4xx, HTTP4xx, "status 429: injected fault: Too Many Requests (Retry-After: 3)"},
			{simserver.Fault{Kind: "error_event", After: 2}, InBandError, HTTP5xx, "EngineCore encountered an issue"},
			{simserver.Fault{Kind: "truncate", After: 2}, Truncated, Truncated, "closed the connection"},
			{simserver.Fault{Kind: "malformed", After: 2}, Protocol, Protocol, "not a JSON object"},
		} {
			t.Run(tt.backend+tt.endpoint+"/"+f.fault.Kind, func(t *testing.T) {
				_, url, _ := simulate(t, simserver.Config{Faults: []simserver.Fault{f.fault}})
				c := newClient(t, Config{Backend: tt.backend, Endpoint: tt.endpoint, BaseURL: url, Model: "m/x"})
				got := c.Do(t.Context(), dataset.Request{ID: "e", Prompt: simPrompt, MaxTokens: 40})
				want := f.class
				if !able.Tokens {
					want = f.single
				}
				says := f.says
				if !able.Tokens && f.fault.Kind == "malformed" {
					says = "with no result in it"
				}
				if class(got) != want || !strings.Contains(got.Err.Error(), says) {
					t.Errorf("%v, want class %s and %q", got.Err, want, says)
				}
			})
		}
	}
	for _, tt := range spoken {
		t.Run(tt.backend+tt.endpoint+"/refused", func(t *testing.T) {
			_, url, _ := simulate(t, simserver.Config{})
			c := newClient(t, Config{Backend: tt.backend, Endpoint: tt.endpoint, BaseURL: url, Model: "m/x"})
			got := c.Do(t.Context(), dataset.Request{ID: "long", Prompt: strings.Repeat(" word", 5000), MaxTokens: 4})
			if class(got) != HTTP4xx || !strings.Contains(got.Err.Error(), "maximum context length is 4096 tokens") {
				t.Errorf("a prompt that is too long: %v", got.Err)
			}
		})
	}
}

// TestEachBackendIsCancelled: a request that is given up while its answer is on
// the way fails as such, and the server sees it go.
func TestEachBackendIsCancelled(t *testing.T) {
	for _, tt := range spoken {
		t.Run(tt.backend+tt.endpoint, func(t *testing.T) {
			s, url, _ := simulate(t, simserver.Config{Faults: []simserver.Fault{{Kind: "stall", After: 3}}})
			c := newClient(t, Config{Backend: tt.backend, Endpoint: tt.endpoint, BaseURL: url, Model: "m/x"})
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			cause := errors.New("enough")
			time.AfterFunc(100*time.Millisecond, func() { cancel(cause) })
			got := c.Do(ctx, dataset.Request{ID: "c", Prompt: simPrompt, MaxTokens: 40})
			if class(got) != Cancelled || !errors.Is(got.Err, cause) {
				t.Fatalf("%v, want class cancelled", got.Err)
			}
			if got.Written == 0 {
				t.Skip("the machine is too busy: nothing was sent yet")
			}
			for range 500 { // it takes the server a moment to see the connection close
				if len(s.Truth()) > 0 {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Error("the server still answers")
		})
	}
}
