package tokenizer_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"llmsweep/simserver"
	"llmsweep/tokenizer"
)

var qwen3 = sync.OnceValues(func() (tokenizer.Tokenizer, error) {
	return tokenizer.Load("builtin:qwen3", tokenizer.LoadOptions{})
})

func builtin(t *testing.T) tokenizer.Tokenizer {
	t.Helper()
	tok, err := qwen3()
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

func ids(t *testing.T, tok tokenizer.Tokenizer, text string, special bool) []uint32 {
	t.Helper()
	all, err := tok.AppendIDs(nil, text, special)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func listen(t *testing.T, h http.Handler) string {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// simulator serves vLLM's form, with builtin:qwen3.
func simulator(t *testing.T, model string) string {
	t.Helper()
	sim, err := simserver.New(simserver.Config{Preset: "fast", Model: model, Tokenizer: builtin(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return listen(t, sim)
}

// llamacpp serves the forms of llama.cpp's server: BOS where add_special says
// so, and a template that leaves it out.
func llamacpp(t *testing.T) http.Handler {
	const bos = 151643
	tok := builtin(t)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /tokenize", func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Content    string
			AddSpecial bool `json:"add_special"`
		}
		tokens := []uint32{}
		if json.NewDecoder(r.Body).Decode(&q) == nil && q.AddSpecial {
			tokens = append(tokens, bos)
		}
		tokens, _ = tok.AppendIDs(tokens, q.Content, false)
		reply(w, map[string]any{"tokens": tokens})
	})
	mux.HandleFunc("POST /detokenize", func(w http.ResponseWriter, r *http.Request) {
		var q struct{ Tokens []uint32 }
		_ = json.NewDecoder(r.Body).Decode(&q) // a bad body gives an empty answer
		reply(w, map[string]any{"content": tok.Decode(q.Tokens, false)})
	})
	mux.HandleFunc("POST /apply-template", func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Messages []tokenizer.Message
			Args     map[string]any `json:"chat_template_kwargs"`
		}
		_ = json.NewDecoder(r.Body).Decode(&q) // as above
		text, _ := tokenizer.WithTemplateArgs(tok, q.Args).Chat(q.Messages)
		reply(w, map[string]any{"prompt": text})
	})
	mux.HandleFunc("GET /props", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, map[string]any{"default_generation_settings": map[string]any{"n_ctx": 4096}})
	})
	return mux
}

// sglang serves SGLang's form, at the paths that its router has: below /v1.
func sglang(t *testing.T) http.Handler {
	tok := builtin(t)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/tokenize", func(w http.ResponseWriter, r *http.Request) {
		var q struct{ Prompt *string }
		if json.NewDecoder(r.Body).Decode(&q) != nil || q.Prompt == nil {
			w.WriteHeader(http.StatusUnprocessableEntity)
			reply(w, map[string]any{"detail": []any{map[string]any{"msg": "Field required"}}})
			return
		}
		tokens, _ := tok.AppendIDs([]uint32{}, *q.Prompt, false)
		reply(w, map[string]any{"tokens": tokens, "count": len(tokens), "max_model_len": 1e30})
	})
	mux.HandleFunc("POST /v1/detokenize", func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			Tokens []uint32
			Skip   bool `json:"skip_special_tokens"`
		}
		_ = json.NewDecoder(r.Body).Decode(&q) // a bad body gives an empty answer
		reply(w, map[string]any{"text": tok.Decode(q.Tokens, q.Skip)})
	})
	return mux
}

func reply(w http.ResponseWriter, v any) { _ = json.NewEncoder(w).Encode(v) }

