package client

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	openai "github.com/sashabaranov/go-openai"

	"llmsweep/dataset"
)

// A backend that has no form for a prompt says so, and nothing is sent.
func TestPromptOfTheOtherBackend(t *testing.T) {
	s := serveRaw(t, always(sse(good), true))
	for _, tt := range []struct {
		backend string
		req     dataset.Request
		says    string
	}{
		{OpenAIChat, dataset.Request{PromptIDs: []uint32{1}}, "openai-chat takes no token ids; set backend: openai"},
		{OpenAI, dataset.Request{Messages: []dataset.Message{{Role: "user", Content: "a"}}}, "openai takes no messages and no images; set backend: openai-chat"},
		{OpenAI, dataset.Request{Prompt: "a", Images: []string{"data:,"}}, "openai takes no messages and no images; set backend: openai-chat"},
		{OpenAIChat, dataset.Request{Messages: []dataset.Message{}, Images: []string{"data:,"}}, "a chat without messages"},
	} {
		got := newClient(t, Config{Backend: tt.backend, BaseURL: s.url()}).Do(t.Context(), tt.req)
		if got.Err == nil || !strings.Contains(got.Err.Error(), tt.says) || got.Sent != 0 {
			t.Errorf("%s: sent %d, %v; want %q", tt.backend, got.Sent, got.Err, tt.says)
		}
	}
	if n := s.requests.Load(); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// What we write is what go-openai's own types read.
func TestPartsAreGoOpenAIs(t *testing.T) {
	d := newDialect(Config{Backend: OpenAIChat, Model: "m", IgnoreEOS: "auto"})
	body, err := d.body(dataset.Request{
		Messages: []dataset.Message{{Role: "system", Content: "be brief"}, {Role: "user", Content: "what is \t\u2028 this?"}},
		Images:   []string{"data:image/png;base64,AAAA", "http://127.0.0.1/a?b=\"c\"&d"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got openai.ChatCompletionRequest
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	want := []openai.ChatCompletionMessage{
		{Role: "system", Content: "be brief"},
		{Role: "user", MultiContent: []openai.ChatMessagePart{
			{Type: openai.ChatMessagePartTypeText, Text: "what is \t\u2028 this?"},
			{Type: openai.ChatMessagePartTypeImageURL, ImageURL: &openai.ChatMessageImageURL{URL: "data:image/png;base64,AAAA"}},
			{Type: openai.ChatMessagePartTypeImageURL, ImageURL: &openai.ChatMessageImageURL{URL: "http://127.0.0.1/a?b=\"c\"&d"}},
		}},
	}
	if !reflect.DeepEqual(got.Messages, want) {
		t.Errorf("go-openai reads %+v of %s", got.Messages, body)
	}
}

// Text means what encoding/json's own would, whatever is in it.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain", "<a> & b", "\"\\/\b\f\n\r\t\x00\x1f\x7f", "\u2028\u2029", "日本 🎉", "\xff\xc3(", "\xed\xa0\x80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var got, want string
		ours := appendText(nil, s)
		std, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(std, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(ours, &got); err != nil || got != want {
			t.Errorf("%q: %s reads as %q (%v), want %q", s, ours, got, err, want)
		}
	})
}

// Every byte at every place, in texts with and without a rest of less than eight.
func TestLiteral(t *testing.T) {
	for b := range 256 {
		want := b >= ' ' && b != '"' && b != '\\'
		for _, other := range []string{"a", "!", "#", "[", "]", " ", "\x7f", "\xff"} { // neighbours of what is looked for
			for _, n := range []int{1, 7, 8, 9, 19} {
				for i := range n {
					s := strings.Repeat(other, i) + string([]byte{byte(b)}) + strings.Repeat(other, n-i-1)
					if literal(s) != want || literal([]byte(s)) != want {
						t.Fatalf("literal(%q) = %v, want %v", s, !want, want)
					}
				}
			}
		}
	}
}

// Token ids are written as encoding/json writes them: every width, both ends.
func TestIDs(t *testing.T) {
	ids := []uint32{0, 4294967295}
	for n := uint32(10); n < 1_000_000_000; n *= 10 {
		ids = append(ids, n-1, n, n+1)
	}
	for n := range len(ids) + 1 {
		want, err := json.Marshal(ids[:n])
		if err != nil {
			t.Fatal(err)
		}
		if got := appendPrompt(nil, dataset.Request{PromptIDs: ids[:n]}); string(got) != string(want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// BenchmarkBody makes short bodies, and those that take longest: each is made between a
// request's turn and its send, and is part of the tool's own lag.
func BenchmarkBody(b *testing.B) {
	const tokens = 32_768
	ids := make([]uint32, tokens)
	for i := range ids {
		ids[i] = uint32(i * 4637 % 151_643)
	}
	text := strings.Repeat(" word", tokens)
	for _, bb := range []struct {
		name, backend string
		req           dataset.Request
	}{
		{"text-16", OpenAI, dataset.Request{Prompt: strings.Repeat(" word", 16), MaxTokens: 1}},
		{"text-1024", OpenAI, dataset.Request{Prompt: strings.Repeat(" word", 1024), MaxTokens: 128}},
		{"ids", OpenAI, dataset.Request{PromptIDs: ids}},
		{"text", OpenAI, dataset.Request{Prompt: text}},
		{"text-with-escapes", OpenAI, dataset.Request{Prompt: text + "\n"}},
		{"chat", OpenAIChat, dataset.Request{Prompt: text}},
		{"image-1MiB", OpenAIChat, dataset.Request{Prompt: "what is this?", Images: []string{"data:image/png;base64," + strings.Repeat("A", 1<<20)}}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			d := newDialect(Config{Backend: bb.backend, Model: "m", IgnoreEOS: "auto", Sampling: map[string]any{"temperature": 0}})
			b.ReportAllocs()
			for b.Loop() {
				body, err := d.body(bb.req, nil)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(len(body)))
			}
		})
	}
}

// BenchmarkBodyAhead is what of BenchmarkBody is left at the send of a request that
// had to wait for its time.
func BenchmarkBodyAhead(b *testing.B) {
	c := newClient(b, Config{BaseURL: "http://127.0.0.1:1"})
	r := c.Prepare(dataset.Request{Prompt: strings.Repeat(" word", 32_768)})
	b.ReportAllocs()
	for b.Loop() {
		without := c.dialect.without()
		if _, err := c.dialect.bodyOr(r.Prepared.(*prepared), r, without); err != nil {
			b.Fatal(err)
		}
	}
}
