package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"llmsweep/dataset"
)

// Fields that a server refuses are dropped for good, and that is noted.
func TestRefusedFields(t *testing.T) {
	for _, tt := range []struct {
		name, answer, mode string
		sends              int64
		resent             string
		ignored            bool
		class              Class
	}{
		{"names ignore_eos", `{"detail":[{"type":"extra_forbidden","loc":["body","ignore_eos"],"msg":"Extra inputs are not permitted"}]}`, "auto", 3, "ignore_eos", false, ""},
		{"names both", `{"error":{"message":"unknown fields: ignore_eos, min_tokens"}}`, "auto", 3, "ignore_eos, min_tokens", false, ""},
		{"names stream_options", `{"error":"stream_options is not supported"}`, "true", 3, "stream_options", true, ""},
		{"names it, but it was asked for", `{"error":"unknown field ignore_eos"}`, "true", 2, "", true, HTTP4xx},
		{"quotes the whole request", `{"detail":[{"loc":["body","x"],"msg":"missing","input":{"ignore_eos":true}}]}`, "auto", 2, "", true, HTTP4xx},
	} {
		s := serveRaw(t, func(c net.Conn, _ *http.Request, body []byte) bool {
			var sent map[string]any
			_ = json.Unmarshal(body, &sent)
			words := strings.Contains
			for _, f := range find(OpenAI).shapes[0].optional {
				if _, has := sent[f]; has && words(tt.answer, f) {
					_, err := fmt.Fprintf(c, "HTTP/1.1 422 Unprocessable Entity\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(tt.answer), tt.answer)
					return err == nil
				}
			}
			_, err := io.WriteString(c, sse(good))
			return err == nil
		})
		c := newClient(t, Config{BaseURL: s.url(), IgnoreEOS: tt.mode})
		first, second := c.Do(t.Context(), request), c.Do(t.Context(), request)
		if class(first) != tt.class || class(second) != tt.class || first.Resent != tt.resent || second.Resent != "" || s.requests.Load() != tt.sends {
			t.Errorf("%s: %v, then %v; resent %q, %q; %d sends", tt.name, first.Err, second.Err, first.Resent, second.Resent, s.requests.Load())
		}
		notes := c.Notes()
		if c.EOSIgnored() != tt.ignored || (len(notes) > 0) != (tt.resent != "") {
			t.Errorf("%s: EOS ignored %v, notes %q", tt.name, c.EOSIgnored(), notes)
		}
		if tt.resent != "" && !strings.Contains(notes[0], "dropped: the server answered 422: ") {
			t.Errorf("%s: note %q", tt.name, notes[0])
		}
	}
}

func TestBody(t *testing.T) {
	for _, tt := range []struct {
		name string
		cfg  Config
		req  dataset.Request
		want string
	}{
		{"completions", Config{Backend: "openai", Model: "m", IgnoreEOS: "auto"}, dataset.Request{Prompt: "<a>", MaxTokens: 7},
			`{"model":"m","prompt":"<a>","stream":true,"ignore_eos":true,"min_tokens":7,"max_tokens":7,"stream_options":{"include_usage":true}}`},
		{"chat", Config{Backend: "openai-chat", Model: "m", IgnoreEOS: "false"}, dataset.Request{Prompt: "a", MaxTokens: 7},
			`{"model":"m","messages":[{"role":"user","content":"a"}],"stream":true,"max_tokens":7,"stream_options":{"include_usage":true}}`},
		{"layers", Config{Backend: "openai", Model: "m", IgnoreEOS: "true",
			Sampling:  map[string]any{"temperature": 0, "top_p": 0.5, "seed": 1},
			ExtraBody: map[string]any{"top_p": 0.6, "stream_options": nil, "min_tokens": 1}},
			dataset.Request{Prompt: "a", MaxTokens: 7, Extra: map[string]any{"min_tokens": 2, "seed": nil}},
			`{"model":"m","prompt":"a","stream":true,"ignore_eos":true,"max_tokens":7,"min_tokens":2,"temperature":0,"top_p":0.6}`},
		{"token ids", Config{Backend: "openai", Model: "m", IgnoreEOS: "false", Sampling: map[string]any{"seed": 1}},
			dataset.Request{Prompt: "not sent", PromptIDs: []uint32{0, 17, 4294967295}, MaxTokens: 1},
			`{"model":"m","prompt":[0,17,4294967295],"stream":true,"max_tokens":1,"stream_options":{"include_usage":true},"seed":1}`},
		{"no token ids", Config{Backend: "openai", Model: "m", IgnoreEOS: "false"}, dataset.Request{PromptIDs: []uint32{}, MaxTokens: 1},
			`{"model":"m","prompt":[],"stream":true,"max_tokens":1,"stream_options":{"include_usage":true}}`},
		{"messages", Config{Backend: "openai-chat", Model: "m", IgnoreEOS: "false"},
			dataset.Request{Prompt: "not sent", Messages: []dataset.Message{{Role: "system", Content: "s"}, {Role: "user", Content: "a\n\"b\""}, {Role: "assistant"}, {Role: "user", Content: "<ü>"}}, MaxTokens: 7},
			`{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"a\n\"b\""},{"role":"assistant","content":""},{"role":"user","content":"<ü>"}],` +
				`"stream":true,"max_tokens":7,"stream_options":{"include_usage":true}}`},
		{"images", Config{Backend: "openai-chat", Model: "m", IgnoreEOS: "false"},
			dataset.Request{Messages: []dataset.Message{{Role: "user", Content: "a"}, {Role: "user", Content: "b"}}, Images: []string{"data:image/png;base64,AA+/", `data:"`}, MaxTokens: 7},
			`{"model":"m","messages":[{"role":"user","content":"a"},{"role":"user","content":[{"type":"text","text":"b"},` +
				`{"type":"image_url","image_url":{"url":"data:image/png;base64,AA+/"}},{"type":"image_url","image_url":{"url":"data:\""}}]}],` +
				`"stream":true,"max_tokens":7,"stream_options":{"include_usage":true}}`},
		{"an image alone", Config{Backend: "openai-chat", Model: "m", IgnoreEOS: "false"}, dataset.Request{Images: []string{"data:,"}, MaxTokens: 7},
			`{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,"}}]}],` +
				`"stream":true,"max_tokens":7,"stream_options":{"include_usage":true}}`},
		{"the server's own end", Config{Backend: "openai", Model: "m", IgnoreEOS: "auto"}, dataset.Request{Prompt: "a"},
			`{"model":"m","prompt":"a","stream":true,"stream_options":{"include_usage":true}}`},
		{"EOS ignored all the same", Config{Backend: "openai", Model: "m", IgnoreEOS: "true"}, dataset.Request{Prompt: "a"},
			`{"model":"m","prompt":"a","stream":true,"ignore_eos":true,"stream_options":{"include_usage":true}}`},
		{"a prompt replaced", Config{Backend: "openai", Model: "m", IgnoreEOS: "false"}, dataset.Request{Prompt: "a", Extra: map[string]any{"prompt": "b"}},
			`{"model":"m","stream":true,"stream_options":{"include_usage":true},"prompt":"b"}`},
	} {
		d := newDialect(tt.cfg)
		got, err := d.body(tt.req, nil)
		if err != nil || string(got) != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s\n(%v)", tt.name, got, tt.want, err)
		}
	}
	d := newDialect(Config{Backend: "openai"})
	if _, err := d.body(dataset.Request{Extra: map[string]any{"x": make(chan int)}}, nil); err == nil || !strings.Contains(err.Error(), "body field x") {
		t.Errorf("a field that is no JSON: %v", err)
	}
}

