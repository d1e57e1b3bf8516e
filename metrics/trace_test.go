package metrics

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"llmsweep/client"
	"llmsweep/dataset"

	"github.com/google/go-cmp/cmp"
)

// words counts a text's words, in place of a tokenizer.
func words(text string) (int, error) { return len(strings.Fields(text)), nil }

func TestFromTraceCarriesEveryInstant(t *testing.T) {
	trace := client.Trace{
		Request: dataset.Request{
			ID: "a7", Session: "s1", Scenario: "chat", Warmup: true,
			Prompt: "hello", InputLen: 12, PromptTokens: 11, MaxTokens: 3,
		},
		Due: 1, Queued: 2, ConnectStart: 3, Connected: 4, TLSDone: 5, Sent: 6, Written: 7, Headers: 8,
		First: 9, RoleArrival: 10, FirstContent: 12, LastToken: 14, End: 15,
		Arrivals: []int64{11, 12, 13}, Lags: []int32{1, 2, 3}, Tokens: []int32{1, 1, 1},
		Events: 6, SharedEvents: 2, Reconnects: 1, Resent: "ignore_eos",
		Usage:        &client.Usage{Prompt: 12, Completion: 3, Cached: 4, Reasoning: 1, CachedTold: true},
		FinishReason: "length", Status: 200, Text: "a b c d",
	}
	want := Record{
		ID: "a7", Session: "s1", Scenario: "chat", Warmup: true,
		Due: 1, Queued: 2, ConnectStart: 3, Connected: 4, TLSDone: 5, Sent: 6, Written: 7, Headers: 8,
		First: 9, RoleArrival: 10, FirstContent: 12, LastToken: 14, End: 15,
		Arrivals: []int64{11, 12, 13}, Lags: []int32{1, 2, 3}, Tokens: []int32{1, 1, 1},
		Events: 6, SharedEvents: 2, Reconnects: 1, Resent: "ignore_eos",
		InputAsked: 12, InputClient: 11, InputServer: 12, CachedTokens: new(4),
		OutputAsked: 3, OutputTokens: 3, OutputSource: "usage", ReasoningTokens: 1,
		Status: 200, FinishReason: "length",
		PromptHash: 0xa430d84680aabd0b, // published FNV-1a 64 of "hello"
	}
	if diff := cmp.Diff(want, FromTrace(trace, words)); diff != "" {
		t.Error(diff)
	}
}

func TestFromTraceCountsOutput(t *testing.T) {
	broken := func(string) (int, error) { return 0, errors.New("no vocabulary") }
	arrivals := []int64{1, 2}
	for _, tt := range []struct {
		name              string
		trace             client.Trace
		count             func(string) (int, error)
		tokens, reasoning int
		source            string
	}{
		{"usage first", client.Trace{Arrivals: arrivals, Text: "a b c", Usage: &client.Usage{Completion: 7, Reasoning: 2}}, words, 7, 2, "usage"},
		{"an empty answer by usage", client.Trace{Usage: &client.Usage{Prompt: 4}}, words, 0, 0, "usage"},
		{"a usage of 0 beside tokens is none", client.Trace{Arrivals: arrivals, Text: "a b c", Usage: &client.Usage{Prompt: 4}}, words, 3, 0, "text"},
		{"text and reasoning", client.Trace{Arrivals: arrivals, Text: "a b c", Reasoning: "x y"}, words, 5, 2, "text"},
		{"reasoning alone", client.Trace{Arrivals: arrivals, Reasoning: "x y"}, words, 2, 2, "text"},
		{"reasoning, then a tool call in two chunks", client.Trace{Arrivals: arrivals, Reasoning: "x y", Textless: 2}, words, 4, 2, "text"},
		{"a tool call alone", client.Trace{Arrivals: arrivals, Textless: 2}, words, 2, 0, "text"},
		{"no text kept", client.Trace{Arrivals: arrivals}, words, 0, 0, ""},
		{"no counter", client.Trace{Arrivals: arrivals, Text: "a"}, nil, 0, 0, ""},
		{"a counter that fails", client.Trace{Arrivals: arrivals, Text: "a"}, broken, 0, 0, ""},
	} {
		r := FromTrace(tt.trace, tt.count)
		if r.OutputTokens != tt.tokens || r.ReasoningTokens != tt.reasoning || r.OutputSource != tt.source {
			t.Errorf("%s: %d tokens, %d of reasoning, by %q; want %d, %d, %q",
				tt.name, r.OutputTokens, r.ReasoningTokens, r.OutputSource, tt.tokens, tt.reasoning, tt.source)
		}
		if r.Text != "" {
			t.Errorf("%s: text %q kept, want none", tt.name, r.Text)
		}
	}
}

func TestFromTraceErrors(t *testing.T) {
	for _, tt := range []struct {
		name        string
		err         *client.Error
		class, text string
	}{
		{"none", nil, "", ""},
		{"class alone", &client.Error{Class: client.Truncated}, "truncated", ""},
		{"a cause", &client.Error{Class: client.Connect, Err: errors.New("connection refused")}, "connect", "connection refused"},
		{"the server's words", &client.Error{Class: client.HTTP4xx, Status: 404, Body: "no such model"}, "http_4xx", "status 404: no such model"},
	} {
		r := FromTrace(client.Trace{Err: tt.err}, nil)
		if r.ErrorClass != tt.class || r.Error != tt.text || r.Completed() != (tt.err == nil) {
			t.Errorf("%s: class %q, text %q, completed %v; want %q, %q", tt.name, r.ErrorClass, r.Error, r.Completed(), tt.class, tt.text)
		}
	}
	long := FromTrace(client.Trace{Err: &client.Error{Class: client.Reset, Err: errors.New("x" + strings.Repeat("é", 2000))}}, nil)
	if n := len(long.Error); n != 1023 || !utf8.ValidString(long.Error) {
		t.Errorf("a long text is cut to %d bytes, valid %v; want 1023 (whole characters within 1 KiB)", n, utf8.ValidString(long.Error))
	}
}