// Every dialect is found out, and counts as the tokenizer behind it does.
func TestServerDialects(t *testing.T) {
	hashes := map[string]bool{}
	for _, tt := range []struct {
		name, url string
		special   int // tokens that special adds
		max       int
		chat      bool // whether it can count chats
	}{
		{"vLLM", simulator(t, "m"), 0, 32768, true},
		{"llama.cpp", listen(t, llamacpp(t)), 1, 4096, true},
		{"SGLang", listen(t, sglang(t)), 0, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tok, err := tokenizer.LoadServer(t.Context(), tokenizer.ServerConfig{BaseURL: tt.url + "/v1/", Model: "m"})
			if err != nil {
				t.Fatal(err)
			}
			hashes[tok.Hash()] = true
			if tok.ID() != "server:"+tt.url || len(tok.Hash()) != 64 || tok.VocabSize() != 0 || tok.Special(151643) {
				t.Errorf("ID %s, Hash %s, VocabSize %d", tok.ID(), tok.Hash(), tok.VocabSize())
			}
			if got := tok.(interface{ ModelMaxLength() int }).ModelMaxLength(); got != tt.max {
				t.Errorf("ModelMaxLength = %d, want %d", got, tt.max)
			}
			for _, text := range []string{"", "Hello, <|im_start|>world", "中文 \"quoted\" \\ <&>\n"} {
				want := ids(t, builtin(t), text, false)
				if got := ids(t, tok, text, false); !slices.Equal(got, want) {
					t.Errorf("%q: ids %v, want %v", text, got, want)
				}
				if n, err := tok.Count(text, true); err != nil || n != len(want)+tt.special {
					t.Errorf("%q: Count with special tokens = %d, %v; want %d", text, n, err, len(want)+tt.special)
				}
				if got := tok.Decode(want, false); got != text {
					t.Errorf("decoded %q, want %q", got, text)
				}
			}
			countChat(t, tok, tt.chat, tt.special)
		})
	}
	if len(hashes) != 2 { // llama.cpp's has a BOS
		t.Errorf("%d hashes of the servers, want 2", len(hashes))
	}
}

// countChat checks the count of a chat, with and without template arguments.
func countChat(t *testing.T, tok tokenizer.Tokenizer, counts bool, special int) {
	messages := []tokenizer.Message{{Role: "system", Content: "Be brief."}, {Role: "user", Content: "Hi"}}
	for _, args := range []map[string]any{nil, {"enable_thinking": false}} {
		n, err := tokenizer.WithTemplateArgs(tok, args).(tokenizer.ChatCounter).CountChat(messages)
		if !counts {
			if err == nil || !strings.Contains(err.Error(), "Field required") {
				t.Errorf("CountChat = %d, %v; want the server's own words", n, err)
			}
			continue
		}
		text, chatErr := tokenizer.WithTemplateArgs(builtin(t), args).Chat(messages)
		if want := len(ids(t, builtin(t), text, false)) + special; err != nil || chatErr != nil || n != want {
			t.Errorf("CountChat with %v = %d, %v, %v; want %d", args, n, err, chatErr, want)
		}
	}
	switch text, err := tok.Chat(messages); {
	case special == 0 && !errors.Is(err, tokenizer.ErrNoTemplate):
		t.Errorf("Chat = %q, %v; want ErrNoTemplate", text, err)
	case special == 1 && (err != nil || !strings.HasPrefix(text, "<|endoftext|><|im_start|>system")):
		t.Errorf("Chat = %q, %v; want it with the BOS that the server adds", text, err)
	}
}