// A server that wants max_completion_tokens in place of max_tokens gets that, after its
// other objections; one that names both for another reason is not asked again.
func TestMaxCompletionTokens(t *testing.T) {
	const unsupported = `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":"max_tokens","code":"unsupported_parameter"}}`
	for _, tt := range []struct {
		name, answer, resent, last string
		cfg                        Config
	}{
		{"OpenAI's own", unsupported, "ignore_eos, min_tokens, max_tokens", `"max_completion_tokens":9,`, Config{}},
		{"EOS as it comes", unsupported, "max_tokens", `"max_completion_tokens":9,`, Config{IgnoreEOS: "false"}},
		{"set by the config", unsupported, "", `"max_tokens":5}`, Config{IgnoreEOS: "false", ExtraBody: map[string]any{"max_tokens": 5}}},
		{"too many", `{"error":{"message":"'max_tokens' or 'max_completion_tokens' is too large: 9."}}`, "", `"max_tokens":9,`, Config{IgnoreEOS: "false"}},
	} {
		s := serveRaw(t, func(c net.Conn, _ *http.Request, body []byte) bool {
			answer := ""
			switch {
			case strings.Contains(string(body), "ignore_eos"):
				answer = `{"error":{"message":"Unrecognized request arguments supplied: ignore_eos, min_tokens"}}`
			case strings.Contains(string(body), `"max_tokens"`):
				answer = tt.answer
			default:
				_, err := io.WriteString(c, sse(good))
				return err == nil
			}
			_, err := fmt.Fprintf(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer)
			return err == nil
		})
		tt.cfg.Backend, tt.cfg.BaseURL = OpenAIChat, s.url()
		got := newClient(t, tt.cfg).Do(t.Context(), dataset.Request{ID: "m", Prompt: "p", MaxTokens: 9})
		last := string(s.sent()[len(s.sent())-1])
		if got.Resent != tt.resent || (got.Err == nil) != (tt.resent != "") || !strings.Contains(last, tt.last) {
			t.Errorf("%s: resent %q, %v, the last as %s", tt.name, got.Resent, got.Err, last)
		}
	}
}

// OpenAI's server of responses refuses bounds below 16: what is sent to see whether it
// answers, or to have it count, asks for so many; what is measured is sent as it is.
func TestFewestTokens(t *testing.T) {
	s := serveRaw(t, always("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", true))
	c := newClient(t, Config{Backend: OpenAIResponses, BaseURL: s.url()})
	_ = c.Probe(t.Context())
	_, _ = c.PromptTokens(t.Context(), dataset.Request{Prompt: "p", MaxTokens: 1})
	c.Do(t.Context(), dataset.Request{Prompt: "p", MaxTokens: 1})
	sent := s.sent()
	for i, want := range []string{`"max_output_tokens":16,`, `"max_output_tokens":16,`, `"max_output_tokens":1,`} {
		if !strings.Contains(string(sent[i]), want) {
			t.Errorf("%s, want %s", sent[i], want)
		}
	}
}