// A refusal says what the server said and what to do, and never shows a secret.
func TestServerRefusals(t *testing.T) {
	say := func(status int, words string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { http.Error(w, words, status) }
	}
	for _, tt := range []struct {
		name, key string
		handler   http.Handler
		want      []string
		notFound  bool
	}{
		{"no such path", "", http.NotFoundHandler(), []string{"status 404", "ids:FROM-TO"}, true},
		{"a web page", "", say(200, "<html>hi</html>"), []string{"<html>", "ids:FROM-TO"}, true},
		{"wrong key", "sk-secret-1", say(401, "bad key sk-secret-1"), []string{"[secret]", "api_key_env names a key that the server refuses"}, false},
		{"no key", "", say(403, "Forbidden"), []string{"Forbidden", "the server wants a key"}, false},
		{"wrong model", "", http.HandlerFunc(say(404, "The model `m` does not exist.")), []string{"does not exist"}, false},
		{"long words", "", say(500, strings.Repeat("x ", 400)), []string{"status 500: " + strings.Repeat("x ", 99)}, false},
		{"miscounted", "", say(200, `{"tokens":[1,2],"count":3}`), []string{"gave 2 tokens and counted 3"}, false},
	} {
		base := strings.Replace(listen(t, tt.handler), "http://", "http://user:hunter22@", 1)
		_, err := tokenizer.LoadServer(t.Context(), tokenizer.ServerConfig{
			BaseURL: base, APIKey: tt.key, Headers: map[string]string{"X-Key": "sk-header-2"},
		})
		if err == nil || errors.Is(err, tokenizer.ErrNotFound) != tt.notFound {
			t.Errorf("%s: error %v, ErrNotFound %v", tt.name, err, tt.notFound)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %v, want it to name %q", tt.name, err, want)
			}
		}
		if strings.Contains(err.Error(), "sk-") || strings.Contains(err.Error(), "hunter") || len(err.Error()) > 700 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v shows a secret, or is no short line", tt.name, err)
		}
	}
	for _, base := range []string{"", "localhost:8000", "http://user:hunter22@%zz"} {
		if _, err := tokenizer.LoadServer(t.Context(), tokenizer.ServerConfig{BaseURL: base}); err == nil || strings.Contains(err.Error(), "hunter") {
			t.Errorf("base URL %q: error %v", base, err)
		}
	}
}

// The key, the headers and the credentials of the URL reach the server.
func TestServerSendsKeyAndHeaders(t *testing.T) {
	sim := llamacpp(t)
	check := func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer sk-1" || r.Header.Get("X-Team") != "a" {
			t.Errorf("%s: headers %v", r.URL, r.Header)
		}
		sim.ServeHTTP(w, r)
	}
	cfg := tokenizer.ServerConfig{BaseURL: listen(t, http.HandlerFunc(check)), APIKey: "sk-1", Headers: map[string]string{"X-Team": "a"}}
	if _, err := tokenizer.LoadServer(t.Context(), cfg); err != nil {
		t.Error(err)
	}
}

// A kept connection that the server closed is opened anew, once; no more than
// Concurrency requests are under way; the end of ctx ends them.
func TestServerConnections(t *testing.T) {
	sim := llamacpp(t)
	var busy, crowded, drop atomic.Int64
	url := listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if busy.Add(1) > 2 {
			crowded.Add(1)
		}
		defer busy.Add(-1)
		if drop.Add(-1) >= 0 {
			panic(http.ErrAbortHandler) // closes the connection
		}
		time.Sleep(time.Millisecond)
		sim.ServeHTTP(w, r)
	}))
	ctx, cancel := context.WithCancelCause(t.Context())
	tok, err := tokenizer.LoadServer(ctx, tokenizer.ServerConfig{BaseURL: url, Concurrency: 2})
	if err != nil {
		t.Fatal(err)
	}
	drop.Store(1)
	if n, err := tok.Count("Hello", false); n != 1 || err != nil {
		t.Errorf("after a closed connection: %d, %v; want 1", n, err)
	}
	drop.Store(2)
	if _, err := tok.Count("Hello", false); err == nil || !strings.Contains(err.Error(), "is the server up?") {
		t.Errorf("after two closed connections: error %v", err)
	}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			if _, err := tok.Count("Hello", false); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := crowded.Load(); n > 0 {
		t.Errorf("%d requests came while two were under way", n)
	}
	why := errors.New("interrupted")
	cancel(why)
	if _, err := tok.Count("Hello", false); !errors.Is(err, why) {
		t.Errorf("after the end of ctx: error %v, want %v", err, why)
	}
}
